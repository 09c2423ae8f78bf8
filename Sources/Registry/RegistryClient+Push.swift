public import HTTP
public import OCI

extension RegistryClient {
    /// Brings an image into the repositories of its names: what is not there, several blobs at a time, then the manifests,
    /// the names last. So a name never means an image that is not whole.
    ///
    /// What the registry has in another repository, as far as `content` knows, is mounted instead of sent.
    ///
    /// - Parameters:
    ///   - names: with tags; one without a tag, but with the image's digest, names nothing.
    ///   - progress: told of each blob.
    /// - Returns: A report for each repository.
    /// - Throws: `denied`, `unauthorized`, `unreachable`, `connectionLost`, `unavailable`, `digestMismatch` when the
    ///   registry keeps other bytes than it was sent, and so on.
    @concurrent
    public func push(
        _ image: Descriptor, as names: [ImageReference], from content: PushContent,
        progress: @escaping @Sendable (PushEvent) -> Void = { _ in }
    ) async throws(RegistryError) -> [PushReport] {
        let plan = try await ImageDocuments(image, read: content.document)
        var reports: [PushReport] = []
        var repositories: [String] = []
        for name in names where !repositories.contains(name.canonicalRepository) {
            repositories.append(name.canonicalRepository)
            let own = names.filter { $0.canonicalRepository == name.canonicalRepository }
            reports.append(try await push(plan, as: own, from: content, progress: progress))
        }
        return reports
    }

    /// The names are all of one repository.
    private func push(
        _ plan: ImageDocuments, as names: [ImageReference], from content: PushContent,
        progress: @escaping @Sendable (PushEvent) -> Void
    ) async throws(RegistryError) -> PushReport {
        guard let reference = names.first, let top = plan.documents.last else { return PushReport() }
        var report = PushReport()
        let missing = try await missingDocuments(plan, in: reference)
        for (blob, outcome) in try await push(plan.blobs(of: missing), to: reference, from: content, progress: progress)
        {
            switch outcome {
            case .present: report.present.append(blob.digest)
            case .mounted: report.mounted.append(blob.digest)
            case .uploaded: report.uploaded.append(blob.digest)
            }
        }
        for position in missing where position != plan.documents.count - 1 {
            try await put(plan.documents[position], as: nil, to: reference)
            report.documents.append(plan.documents[position].descriptor.digest)
        }
        let isNew = missing.contains(plan.documents.count - 1)
        for name in names {
            if !isNew, name.tag == nil { continue }
            if !isNew, let tag = name.tag, try await digest(ofTag: tag, of: name, for: .own) == top.descriptor.digest {
                continue
            }
            try await put(top, as: name.tag, to: reference)
            if report.documents.last != top.descriptor.digest { report.documents.append(top.descriptor.digest) }
        }
        report.names = names.map { $0.with(digest: top.descriptor.digest) }
        return report
    }

    /// The positions of the documents that the repository has not, those that others refer to first. A document that is
    /// there has all that it refers to.
    private func missingDocuments(
        _ plan: ImageDocuments, in reference: ImageReference
    ) async throws(RegistryError) -> [Int] {
        var missing: Set<Int> = []
        var waiting = [plan.documents.count - 1]
        while let position = waiting.popLast() {
            guard !missing.contains(position) else { continue }
            let document = plan.documents[position]
            let known = try await digest(ofTag: "\(document.descriptor.digest)", of: reference, for: .own)
            if known == document.descriptor.digest { continue }
            missing.insert(position)
            waiting += document.children
        }
        return missing.sorted()
    }

    private func push(
        _ blobs: [Descriptor], to reference: ImageReference, from content: PushContent,
        progress: @escaping @Sendable (PushEvent) -> Void
    ) async throws(RegistryError) -> [(Descriptor, BlobUpload.Outcome)] {
        let place = try own(reference)
        let limit = configuration.maximumConcurrentTransfers
        let retries = configuration.http.retries
        do {
            return try await withThrowingTaskGroup(of: (Int, BlobUpload.Outcome).self) { group in
                var outcomes: [Int: BlobUpload.Outcome] = [:]
                func take(_ position: Int) {
                    let blob = blobs[position]
                    group.addTask {
                        let push = BlobPush(
                            blob: blob, repository: place.reference.repository, session: place.session, retries: retries
                        ) { () throws(RegistryError) in
                            try await content.file(blob)
                        } progress: {
                            progress(.sending(blob, $0))
                        }
                        let candidates = content.repositories(blob.digest, reference.registry)
                        let outcome = try await push.run(candidates: candidates.filter { $0 != reference.repository })
                        switch outcome {
                        case .present: progress(.spared(blob, isMounted: false))
                        case .mounted: progress(.spared(blob, isMounted: true))
                        case .uploaded: progress(.sent(blob))
                        }
                        return (position, outcome)
                    }
                }
                for position in blobs.indices.prefix(limit) { take(position) }
                var next = min(limit, blobs.count)
                while let (position, outcome) = try await group.next() {
                    outcomes[position] = outcome
                    if next < blobs.count { take(next) }
                    next += 1
                }
                return blobs.enumerated().compactMap { offset, blob in outcomes[offset].map { (blob, $0) } }
            }
        } catch let error as RegistryError {
            throw error
        } catch {
            throw RegistryError(.canceled, "the transfer was canceled", cause: error)
        }
    }

    /// Sends a manifest or index, by its digest unless there is a tag.
    private func put(
        _ document: ImageDocuments.Document, as tag: String?, to reference: ImageReference
    ) async throws(RegistryError) {
        let digest = document.descriptor.digest
        let isKnownAsReferrer = try await put(
            document.bytes, mediaType: document.descriptor.mediaType, digest: digest, as: tag ?? "\(digest)",
            to: reference)
        guard let subject = document.subject, !isKnownAsReferrer else { return }
        try await addReferrer(document.descriptor, document.bytes, of: subject, to: reference)
    }

    /// Sends a document.
    ///
    /// - Returns: Whether the registry has noted what it refers to as its subject (OCI distribution specification,
    ///   "Pushing Manifests with Subject").
    func put(
        _ bytes: [UInt8], mediaType: MediaType, digest: Digest, as name: String, to reference: ImageReference
    ) async throws(RegistryError) -> Bool {
        let subject = "\(reference.canonicalRepository)\(name.contains(":") ? "@" : ":")\(name)"
        let place = try own(reference)
        let request = RegistryRequest(
            method: .put, target: .path("/v2/\(place.reference.repository)/manifests/\(name)"),
            body: .bytes(bytes, contentType: mediaType.rawValue), scope: .push(place.reference.repository),
            subject: subject, success: [200, 201, 202])
        return try await place.session.perform(request) { (response) throws(RegistryError) in
            await response.discard()
            if let kept = Self.promisedDigest(response), kept.algorithm == digest.algorithm, kept != digest {
                throw RegistryError(
                    .digestMismatch, "\(response.host) has kept \(kept) for \(subject), it was sent \(digest)")
            }
            return response.value(of: "OCI-Subject") != nil
        }
    }
}
