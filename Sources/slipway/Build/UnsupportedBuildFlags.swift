import ArgumentParser

/// Flags of `docker buildx build` that slipway knows and does not carry out yet: refused with a reason, never ignored.
struct UnsupportedBuildFlags: ParsableArguments {
    @Flag(help: .hidden) var squash = false
    @Flag(help: .hidden) var compress = false
    @Flag(name: [.customShort("D"), .long], help: .hidden) var debug = false
    @Option(parsing: .unconditionalSingleValue, help: .hidden) var policy: [String] = []
    @Option(parsing: .unconditionalSingleValue, help: .hidden) var securityOpt: [String] = []
    @Option(parsing: .unconditional, help: .hidden) var builder: String?
    @Option(parsing: .unconditional, help: .hidden) var isolation: String?
}

extension UnsupportedBuildFlags {
    /// Throws for the first flag that was given.
    func refuse() throws(CommandLineError) {
        let given: [(flag: String, isGiven: Bool, reason: String)] = [
            ("--squash", squash, "a multi-stage Dockerfile with COPY --from does the same"),
            ("--compress", compress, "the context is not sent anywhere"),
            ("--debug", debug, "use --progress=plain to see everything"),
            (
                "--policy", !policy.isEmpty,
                "Rego is not evaluated; a source policy in JSON is, "
                    + "which EXPERIMENTAL_BUILDKIT_SOURCE_POLICY names"
            ),
            ("--security-opt", !securityOpt.isEmpty, "RUN always has the default profile"),
            (
                "--builder", builder.map { $0 != "default" && !$0.isEmpty } ?? false,
                "there is one builder, without a daemon"
            ),
            (
                "--isolation", isolation.map { $0 != "default" && !$0.isEmpty } ?? false,
                "there is one kind of isolation"
            ),
        ]
        guard let refused = given.first(where: \.isGiven) else { return }
        throw CommandLineError("\(refused.flag) is not supported yet: \(refused.reason)")
    }
}
