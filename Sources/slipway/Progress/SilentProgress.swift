import BuildEngine

/// A question is answered at once; there is no progress to speak of.
struct SilentProgress: ProgressSink {
    func emit(_ event: ProgressEvent) {}
}
