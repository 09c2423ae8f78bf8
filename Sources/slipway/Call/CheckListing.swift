import BuildEngine
import Dockerfile

/// What the build checks found as text, in the form of `docker buildx build --check`.
enum CheckListing {
    /// The heading, then the findings in the order of their lines.
    static func text(_ report: CheckReport) -> String {
        let findings = report.findings
        guard !findings.isEmpty else {
            return report.failure == nil ? "Check complete, no warnings found.\n" : ""
        }
        let count = findings.count == 1 ? "1 warning has been found!" : "\(findings.count) warnings have been found!"
        let sorted = findings.enumerated().sorted { left, right in
            let lines = (left.element.range?.start.line ?? 0, right.element.range?.start.line ?? 0)
            return lines.0 == lines.1 ? left.offset < right.offset : lines.0 < lines.1
        }
        return "Check complete, \(count)\n" + sorted.map { text($0.element) }.joined()
            + (report.failure == nil ? "" : "\n")
    }

    private static func text(_ finding: Diagnostic) -> String {
        let address = finding.url.map { " - \($0)" } ?? ""
        let message = TerminalText.sanitized(finding.message)
        return "\nWARNING: \(finding.code)\(address)\n\(message)\n" + excerpt(finding)
    }

    /// The lines of a finding between some of those around them: as many as make it five for a single line.
    private static func excerpt(_ finding: Diagnostic) -> String {
        guard let range = finding.range, let source = finding.source else { return "" }
        // What follows the last line end counts as a line.
        let count = source.bytes.count { $0 == UInt8(ascii: "\n") } + 1
        let marked = range.lines.clamped(to: 1...count)
        var (first, last) = (marked.lowerBound, marked.upperBound)
        let padding = first == last ? 4 : 2
        var added = 0
        while added < padding {
            if first > 1 {
                first -= 1
                added += 1
            }
            if last < count {
                last += 1
                added += 1
            }
            added += 1
        }
        let rule = String(repeating: "-", count: 20) + "\n"
        var text = "\(TerminalText.sanitized(source.name)):\(marked.lowerBound)\n" + rule
        for number in first...last {
            let digits = String(number)
            let place = String(repeating: " ", count: max(0, 3 - digits.count)) + digits
            text += " \(place) | \(marked.contains(number) ? ">>>" : "   ") \(printable(source.line(number)))\n"
        }
        return text + rule
    }

    /// A line of the file. Tabs stay: the line is shown as it is indented.
    private static func printable(_ line: String) -> String {
        line.split(separator: "\t", omittingEmptySubsequences: false).map { TerminalText.sanitized(String($0)) }
            .joined(separator: "\t")
    }
}
