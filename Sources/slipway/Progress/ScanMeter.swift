import SBOM

/// One line on a terminal that says how far a scan has come, once it takes longer than a second.
final class ScanMeter {
    private let output: ByteOutput
    private let start = ContinuousClock.now
    private var shown = ContinuousClock.now
    private var isShown = false

    init(_ output: ByteOutput) { self.output = output }

    func show(_ progress: SBOMScanner.Progress) {
        let now = ContinuousClock.now
        guard output.isTerminal, now - start > .seconds(1), now - shown > .milliseconds(100) else { return }
        shown = now
        let text =
            switch progress {
            case .listing(let files): "\(files) files seen"
            case .reading(let files): "looking for packages in \(files) files"
            }
        isShown = write("\r\u{1b}[K" + text)
    }

    /// Takes the line away.
    func end() {
        if isShown { isShown = !write("\r\u{1b}[K") }
    }

    /// A terminal that has gone is no reason to end a scan: false when nothing could be written.
    private func write(_ text: String) -> Bool {
        do {
            try output.write(text)
            return true
        } catch {
            return false
        }
    }
}
