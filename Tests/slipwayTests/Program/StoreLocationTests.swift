import SystemPackage
import Testing

@testable import slipway

@Suite struct StoreLocationTests {
    @Test(
        arguments: [
            ("/flag", ["SLIPWAY_ROOT": "/env"], false, "/flag"), (nil, ["SLIPWAY_ROOT": "/env"], true, "/env"),
            (nil, ["HOME": "/h"], true, "/var/lib/slipway"), (nil, ["HOME": "/h"], false, "/h/.local/share/slipway"),
            (nil, ["HOME": "/h", "XDG_DATA_HOME": "/d"], false, "/d/slipway"),
            (nil, ["HOME": "/h", "XDG_DATA_HOME": "relative"], false, "/h/.local/share/slipway"),
            (nil, ["HOME": "/h", "SLIPWAY_ROOT": ""], false, "/h/.local/share/slipway"),
        ] as [(String?, [String: String], Bool, String)])
    func resolved(flag: String?, environment: [String: String], isSuperuser: Bool, expected: String) throws {
        let root = try StoreLocation.resolve(flag: flag, environment: environment, isSuperuser: isSuperuser)
        #expect(root == FilePath(expected))
    }

    /// Sandboxes mount parts of it from another working directory.
    @Test func relativePathsBecomeAbsolute() throws {
        let expected = try HostPath.absolute("store")
        try #require(expected.isAbsolute)
        let flag = try StoreLocation.resolve(flag: "a/../store", environment: [:], isSuperuser: false)
        #expect(flag == expected)
        let environment = ["SLIPWAY_ROOT": "store"]
        let variable = try StoreLocation.resolve(flag: nil, environment: environment, isSuperuser: true)
        #expect(variable == expected)
    }

    @Test func nowhere() {
        #expect(throws: CommandLineError.self) {
            try StoreLocation.resolve(flag: nil, environment: [:], isSuperuser: false)
        }
        #expect(throws: CommandLineError.self) {
            try StoreLocation.resolve(flag: "", environment: [:], isSuperuser: false)
        }
    }
}
