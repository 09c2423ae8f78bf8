import Testing

@testable import SBOM

struct BinaryTests {
    @Test(arguments: [
        (Fixture.goInline(), "go1.22.1", "1.22.1"), (Fixture.goPointers(), "go1.17", "1.17"),
    ])
    func goBinariesNameTheirModules(_ binary: [UInt8], _ version: String, _ number: String) throws {
        let bill = try Fixture.scan(["/usr/bin/shop": binary])
        #expect(bill.problems.isEmpty)
        #expect(
            bill.lines == [
                "go-module example.org/new/v2/sub v2.1.0+incompatible "
                    + "pkg:golang/example.org/new/v2@v2.1.0%2Bincompatible#sub",
                "go-module example.org/shop v1.4.2 pkg:golang/example.org/shop@v1.4.2",
                "go-module golang.org/x/text v0.14.0 pkg:golang/golang.org/x/text@v0.14.0",
                "go-module stdlib \(version) pkg:golang/stdlib@\(number)",
            ])
        #expect(
            bill.needs == [
                "example.org/shop > example.org/new/v2/sub", "example.org/shop > golang.org/x/text",
                "example.org/shop > stdlib",
            ])
        #expect(bill.packages[1].architecture == "amd64")
        #expect(bill.licenses(of: "stdlib") == ["BSD-3-Clause"])
    }

    @Test(arguments: [
        ("path\tx.org/a\n", "x.org/a (devel)"),
        ("path\tx.org/a\nmod\tx.org/a\tv1.0.0\n", "x.org/a v1.0.0"),
        ("path\tcommand-line-arguments\ndep\tx.org/b\t(devel)\n", "x.org/b (devel)"),
        (
            "path\tx.org/a\nmod\tx.org/a\t(devel)\nbuild\tvcs.revision=0123456789abcdef\n"
                + "build\tvcs.time=2024-02-29T12:30:01Z\n", "x.org/a v0.0.0-20240229123001-0123456789ab"
        ),
        ("mod\tx.org/a\tv1\n=>\tx.org/fork\tv2\n", "x.org/fork v2"),
    ])
    func theMainModuleGetsTheBestVersion(_ text: String, _ expected: String) throws {
        let bill = try Fixture.scan(["/a": Fixture.goInline(text)])
        #expect(bill.packages.filter { $0.name != "stdlib" }.map { "\($0.name) \($0.version)" } == [expected])
    }

    @Test(arguments: [
        ("-X main.version=v1.2.3", "v1.2.3"), ("-s -w -X 'main.Version=1.2.3-rc.1'", "1.2.3-rc"),
        ("-X=x.org/a/build.gitTag=1.2.3", "1.2.3"), ("-X x.org/a/v.Version=release/v1.2.3", "v1.2.3"),
        ("-X main.commit=1.2.3", nil), ("-X other.org/v.Version=1.2.3", nil), ("-X main.version=1.2", nil),
        ("-X main.version=", nil), ("= . =", nil), ("", nil),
    ])
    func linkerFlagsTellAVersion(_ flags: String, _ expected: String?) {
        #expect(GoModules.version(inLinkerFlags: flags, of: "x.org/a") == expected)
    }

    @Test func rustBinariesNameTheirCrates() throws {
        let json = """
            {"packages":[{"name":"app","version":"0.1.0","root":true,"dependencies":[1,2,9]},
            {"name":"serde","version":"1.0.203"},{"name":"cc","version":"1.0.9","kind":"build"}]}
            """
        let binary = Fixture.elf([(".dep-v0", Fixture.deflated(Array(json.utf8), bits: 15))])
        let bill = try Fixture.scan(["/usr/bin/app": binary])
        #expect(
            bill.lines == [
                "rust-crate app 0.1.0 pkg:cargo/app@0.1.0", "rust-crate serde 1.0.203 pkg:cargo/serde@1.0.203",
            ])
        #expect(bill.needs == ["app > serde"])
    }
}
