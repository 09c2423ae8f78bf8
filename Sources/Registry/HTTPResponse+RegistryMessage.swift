internal import HTTP
internal import OCI

extension HTTPResponse {
    /// The error that an answer without success stands for. Its body is read, within bounds, for what the registry says.
    ///
    /// - Parameters:
    ///   - server: who answered, in words.
    ///   - subject: what was asked for, in words.
    func registryFailure(_ server: String, subject: String) async -> RegistryError {
        failure(server, subject: subject, said: await message())
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
}
