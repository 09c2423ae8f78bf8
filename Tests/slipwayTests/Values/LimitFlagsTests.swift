import Archive
import Testing

@testable import slipway

@Suite struct LimitFlagsTests {
    @Test(
        arguments: [
            ([:], UnpackLimits()), (["SLIPWAY_MAX_LAYER_SIZE": "", "SLIPWAY_MAX_LAYER_ENTRIES": ""], UnpackLimits()),
            (["SLIPWAY_MAX_LAYER_SIZE": "5g"], UnpackLimits(size: 5 << 30)),
            (["SLIPWAY_MAX_LAYER_ENTRIES": "7"], UnpackLimits(entries: 7)),
        ] as [([String: String], UnpackLimits)])
    func environment(variables: [String: String], limits: UnpackLimits) throws {
        #expect(try UnpackLimits(nil, environment: variables) == limits)
    }

    @Test(arguments: ["build", "load", "pull", "copy", "run"])
    func flagsComeBeforeTheEnvironment(command: String) throws {
        let words = ["--max-layer-size", "2m", "--max-layer-entries=9"] + (command == "copy" ? ["a", "b"] : ["a"])
        let parsed = try Program.parse([command] + (command == "load" ? words.dropLast() : words))
        let environment = ["SLIPWAY_MAX_LAYER_SIZE": "1g", "SLIPWAY_MAX_LAYER_ENTRIES": "1"]
        #expect(
            try UnpackLimits(parsed.limitFlags, environment: environment) == UnpackLimits(size: 2 << 20, entries: 9))
    }

    @Test(arguments: [
        ("SIZE", "0"), ("SIZE", "-1"), ("SIZE", "much"), ("ENTRIES", "0"), ("ENTRIES", "1.5"), ("ENTRIES", "-3"),
    ])
    func mistakes(name: String, value: String) {
        let error = #expect(throws: CommandLineError.self) {
            _ = try UnpackLimits(nil, environment: ["SLIPWAY_MAX_LAYER_\(name)": value])
        }
        #expect(error?.message.contains("SLIPWAY_MAX_LAYER_\(name)") == true)
    }
}
