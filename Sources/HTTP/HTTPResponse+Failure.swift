internal import FoundationEssentials

extension HTTPResponse {
    /// The error that an answer without success stands for.
    ///
    /// - Parameters:
    ///   - server: who answered, in words.
    ///   - subject: what was asked for, in words.
    ///   - said: what the server's own words are, where it has any that can be shown.
    public func failure(_ server: String, subject: String, said: String? = nil) -> TransferError {
        func error(_ code: TransferError.Code, _ text: String, transient: Bool = false) -> TransferError {
            var error = TransferError(code, text + (said.map { ": \($0)" } ?? ""), transient: transient)
            error.retryAfter = value(of: "Retry-After").flatMap { RetryAfter.parse($0, now: Date()) }
            return error
        }
        switch status {
        case 404, 410: return error(.notFound, "\(subject) not found on \(server)")
        case 401, 403, 407, 451: return error(.denied, "\(server) denies access to \(subject)")
        case 429: return error(.rateLimited, "\(server) limits the number of requests", transient: true)
        case 408, 500, 502, 503, 504:
            return error(.unavailable, "\(server) failed with status \(status)", transient: true)
        case 500...599: return error(.unavailable, "\(server) failed with status \(status)")
        default: return error(.invalidResponse, "\(server) answered with status \(status) for \(subject)")
        }
    }

    /// Foreign text made fit for a terminal: one line, without control characters, not too long.
    public static func printable(_ text: String) -> String? {
        let kept = text.unicodeScalars.prefix(300).filter { scalar in
            switch scalar.properties.generalCategory {
            case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: false
            default: true
            }
        }
        let result = String(String.UnicodeScalarView(kept))
        return result.isEmpty ? nil : result
    }
}
