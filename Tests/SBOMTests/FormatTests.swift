import OCI
import Testing

@testable import SBOM

struct FormatTests {
    static let subject = SBOMSubject(
        name: "shop:1", digest: .sha256(of: "manifest"), platform: .init(os: "linux", architecture: "amd64"),
        created: "2024-02-29T12:00:00.5+01:00", toolVersion: "0.1.0")

    static func bill() throws -> BillOfMaterials {
        let status = """
            Package: a
            Version: 1
            Depends: b
            Maintainer: A Person <a@example.org>

            Package: b
            Version: 2
            """
        return try Fixture.scan([
            "/etc/os-release": Array(SystemPackageTests.debian.utf8), "/var/lib/dpkg/status": Array(status.utf8),
            "/usr/share/doc/a/copyright": Array("License: GPL-2+\nLicense: Expat\nLicense: my-own\n".utf8),
            "/x/package.json": Array(#"{"name":"b","version":"2","license":"(MIT OR Apache-2.0)"}"#.utf8),
            "/y/package.json": Array(#"{"name":"b","version":"2"}"#.utf8), "/bin/go": Fixture.goInline(),
        ])
    }

    @Test func spdxDescribesTheImage() throws {
        let json = try JSONValue(parsing: Self.bill().spdx(Self.subject))
        #expect(json["spdxVersion"] == "SPDX-2.3")
        #expect(json["creationInfo"]?["created"] == "2024-02-29T11:00:00Z")
        let packages = try #require(json["packages"]?.arrayValue)
        let identifiers = packages.compactMap { $0["SPDXID"]?.stringValue }
        #expect(Set(identifiers).count == packages.count)
        for identifier in identifiers {
            #expect(identifier.hasPrefix("SPDXRef-"))
            #expect(identifier.utf8.allSatisfy { $0.isLetterOrDigit || "-.".utf8.contains($0) })
        }
        #expect(
            packages.first { $0["name"] == "a" }?["licenseDeclared"] == "MIT AND GPL-2.0-or-later AND LicenseRef-my-own"
        )
        #expect(packages.first { $0["name"] == "a" }?["supplier"] == "Person: A Person (a@example.org)")
        #expect(
            packages.contains {
                $0["licenseDeclared"] == "MIT OR Apache-2.0" || $0["licenseDeclared"] == "(MIT OR Apache-2.0)"
            })
        #expect(json["hasExtractedLicensingInfos"]?.arrayValue?.map { $0["licenseId"] } == ["LicenseRef-my-own"])
        let relationships = try #require(json["relationships"]?.arrayValue)
        #expect(relationships.count { $0["relationshipType"] == "DESCRIBES" } == 1)
        #expect(relationships.count { $0["relationshipType"] == "CONTAINS" } == packages.count - 1)
        // a needs b, and the Go program its three modules.
        #expect(relationships.count { $0["relationshipType"] == "DEPENDS_ON" } == 4)
        for relationship in relationships {
            let target = try #require(relationship["relatedSpdxElement"]?.stringValue)
            #expect(identifiers.contains(target))
        }
    }

    @Test func cycloneDXNamesEachComponentOnce() throws {
        let json = try JSONValue(parsing: Self.bill().cycloneDX(Self.subject))
        #expect(json["specVersion"] == "1.6")
        #expect(json["metadata"]?["timestamp"] == "2024-02-29T11:00:00Z")
        let components = try #require(json["components"]?.arrayValue)
        let references = Set(components.compactMap { $0["bom-ref"]?.stringValue })
        #expect(references.count == components.count)
        #expect(
            components.contains { $0["type"] == "operating-system" && $0["name"] == "debian" && $0["version"] == "12" })
        let licenses = components.first { $0["name"] == "a" }?["licenses"]
        #expect(
            licenses == [
                ["license": ["id": "MIT"]], ["license": ["id": "GPL-2.0-or-later"]], ["license": ["name": "my-own"]],
            ])
        #expect(components.contains { $0["licenses"] == [["expression": "(MIT OR Apache-2.0)"]] })
        let places = components.first { $0["purl"] == "pkg:npm/b@2" }?["evidence"]?["occurrences"]
        #expect(places == [["location": "/x/package.json"], ["location": "/y/package.json"]])
        for dependency in try #require(json["dependencies"]?.arrayValue) {
            for reference in dependency["dependsOn"]?.arrayValue ?? [] {
                #expect(references.contains(reference.stringValue ?? ""))
            }
        }
    }

    @Test func theSameImageGivesTheSameBytes() throws {
        #expect(try Self.bill().spdx(Self.subject) == Self.bill().spdx(Self.subject))
        #expect(try Self.bill().cycloneDX(Self.subject) == Self.bill().cycloneDX(Self.subject))
        var other = Self.subject
        other.digest = .sha256(of: "other")
        #expect(other.uuid("spdx") != Self.subject.uuid("spdx"))
        #expect(other.uuid("spdx") != other.uuid("cyclonedx"))
    }

    @Test(arguments: [
        ("MIT", "MIT"), ("mit", "MIT"), ("apache-2.0 or MIT", "Apache-2.0 OR MIT"), ("GPL-2.0+", "GPL-2.0-or-later"),
        ("(MIT AND (BSD-3-Clause OR Zlib))", "(MIT AND (BSD-3-Clause OR Zlib))"), ("EUPL-1.2+", "EUPL-1.2+"),
        ("GPL-2.0-only WITH Classpath-exception-2.0", "GPL-2.0-only WITH Classpath-exception-2.0"),
        ("GPL-2", "GPL-2.0-only"), ("LGPL-2.1+", "LGPL-2.1-or-later"), ("Expat", "MIT"),
        ("GFDL-1.3+", "GFDL-1.3-or-later"),
        ("Apache License, Version 2.0", "Apache-2.0"), ("MIT OR", nil), ("(MIT", nil), ("MIT)", nil), ("MIT MIT", nil),
        ("GPL-9", nil), ("GPL-", nil), ("public-domain", nil), ("MIT WITH", nil), ("MIT WITH MIT", nil), ("", nil),
        ("LicenseRef-x", nil), (String(repeating: "(", count: 100), nil),
        (String(repeating: "MIT OR ", count: 400), nil),
    ])
    func licencesAreReadAsExpressions(_ text: String, _ expected: String?) {
        #expect(LicenseExpression(stated: text)?.text == expected)
    }
}
