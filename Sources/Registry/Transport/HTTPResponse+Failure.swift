internal import FoundationEssentials
internal import OCI

extension HTTPResponse {
    /// The error that an answer without success stands for. Its body is read, within bounds, for what the registry says.
    ///
    /// - Parameters:
    ///   - server: who answered, in words.
    ///   - subject: what was asked for, in words.
    func failure(_ server: String, subject: String) async -> RegistryError {
        let said = await message()
        func error(_ code: RegistryError.Code, _ text: String, transient: Bool = false) -> RegistryError {
            var error = RegistryError(code, text + (said.map { ": \($0)" } ?? ""), transient: transient)
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

    /// What the registry says of the first error (OCI distribution specification, "Error Codes"); nil when it says
    /// nothing that can be shown.
    private func message() async -> String? {
        // The status alone is error enough: a body that cannot be read adds none.
        guard let body = try? await bytes(limit: 64 * 1024, of: "an error"), let answer = try? JSONValue(parsing: body),
            let first = answer["errors"]?.arrayValue?.first
        else { return nil }
        return Self.printable(first["message"]?.stringValue ?? first["code"]?.stringValue ?? "")
    }

    /// Foreign text made fit for a terminal: one line, without control characters, not too long.
    static func printable(_ text: String) -> String? {
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
