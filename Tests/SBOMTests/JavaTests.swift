import Testing

@testable import SBOM

struct JavaTests {
    static func properties(_ group: String, _ artifact: String, _ version: String) -> (name: String, bytes: [UInt8]) {
        (
            "META-INF/maven/\(group)/\(artifact)/pom.properties",
            Array("#Created by Maven\nversion=\(version)\ngroupId: \(group)\nartifactId=\(artifact)\n".utf8)
        )
    }

    @Test func jarsAreNamedByMavenManifestOrFile() throws {
        let long = "Manifest-Version: 1.0\r\nBundle-SymbolicName: org.example.lo\r\n ng;x:=y\r\nBundle-License: MIT\r\n"
        let nested = Fixture.jar("Implementation-Version: 9\n")
        let bill = try Fixture.scan([
            "/lib/commons-io-2.11.0.jar": Fixture.jar(
                "Implementation-Title: x\n",
                [
                    Self.properties("commons-io", "commons-io", "2.11.0"), Self.properties("org.shaded", "inside", "1"),
                    (
                        "META-INF/maven/org.shaded/inside/pom.xml",
                        Array("<project><licenses><license><name> Zlib </name></license></licenses></project>".utf8)
                    ),
                ]),
            "/lib/long-1.0.jar": Fixture.jar(long),
            "/lib/no-manifest.jar": Fixture.zip([("a.class", [1])]),
            "/srv/shop.war": Fixture.jar("Specification-Version: 3\n", [("WEB-INF/lib/inner_2.5.jar", nested)]),
        ])
        #expect(bill.problems.isEmpty)
        #expect(
            bill.lines == [
                "java-archive commons-io 2.11.0 pkg:maven/commons-io/commons-io@2.11.0",
                "java-archive inner 2.5 pkg:maven/inner/inner@2.5",
                "java-archive inside 1 pkg:maven/org.shaded/inside@1",
                "java-archive long 1.0 pkg:maven/org.example.long/long@1.0",
                "java-archive shop 3 pkg:maven/shop/shop@3",
            ])
        #expect(bill.licenses(of: "long") == ["MIT"])
        #expect(bill.licenses(of: "inside") == ["Zlib"])
        #expect(bill.needs == ["commons-io > inside", "shop > inner"])
        #expect(bill.packages[1].locations.map(\.path) == ["/srv/shop.war:WEB-INF/lib/inner_2.5.jar"])
    }

    @Test(arguments: [
        ("some-package-4.0.1.jar", "some-package", "4.0.1"), ("prefix.thing-4.jar", "prefix.thing", "4"),
        ("my-http2-server-5.jar", "my-http2-server", "5"), ("jetpack-build235-rc5.jar", "jetpack", "build235-rc5"),
        ("ironman-r4-2009.jar", "ironman-r4", "2009"), ("x-rc3.jar", "x", "rc3"), ("pool_1.2.jar", "pool", "1.2"),
        ("pool.1.2.jar", "pool", "1.2"), ("plain.jar", "plain", ""), ("1.0.jar", "", ""), ("a+b-1.jar", "", ""),
        (".jar", "", ""), ("", "", ""), ("-.jar", "", ""),
    ])
    func fileNamesHoldNameAndVersion(_ file: String, _ name: String, _ version: String) {
        let parsed = ArchiveName("/x-9/" + file)
        #expect([parsed.name, parsed.version] == [name, version])
    }

    /// What stands before the archive does no harm: executable jars begin with a shell script.
    @Test func anArchiveMayFollowSomethingElse() throws {
        let bill = try Fixture.scan(["/app.jar": Array("#!/bin/sh\nexec java\n".utf8) + Fixture.jar("Name: x\n") + []])
        #expect(bill.packages.map(\.name) == ["app"])
    }
}
