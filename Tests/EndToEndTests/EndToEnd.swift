import Testing

/// Tests that drive the real program as a user does: its command line, its exit codes, what it prints, the images that
/// other tools read, and the traces that it leaves.
///
/// Start here: `Support/Workspace.swift` is what every test gets, `Support/Base.swift` the image that they build on,
/// `Support/Command.swift` how processes are run. Nothing in this target imports Slipway's modules: the judges are skopeo,
/// umoci, podman, docker-registry, GNU tar and Graphviz, which `scripts/setup test` installs.
///
/// One test at a time, because several measure time.
@Suite(.serialized, .timeLimit(.minutes(10)))
enum EndToEnd {}
