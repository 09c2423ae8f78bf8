internal import OCI

extension BillOfMaterials {
    /// What in-toto statements name the format by.
    public static let spdxPredicateType = "https://spdx.dev/Document"

    /// The bill as a document of SPDX 2.3 in JSON, indented by two blanks.
    ///
    /// The document describes the image, a package of the purpose `CONTAINER`; that contains the distribution and all packages.
    public func spdx(_ subject: SBOMSubject) -> [UInt8] {
        var licenses = SPDXLicenses()
        let identifiers = self.identifiers.map { "SPDXRef-" + $0 }
        let imageID = "SPDXRef-Image"
        var packages = [image(subject, imageID)]
        var relationships = [Self.relationship("SPDXRef-DOCUMENT", "DESCRIBES", imageID)]
        if let distribution {
            packages.append(Self.system(distribution))
            relationships.append(Self.relationship(imageID, "CONTAINS", "SPDXRef-Distribution"))
        }
        for (package, identifier) in zip(self.packages, identifiers) {
            packages.append(Self.json(package, identifier, &licenses))
            relationships.append(Self.relationship(imageID, "CONTAINS", identifier))
        }
        for (place, needed) in dependencies.enumerated() {
            relationships += needed.map { Self.relationship(identifiers[place], "DEPENDS_ON", identifiers[$0]) }
        }
        var document: JSONValue = [
            "spdxVersion": "SPDX-2.3", "dataLicense": "CC0-1.0", "SPDXID": "SPDXRef-DOCUMENT",
            "name": .string(subject.name),
            "documentNamespace": .string("https://spdx.org/spdxdocs/slipway-\(subject.uuid("spdx"))"),
            "creationInfo": [
                "created": .string(subject.time),
                "creators": [.string("Tool: \(subject.tool)-\(subject.toolVersion)")],
                "licenseListVersion": .string(LicenseList.version),
            ],
            "packages": .array(packages), "relationships": .array(relationships),
        ]
        if !licenses.others.isEmpty { document["hasExtractedLicensingInfos"] = .array(licenses.others) }
        return document.encoded(indentation: 2)
    }

    private func image(_ subject: SBOMSubject, _ identifier: String) -> JSONValue {
        var json = Self.package(identifier, subject.name, subject.digest.description)
        json["primaryPackagePurpose"] = "CONTAINER"
        json["checksums"] = [
            [
                "algorithm": .string(subject.digest.algorithm.rawValue.uppercased()),
                "checksumValue": .string(subject.digest.hex),
            ]
        ]
        json["externalRefs"] = [Self.reference(subject.packageURL)]
        return json
    }

    private static func system(_ distribution: Distribution) -> JSONValue {
        let name = distribution.id.isEmpty ? distribution.name : distribution.id
        var json = package("SPDXRef-Distribution", name, distribution.versionID)
        json["primaryPackagePurpose"] = "OPERATING_SYSTEM"
        if !distribution.prettyName.isEmpty { json["summary"] = .string(distribution.prettyName) }
        return json
    }

    private static func json(
        _ package: Package, _ identifier: String, _ licenses: inout SPDXLicenses
    ) -> JSONValue {
        var json = Self.package(identifier, package.name, package.version)
        json["licenseDeclared"] = .string(licenses.expression(package.licenses))
        json["externalRefs"] = [reference(package.packageURL)]
        json["sourceInfo"] = .string("found in " + package.locations.map(\.path).joined(separator: ", "))
        if let supplier = package.supplier {
            // Persons and organisations look alike in most packages' metadata.
            let name = supplier.split(whereSeparator: \.isNewline).joined(separator: " ")
            json["supplier"] = .string((name.contains("@") ? "Person: " : "Organization: ") + supplierName(name))
        }
        return json
    }

    /// `Name <address>` in the form `Name (address)`.
    private static func supplierName(_ text: String) -> String {
        guard let open = text.lastIndex(of: "<"), let close = text.lastIndex(of: ">"), open < close else { return text }
        let address = text[text.index(after: open)..<close]
        let name = text[..<open].trimmed
        return name.isEmpty ? String(address) : "\(name) (\(address))"
    }

    private static func package(_ identifier: String, _ name: String, _ version: String) -> JSONValue {
        var json: JSONValue = [
            "SPDXID": .string(identifier), "name": .string(name), "downloadLocation": "NOASSERTION",
            "filesAnalyzed": false, "licenseConcluded": "NOASSERTION", "licenseDeclared": "NOASSERTION",
            "copyrightText": "NOASSERTION",
        ]
        if !version.isEmpty { json["versionInfo"] = .string(version) }
        return json
    }

    private static func reference(_ url: PackageURL) -> JSONValue {
        [
            "referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl",
            "referenceLocator": .string(url.description),
        ]
    }

    private static func relationship(_ from: String, _ type: JSONValue, _ to: String) -> JSONValue {
        ["spdxElementId": .string(from), "relationshipType": type, "relatedSpdxElement": .string(to)]
    }
}

/// The licences of a document: those that are not on SPDX's list are defined in it.
private struct SPDXLicenses {
    /// The definitions, in the order of their first use.
    private(set) var others: [JSONValue] = []
    private var names: [String: String] = [:]

    /// All licences of a package as one expression. That they all apply is the careful reading.
    mutating func expression(_ stated: [String]) -> String {
        var terms: [String] = []
        for text in stated {
            let term: String
            if let expression = LicenseExpression(stated: text) {
                let isCompound = expression.text.contains(" OR ") || expression.text.contains(" AND ")
                term = isCompound && stated.count > 1 ? "(" + expression.text + ")" : expression.text
            } else {
                term = reference(text)
            }
            if !terms.contains(term) { terms.append(term) }
        }
        return terms.isEmpty ? "NOASSERTION" : terms.joined(separator: " AND ")
    }

    private mutating func reference(_ text: String) -> String {
        if let name = names[text] { return name }
        let safe = text.utf8.allSatisfy { $0.isLetterOrDigit || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-") }
        let digest = Digest.sha256(of: text).hex.prefix(16)
        let name = "LicenseRef-" + (safe && text.utf8.count <= 60 ? text : String(digest))
        names[text] = name
        let title = text.split(whereSeparator: \.isNewline).first.map { String($0.prefix(200)) } ?? ""
        others.append(["licenseId": .string(name), "name": .string(title), "extractedText": .string(text)])
        return name
    }
}
