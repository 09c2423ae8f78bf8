import OCI
import Testing

struct PlatformTests {
    @Test(arguments: [
        ("linux/amd64", "linux/amd64"), ("linux/x86_64", "linux/amd64"), ("Linux/X86-64", "linux/amd64"),
        ("linux/amd64/v1", "linux/amd64"), ("linux/amd64/v3", "linux/amd64/v3"), ("linux/i386", "linux/386"),
        ("linux/aarch64", "linux/arm64"), ("linux/arm64/v8", "linux/arm64"), ("linux/arm64/8", "linux/arm64"),
        ("linux/arm64/v9", "linux/arm64/v9"), ("linux/arm", "linux/arm/v7"), ("linux/armhf", "linux/arm/v7"),
        ("linux/armel", "linux/arm/v6"), ("linux/arm/6", "linux/arm/v6"), ("linux/riscv64", "linux/riscv64"),
        ("arm64", "linux/arm64"), ("s390x", "linux/s390x"), ("macos/arm64", "darwin/arm64"),
        ("windows(10.0.17763)/amd64", "windows/amd64"), ("linux", Platform.host.description),
    ])
    func parsesAndNormalises(_ text: String, _ expected: String) throws {
        #expect(try Platform(parsing: text).description == expected)
    }

    @Test(arguments: [
        "", "/", "linux/", "/amd64", "linux//v7", "linux/arm/v7/x", "foo", "linux amd64", "linux/am d64", "linux/ä",
        "*/*",
        "linux/amd64\n", "windows(10/amd64",
    ])
    func refuses(_ text: String) {
        #expect { try Platform(parsing: text) } throws: { ($0 as? OCIError)?.code == .invalidPlatform }
    }

    @Test func keepsTheVersionOfWindows() throws {
        #expect(try Platform(parsing: "windows(10.0.17763)/amd64").osVersion == "10.0.17763")
    }

    @Test(arguments: [
        ("linux/amd64", "linux/amd64", true), ("linux/amd64", "linux/amd64/v1", true),
        ("linux/amd64", "linux/amd64/v2", false), ("linux/amd64/v3", "linux/amd64/v2", true),
        ("linux/amd64", "linux/386", true), ("linux/386", "linux/amd64", false),
        ("linux/amd64", "windows/amd64", false), ("linux/arm/v7", "linux/arm/v6", true),
        ("linux/arm/v6", "linux/arm/v7", false), ("linux/arm64", "linux/arm/v7", true),
        ("linux/arm64", "linux/arm64/v8", true), ("linux/arm64/v9", "linux/arm64", true),
        ("linux/arm64", "linux/amd64", false),
    ])
    func runs(_ machine: String, _ image: String, _ expected: Bool) throws {
        #expect(try Platform(parsing: machine).runs(Platform(parsing: image)) == expected)
    }

    /// The vectors of containerd's `platforms.Only`, best first.
    @Test(arguments: [
        ("linux/amd64", "linux/amd64 linux/386"),
        ("linux/amd64/v3", "linux/amd64/v3 linux/amd64/v2 linux/amd64 linux/386"), ("linux/386", "linux/386"),
        ("linux/arm/v8", "linux/arm/v8 linux/arm/v7 linux/arm/v6 linux/arm/v5"),
        ("linux/arm", "linux/arm/v7 linux/arm/v6 linux/arm/v5"), ("linux/arm/v5", "linux/arm/v5"),
        ("linux/arm64", "linux/arm64 linux/arm/v8 linux/arm/v7 linux/arm/v6 linux/arm/v5"),
        (
            "linux/arm64/v8.2",
            "linux/arm64/v8.2 linux/arm64/v8.1 linux/arm64 linux/arm/v8 linux/arm/v7 linux/arm/v6 linux/arm/v5"
        ),
        (
            "linux/arm64/v9",
            "linux/arm64/v9 linux/arm64/v8.5 linux/arm64/v8.4 linux/arm64/v8.3 linux/arm64/v8.2 linux/arm64/v8.1 "
                + "linux/arm64 linux/arm/v8 linux/arm/v7 linux/arm/v6 linux/arm/v5"
        ),
        ("linux/arm64/future", "linux/arm64/future"), ("linux/riscv64", "linux/riscv64"),
    ])
    func runnableInOrder(_ machine: String, _ expected: String) throws {
        #expect(try Platform(parsing: machine).runnable.map(\.description).joined(separator: " ") == expected)
    }

    @Test(
        arguments: [
            ("linux/arm/v7", ["linux/arm/v5", "linux/arm/v6", "linux/arm64"], 1),
            ("linux/arm64", ["linux/arm/v7", "linux/arm64", "linux/amd64"], 1),
            ("linux/amd64", ["linux/386", "linux/arm64", "linux/amd64"], 2),
            ("linux/amd64", ["linux/amd64", "linux/amd64"], 0),
            ("linux/s390x", ["linux/amd64"], nil),
        ] as [(String, [String], Int?)])
    func choosesTheBest(_ machine: String, _ offers: [String], _ expected: Int?) throws {
        let platforms = try offers.map { try Platform(parsing: $0) }
        #expect(try Platform(parsing: machine).best(of: platforms) == expected)
    }
}
