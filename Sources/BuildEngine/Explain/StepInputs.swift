import BuildGraph

/// Everything that decides what a step does, in a form that can be compared with that of an earlier build: the same as what
/// goes into its keys (`OperationKeys`), by name.
struct StepInputs: Hashable, Sendable {
    /// A value of the step itself, such as an environment variable.
    struct Facet: Hashable, Sendable {
        /// How a difference is told.
        var kind: StepReason.Kind
        var name: String
        /// Of what must not be shown only a part of the digest.
        var value: String
        var isHidden = false
        /// Whether it is written in the instruction, so that it need not be told when that is another.
        var isWritten = false
    }

    /// Files that come from elsewhere, or the file system that the step starts from.
    struct Input: Hashable, Sendable {
        enum Kind: String, Hashable, Sendable { case scratch, image, step, context, inline, remote }

        var kind: Kind
        /// The name of the step or image, the address, the name of the heredoc; empty for the main context.
        var name: String
        /// What stands in the instruction: a path, or the target of a mount.
        var label: String
        /// Where the files are, as the explanation of a file says it.
        var place: String?
        /// What identifies it: the definition key of a step, the digest of an image, a commit.
        var identity: String = ""
        /// The digest of what is really used; nil as long as it is not known.
        var content: String?
        /// The selection of files that it is, whose list may be in the store.
        var selection: String?
        /// The operation, if it is one of this build's; not stored.
        var operation: OperationID?
    }

    /// How the execution of a step ended.
    enum Ending: String, Hashable, Sendable { case done, failed, canceled }

    /// As it is written: `RUN make`.
    var instruction: String
    var facets: [Facet]
    /// What the step starts from; nil for none.
    var base: Input?
    /// In the order of the instruction.
    var sources: [Input]
    /// How the step ended that had these inputs; not compared.
    var ending = Ending.done
}
