internal import FoundationEssentials
internal import NIOSSL

extension TLSConfiguration {
    /// What the library needs to know, with all files read.
    ///
    /// - Throws: `invalidConfiguration` naming the file that cannot be used.
    init(_ configuration: HTTPConfiguration, _ settings: TLSSettings) throws(TransferError) {
        self = .makeClientConfiguration()
        var additions: [NIOSSLCertificate] = []
        if !configuration.certificateDirectories.isEmpty {
            for directory in configuration.certificateDirectories { additions += Self.certificates(in: directory) }
            guard !additions.isEmpty else {
                throw TransferError(
                    .invalidConfiguration, "there are no certificates in the directories of SSL_CERT_DIR")
            }
        }
        if let file = configuration.certificateFile {
            trustRoots = .file(file)
        } else if !additions.isEmpty {
            trustRoots = .certificates(additions)
            additions = []
        }
        for file in settings.authorities {
            additions += try Self.loading(file, "certificate authority") { try NIOSSLCertificate.fromPEMFile(file) }
        }
        if !additions.isEmpty { additionalTrustRoots = [.certificates(additions)] }
        if let client = settings.client {
            certificateChain = try Self.loading(client.certificate, "client certificate") {
                try NIOSSLCertificate.fromPEMFile(client.certificate).map { .certificate($0) }
            }
            privateKey = .privateKey(
                try Self.loading(client.key, "client key") {
                    // A key with a passphrase fails: there is nobody to ask for it.
                    try NIOSSLPrivateKey(file: client.key, format: .pem) { set in set([UInt8]()) }
                })
        }
        if settings.trustsAnybody { certificateVerification = .none }
    }

    private static func loading<Result>(
        _ file: String, _ what: String, _ body: () throws -> Result
    ) throws(TransferError) -> Result {
        do { return try body() } catch {
            throw TransferError(.invalidConfiguration, "the \(what) \(file) cannot be read as PEM", cause: error)
        }
    }

    /// All certificates of a directory. What is no certificate is skipped, as others do who read such directories.
    private static func certificates(in directory: String) -> [NIOSSLCertificate] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        return names.sorted().flatMap { (try? NIOSSLCertificate.fromPEMFile("\(directory)/\($0)")) ?? [] }
    }
}
