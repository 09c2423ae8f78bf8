import ArgumentParser

/// The flags of `slipway build`, named as those of `docker buildx build`.
///
/// Values are taken as they stand (`.unconditional`), even with a dash in front: `-f -`, `--build-arg FLAGS=-O2`.
struct BuildFlags: ParsableArguments {
    @Option(
        name: [.customShort("t", allowingJoined: true), .long], parsing: .unconditionalSingleValue,
        help: .init("Name of the image, \"name[:tag]\".", valueName: "name"))
    var tag: [String] = []

    @Option(
        name: [.customShort("f", allowingJoined: true), .long], parsing: .unconditional,
        help: .init(
            "The Dockerfile; - reads standard input.", discussion: "Default: PATH/Dockerfile", valueName: "path"),
        completion: .file())
    var file: String?

    @Option(
        parsing: .unconditional,
        help: .init("The stage to build; stages it does not need never run.", valueName: "stage"), completion: .stages)
    var target: String?

    @Option(
        parsing: .unconditionalSingleValue,
        help: .init("A build-time variable; without a value, that of the environment.", valueName: "key[=value]"))
    var buildArg: [String] = []

    @Option(
        parsing: .unconditionalSingleValue,
        help: .init(
            "A further context: as PATH, or oci-layout://PATH[:tag|@digest] or docker-image://REFERENCE.",
            valueName: "name=source"))
    var buildContext: [String] = []

    @Option(parsing: .unconditionalSingleValue, help: .init("A label of the image.", valueName: "key=value"))
    var label: [String] = []

    @Flag(help: "Run every step, even if its result is cached.")
    var noCache = false

    @Option(
        parsing: .unconditionalSingleValue, help: .init("Do not use the cache for these stages.", valueName: "stage"))
    var noCacheFilter: [String] = []

    @Option(
        parsing: .unconditionalSingleValue,
        help: .init(
            "Where steps of other stores are found: an image, or type=local,src=path[,tag=name|,digest=digest].",
            valueName: "image|type=…"))
    var cacheFrom: [String] = []

    @Option(
        parsing: .unconditionalSingleValue,
        help: .init(
            "Where steps are left for other stores: type=inline (in the image) or type=local,dest=path[,mode=min|max].",
            valueName: "type=…"))
    var cacheTo: [String] = []

    @Option(
        parsing: .unconditional,
        help: .init("How many steps run at the same time at most; as many as there are without.", valueName: "number"))
    var maxParallelism: String?

    @Option(
        parsing: .unconditionalSingleValue,
        help: .init("A secret for RUN --mount=type=secret.", valueName: "id=name[,src=file|,env=variable]"))
    var secret: [String] = []

    @Option(
        name: [.customShort("o", allowingJoined: true), .long], parsing: .unconditionalSingleValue,
        help: .init(
            "Where the result goes: type=image|oci|docker|tar|local[,dest=path]; dest=- is standard output.",
            discussion: "Default: type=image, into the local store", valueName: "output"))
    var output: [String] = []

    @Option(
        parsing: .unconditionalSingleValue, help: .init("The platform to build for.", valueName: "platform"),
        completion: .platforms)
    var platform: [String] = []

    @Flag(help: "Write what images, repositories and addresses stand for into a lock file beside the Dockerfile.")
    var lock = false

    @Flag(help: "Use exactly what the lock file names.")
    var locked = false

    @Flag(help: "Ask the registries for base images, even if the store has them.")
    var pull = false

    @Option(
        parsing: .unconditionalSingleValue,
        help: .init(
            "A note in the image's manifest or index; type: manifest, index, manifest-descriptor, index-descriptor.",
            valueName: "[type[platform]:]key=value"))
    var annotation: [String] = []

    @Option(
        parsing: .unconditionalSingleValue,
        help: .init("An attestation of the image: type=provenance or type=sbom.", valueName: "type=…"),
        completion: .list(["type=provenance", "type=sbom"]))
    var attest: [String] = []

    @Option(
        parsing: .unconditional,
        help: .init("Attest how the image was built: true, false or mode=min|max,….", valueName: "settings"))
    var provenance: String?

    @Option(
        parsing: .unconditional,
        help: .init(
            "Attest which packages are in the image: true, false or format=spdx|cyclonedx|all.", valueName: "settings"))
    var sbom: String?

    @Option(
        parsing: .unconditional,
        help: .init("The network of RUN: default (the host's), host, private or none.", valueName: "mode"),
        completion: .networks)
    var network: String?

    @Option(parsing: .unconditionalSingleValue, help: .init("A line for /etc/hosts.", valueName: "name:address"))
    var addHost: [String] = []

    @Option(parsing: .unconditional, help: .init("Size of /dev/shm.", valueName: "size"))
    var shmSize: String?

    @Option(parsing: .unconditionalSingleValue, help: .init("A resource limit.", valueName: "name=soft[:hard]"))
    var ulimit: [String] = []

    @OptionGroup var steps: StepFlags

    @Option(
        parsing: .unconditional,
        help: .init("How progress is shown: auto, tty, plain, rawjson or quiet.", valueName: "mode"),
        completion: .progressModes)
    var progress: String?

    @Flag(help: "Say of each step why it runs: what is different from the build before.")
    var explain = false

    @Flag(
        name: [.short, .long], help: "Show no progress; print the image id, which is the digest of its configuration.")
    var quiet = false

    @Option(
        parsing: .unconditional,
        help: .init("Write the image id, the digest of its configuration, to a file.", valueName: "path"),
        completion: .file())
    var iidfile: String?

    @Option(
        parsing: .unconditional,
        help: .init("Write digests and names of the result to a file, as JSON.", valueName: "path"), completion: .file()
    )
    var metadataFile: String?

    @Flag(help: "Check the Dockerfile instead of building it: short for --call=check.")
    var check = false

    @Option(
        parsing: .unconditional,
        help: .init(
            "What to do: build, check, outline (what a build can be given) or targets (the stages).",
            valueName: "method[,format=json]"), completion: .list(["build", "check", "outline", "targets"]))
    var call: String?

    @Flag(help: "Push the image to the registries of its names, as --output type=registry does.")
    var push = false

    @Flag(help: .init("Put the image into the local store, as is done without --output.", visibility: .hidden))
    var load = false

    /// Intermediate containers do not exist here, so there is nothing to keep or remove.
    @Flag(name: [.customLong("rm"), .customLong("force-rm")], help: .hidden)
    var removeIntermediates = false
}
