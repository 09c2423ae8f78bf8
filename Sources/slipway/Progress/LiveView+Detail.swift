extension LiveView {
    /// How much of a build a frame shows.
    struct Detail {
        enum FinishedStages { case open, line, hidden }

        /// Whether steps that have not begun are shown.
        var pending = true
        /// How a stage with nothing left to do is shown.
        var finishedStages = FinishedStages.open
        /// Whether the finished steps of a stage still at work are shown.
        var finishedSteps = true
        /// How many lines of output of each running step are shown.
        var tail = 6

        /// From everything to the least, so that the first that fits the screen shows the most.
        static let descending: [Detail] = [
            Detail(),
            Detail(pending: false),
            Detail(pending: false, finishedStages: .line),
            Detail(pending: false, finishedStages: .line, tail: 3),
            Detail(pending: false, finishedStages: .line, finishedSteps: false),
            Detail(pending: false, finishedStages: .line, finishedSteps: false, tail: 3),
            Detail(pending: false, finishedStages: .hidden, finishedSteps: false, tail: 3),
            Detail(pending: false, finishedStages: .hidden, finishedSteps: false, tail: 1),
            Detail(pending: false, finishedStages: .hidden, finishedSteps: false, tail: 0),
        ]
    }
}
