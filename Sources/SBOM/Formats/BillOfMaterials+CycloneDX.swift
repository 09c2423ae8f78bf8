internal import OCI

extension BillOfMaterials {
    /// What in-toto statements name the format by.
    public static let cycloneDXPredicateType = "https://cyclonedx.org/bom"

    /// The bill as a document of CycloneDX 1.6 in JSON, indented by two blanks.
    public func cycloneDX(_ subject: SBOMSubject) -> [UInt8] {
        let image = subject.packageURL.description
        var components = zip(packages, identifiers).map { Self.component($0, $1) }
        if let distribution { components.append(Self.system(distribution)) }
        var dependencies: [JSONValue] = []
        for (identifier, needed) in zip(identifiers, self.dependencies) where !needed.isEmpty {
            dependencies.append(["ref": .string(identifier), "dependsOn": .strings(needed.map { identifiers[$0] })])
        }
        let document: JSONValue = [
            "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json", "bomFormat": "CycloneDX",
            "specVersion": "1.6",
            "serialNumber": .string("urn:uuid:" + subject.uuid("cyclonedx")), "version": 1,
            "metadata": [
                "timestamp": .string(subject.time),
                "tools": [
                    "components": [
                        [
                            "type": "application", "name": .string(subject.tool),
                            "version": .string(subject.toolVersion),
                        ]
                    ]
                ],
                "component": [
                    "type": "container", "bom-ref": .string(image), "name": .string(subject.name),
                    "version": .string(subject.digest.description), "purl": .string(image),
                ],
            ],
            "components": .array(components), "dependencies": .array(dependencies),
        ]
        return document.encoded(indentation: 2)
    }

    private static func component(_ package: Package, _ identifier: String) -> JSONValue {
        var json: JSONValue = [
            "type": "library", "bom-ref": .string(identifier), "name": .string(package.name),
            "purl": .string(package.packageURL.description), "properties": .array(properties(package)),
            "evidence": ["occurrences": .array(places(package))],
        ]
        if !package.version.isEmpty { json["version"] = .string(package.version) }
        if let supplier = package.supplier { json["publisher"] = .string(supplier) }
        let licenses = licenses(package.licenses)
        if !licenses.isEmpty { json["licenses"] = .array(licenses) }
        return json
    }

    /// The paths, each once; the layers are among the properties.
    private static func places(_ package: Package) -> [JSONValue] {
        var seen: Set<String> = []
        return package.locations.filter { seen.insert($0.path).inserted }.map { ["location": .string($0.path)] }
    }

    private static func properties(_ package: Package) -> [JSONValue] {
        func property(_ name: String, _ value: String) -> JSONValue {
            ["name": .string(name), "value": .string(value)]
        }
        var properties = [property("slipway:package:type", package.kind.rawValue)]
        if let architecture = package.architecture {
            properties.append(property("slipway:package:architecture", architecture))
        }
        for (index, location) in package.locations.enumerated() {
            properties.append(property("slipway:location:\(index):path", location.path))
            if let layer = location.layer {
                properties.append(property("slipway:location:\(index):layerID", layer.description))
            }
        }
        return properties
    }

    /// Either licences, each with its identifier or name, or one expression: the schema allows no mixture.
    private static func licenses(_ stated: [String]) -> [JSONValue] {
        if stated.count == 1, let only = LicenseExpression(stated: stated[0]), !only.isIdentifier {
            return [["expression": .string(only.text)]]
        }
        var seen: Set<JSONValue> = []
        return stated.map { text -> JSONValue in
            let expression = LicenseExpression(stated: text)
            guard let expression, expression.isIdentifier else {
                return ["license": ["name": .string(expression?.text ?? text)]]
            }
            return ["license": ["id": .string(expression.text)]]
        }.filter { seen.insert($0).inserted }
    }

    private static func system(_ distribution: Distribution) -> JSONValue {
        var json: JSONValue = [
            "type": "operating-system", "bom-ref": "distribution",
            "name": .string(distribution.id.isEmpty ? distribution.name : distribution.id),
        ]
        if !distribution.versionID.isEmpty { json["version"] = .string(distribution.versionID) }
        if !distribution.prettyName.isEmpty { json["description"] = .string(distribution.prettyName) }
        if !distribution.cpe.isEmpty { json["cpe"] = .string(distribution.cpe) }
        return json
    }
}
