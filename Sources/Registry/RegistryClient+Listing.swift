public import HTTP
public import OCI

extension RegistryClient {
    /// The tags of a repository, in the registry's order (OCI distribution specification, "Listing Tags").
    ///
    /// - Throws: `notFound`, `unauthorized`, `unreachable`, `tooLarge` for more than a million, and so on.
    public func tags(of reference: ImageReference) async throws(RegistryError) -> [String] {
        var tags: [String] = []
        try await eachPage(
            "tags/list", of: reference, "the tags of \(reference.canonicalRepository)"
        ) { page in
            tags += page["tags"]?.arrayValue?.compactMap(\.stringValue) ?? []
        }
        return tags
    }

    /// What has been attached to a manifest: signatures, SBOMs and so on (OCI distribution specification, "Listing
    /// Referrers"), by the registry's list or, where it keeps none, by the tag that stands in for it.
    ///
    /// - Throws: `unauthorized`, `unreachable`, `invalidResponse` and so on; a manifest of which nothing is known has none.
    public func referrers(of reference: ImageReference, _ digest: Digest) async throws(RegistryError) -> [Descriptor] {
        let subject = "the referrers of \(reference.canonicalRepository)@\(digest)"
        var found: [Descriptor] = []
        do throws(RegistryError) {
            try await eachPage("referrers/\(digest)", of: reference, subject) {
                (page) throws(OCIError) in
                found += try ImageIndex(parsing: page.encoded()).manifests
            }
            return found
        } catch  where [.notFound, .invalidResponse].contains(error.code) {
            return try await referrersTag(of: digest, in: reference).manifests
        }
    }

    /// The index that the tag for registries without a list of referrers means; empty where there is none.
    private func referrersTag(of digest: Digest, in reference: ImageReference) async throws(RegistryError) -> ImageIndex
    {
        do {
            let manifest = try await manifest(Self.referrersTag(digest), of: reference, expecting: nil, for: .own)
            return try ImageIndex(parsing: manifest.bytes)
        } catch let error as RegistryError {
            guard error.code == .notFound else { throw error }
            return ImageIndex(manifests: [])
        } catch {
            throw RegistryError(.invalidResponse, "the referrers of \(digest) cannot be read: \(error)", cause: error)
        }
    }

    /// OCI distribution specification, "Referrers Tag Schema".
    static func referrersTag(_ digest: Digest) -> String {
        "\(digest.algorithm.rawValue)-\(digest.hex)".prefix(128).description
    }

    /// Notes that `document` refers to `subject`, for a registry that does not by itself.
    func addReferrer(
        _ document: Descriptor, _ bytes: [UInt8], of subject: Descriptor, to reference: ImageReference
    ) async throws(RegistryError) {
        var index = try await referrersTag(of: subject.digest, in: reference)
        guard !index.manifests.contains(where: { $0.digest == document.digest }) else { return }
        var entry = Descriptor(mediaType: document.mediaType, digest: document.digest, size: document.size)
        do {
            let manifest = try ImageManifest(parsing: bytes)
            entry.artifactType = manifest.artifactType ?? manifest.configuration.mediaType
            entry.annotations = manifest.annotations
        } catch { throw RegistryError(.invalidResponse, "\(document.digest): \(error.message)", cause: error) }
        index.manifests.append(entry)
        let encoded = index.encoded()
        _ = try await put(
            encoded, mediaType: .ociIndex, digest: .sha256(of: encoded), as: Self.referrersTag(subject.digest),
            to: reference)
    }

    /// No list is longer.
    private static let maximumPages = 10_000

    /// Reads all pages of a repository's list, whose `Link` headers lead from one to the next (RFC 8288).
    private func eachPage(
        _ path: String, of reference: ImageReference, _ subject: String, _ body: (JSONValue) throws(OCIError) -> Void
    ) async throws(RegistryError) {
        let place = try own(reference)
        let repository = place.reference.repository
        var target = RegistryRequest.Target.path("/v2/\(repository)/\(path)")
        for _ in 0..<Self.maximumPages {
            let request = RegistryRequest(
                target: target, accept: [.ociIndex], headers: [("Accept", "application/json")],
                scope: .pull(repository), subject: subject)
            let (bytes, next) = try await place.session.perform(request) {
                (response) throws(RegistryError) -> ([UInt8], String?) in
                let bytes = try await response.bytes(limit: ManifestDocument.maximumSize, of: subject)
                guard let link = PageLink.next(in: response.values(of: "Link")) else { return (bytes, nil) }
                let redirect = try Redirect(from: response.url, location: link)
                guard redirect.isSameOrigin else {
                    throw RegistryError(.invalidResponse, "\(subject) go on at another server")
                }
                return (bytes, redirect.url)
            }
            do { try body(try JSONValue(parsing: bytes)) } catch {
                throw RegistryError(.invalidResponse, "\(subject) cannot be read: \(error.message)", cause: error)
            }
            guard let next else { return }
            target = .url(next)
        }
        throw RegistryError(.tooLarge, "\(subject) have more than \(Self.maximumPages) pages")
    }
}
