import BuildEngine

/// Hands a request to the build engine.
enum Engine {
    @Sendable static func build(_ request: BuildOptions, _ resources: BuildResources) async throws -> BuildOutcome {
        throw BuildError(.exportFailed, "not linked")
    }
}
