import SystemPackage

/// A certificate authority of a test, made with openssl, that nobody else trusts.
struct LocalAuthority: Sendable {
    /// A certificate and its private key, both PEM files.
    struct Pair: Sendable {
        var certificate: FilePath
        var key: FilePath
    }

    /// The authority's own certificate: what clients have to trust.
    var certificate: FilePath
    var key: FilePath
    private var directory: FilePath

    /// Makes an authority whose files lie in `directory`.
    static func make(in directory: FilePath) async throws -> LocalAuthority {
        try File.directory(directory)
        let authority = LocalAuthority(
            certificate: directory.appending("ca.crt"), key: directory.appending("ca.key"), directory: directory)
        try await authority.openssl([
            "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=authority of the tests",
            "-keyout", authority.key.string, "-out", authority.certificate.string,
        ])
        return authority
    }

    /// Issues a certificate for host names and addresses, or, without any, for a client of that name.
    func issue(_ name: String, for hosts: [String] = []) async throws -> Pair {
        let pair = Pair(certificate: directory.appending("\(name).crt"), key: directory.appending("\(name).key"))
        let (request, extensions) = (directory.appending("\(name).csr"), directory.appending("\(name).ext"))
        let names = hosts.map { ($0.allSatisfy { $0.isNumber || $0 == "." || $0 == ":" } ? "IP:" : "DNS:") + $0 }
        try File.write(
            names.isEmpty
                ? "extendedKeyUsage = clientAuth\n" : "subjectAltName = \(names.joined(separator: ","))\n",
            to: extensions)
        try await openssl([
            "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=\(name)",
            "-keyout", pair.key.string, "-out", request.string,
        ])
        try await openssl([
            "x509", "-req", "-in", request.string, "-CA", certificate.string, "-CAkey", key.string, "-CAcreateserial",
            "-days", "2", "-extfile", extensions.string, "-out", pair.certificate.string,
        ])
        return pair
    }

    private func openssl(_ arguments: [String]) async throws {
        let outcome = try await Command(program: "openssl", arguments: arguments).run()
        guard outcome.status == 0 else { throw TestFailure("openssl: \(outcome.transcript)") }
    }
}
