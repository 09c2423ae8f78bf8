internal import OCI

extension BillOfMaterials {
    /// The bill in Slipway's own words, with all places of all packages; indented by two blanks.
    public func json(_ subject: SBOMSubject) -> [UInt8] {
        var document: JSONValue = [
            "image": .string(subject.name), "digest": .string(subject.digest.description),
            "platform": .string(subject.platform.description),
            "packages": .array(
                packages.map { package in
                    [
                        "name": .string(package.name), "version": .string(package.version),
                        "type": .string(package.kind.rawValue), "purl": .string(package.packageURL.description),
                        "licenses": .strings(package.licenses),
                        "locations": .array(
                            package.locations.map { location in
                                var json: JSONValue = ["path": .string(location.path)]
                                json["layer"] = location.layer.map { .string($0.description) }
                                return json
                            }),
                    ]
                }),
            "problems": .array(
                problems.map { ["path": .string($0.path), "message": .string($0.message)] }),
        ]
        if let distribution {
            document["distribution"] = [
                "id": .string(distribution.id), "version": .string(distribution.versionID),
                "name": .string(distribution.prettyName),
            ]
        }
        return document.encoded(indentation: 2)
    }
}
