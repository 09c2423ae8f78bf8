public import Dockerfile
import OCI

/// Walks the stages of a Dockerfile and writes down what the target needs.
///
/// Each stage is planned at most once, and only when the target, another stage's `FROM` or a `--from` asks for it. A
/// stage's instructions change a ``StageState``; those that change the file system also append an ``Operation``. The
/// files beside this one do that by kind of instruction.
public struct Planner {
    let dockerfile: Dockerfile
    let options: PlanOptions
    let resolver: any ImageResolver
    /// Global arguments with the automatic ones: what `FROM` sees.
    var globalArguments = EnvironmentList()
    var stages: [StageEntry] = []
    var operations: [Operation] = []
    var planned: [Int: StageState] = [:]
    var importedImages: [ImageKey: OperationID] = [:]
    var resolvedImages: [ImageKey: Result<BaseImage, any Error>] = [:]
    var warnings: [Diagnostic] = []
    var declaredArguments: Set<String> = []

    /// A base image for one platform.
    struct ImageKey: Hashable {
        var source: ImageSource
        var platform: Platform
    }

    /// A stage with what is known of it before any stage is planned.
    struct StageEntry {
        /// Where the file system of a stage comes from.
        enum Base {
            case scratch
            case stage(Int)
            case image(ImageSource)
            case context(String)
        }

        var stage: Stage
        var base: Base
        /// The base as `FROM` names it, expanded.
        var baseName: String
        /// The platform `FROM --platform` asks for.
        var platform: Platform?
        /// Whether a named context takes the place of the stage, so that its instructions do not count.
        var isReplaced: Bool

        var name: String { stage.name ?? "stage-\(stage.index)" }
    }

    /// A planner for one target and platform. Nothing is looked at before `plan()`.
    public init(dockerfile: Dockerfile, options: PlanOptions, resolver: any ImageResolver) {
        self.dockerfile = dockerfile
        self.options = options
        self.resolver = resolver
    }

    /// The graph of the target.
    ///
    /// Throws `DockerfileError` for what is wrong in the Dockerfile, and what the resolver throws for a base image that
    /// cannot be had, as ``BaseImageError``.
    public func plan() async throws -> BuildGraph {
        var planner = self
        return try await planner.run()
    }

    /// Looks at what can be known without any image: the position of the target, global arguments, what each stage
    /// starts from.
    mutating func prepare() throws(DockerfileError) -> Int {
        let target = try targetIndex()
        try evaluateGlobalArguments(targetStage: dockerfile.stages[target].name ?? "")
        for stage in dockerfile.stages {
            stages.append(try entry(for: stage))
        }
        try checkCopySources()
        return target
    }

    private mutating func run() async throws -> BuildGraph {
        let target = try prepare()
        await resolveImages(neededBy: try reachable(from: target))
        let state = try await planStage(target)
        var configuration = state.configuration
        for label in options.labels.variables {
            configuration.container.labels[label.name] = label.value
        }
        if options.isTargetPlatformExplicit { configuration.platform = options.targetPlatform }
        return BuildGraph(
            operations: operations, result: state.head, configuration: configuration, platform: state.platform,
            sourceDateEpoch: try sourceDateEpoch(), unusedBuildArguments: unusedBuildArguments(), warnings: warnings)
    }

    /// The position of the stage that `--target` names, or of the last one.
    private func targetIndex() throws(DockerfileError) -> Int {
        guard let target = options.target, !target.isEmpty else { return dockerfile.stages.count - 1 }
        let name = target.lowercased()
        if let index = dockerfile.stages.lastIndex(where: { $0.name == name }) { return index }
        let names = dockerfile.stages.compactMap(\.name)
        let help =
            names.isEmpty
            ? "no stage of this Dockerfile has a name; give one with FROM … AS \(target)"
            : "the stages are \(names.joined(separator: ", "))"
        throw DockerfileError(
            .unknownStage, "target stage \"\(target)\" could not be found\(didYouMean(target, among: names))",
            help: help,
            at: nil, in: dockerfile.source)
    }

    /// What is known of a stage from its `FROM` alone.
    private mutating func entry(for stage: Stage) throws(DockerfileError) -> StageEntry {
        let baseName = try expandGlobal(stage.from.image)
        guard !baseName.isEmpty else {
            throw error(
                .invalidArgument, "base name (\(stage.from.image.raw)) should not be blank",
                help: "give the argument a default, or pass it with --build-arg", at: stage.from.image.range)
        }
        var platform: Platform?
        if let word = stage.from.platform {
            let text = try expandGlobal(word)
            guard !text.isEmpty else {
                throw error(.invalidArgument, "empty platform value from expression \(word.raw)", at: word.range)
            }
            do {
                platform = try Platform(parsing: text)
            } catch let cause {
                throw error(.invalidArgument, "failed to parse platform \(word.raw): \(cause)", at: word.range)
            }
        }
        var entry = StageEntry(
            stage: stage, base: .scratch, baseName: baseName, platform: platform, isReplaced: false)
        if let name = stage.name, let context = options.namedContexts[name] {
            entry.isReplaced = true
            entry.base = base(for: context, named: name)
        } else if let earlier = dockerfile.stages[..<stage.index].last(where: { $0.name == baseName }) {
            entry.base = .stage(earlier.index)
        } else if baseName != "scratch" {
            entry.base = try imageBase(baseName, at: stage.from.image.range)
        }
        return entry
    }

    /// What a name that is no stage stands for: a named context, or an image.
    func imageBase(_ name: String, at range: SourceRange?) throws(DockerfileError) -> StageEntry.Base {
        let reference: ImageReference
        do {
            reference = try ImageReference(parsing: name)
        } catch {
            if let context = options.namedContexts[name] { return base(for: context, named: name) }
            let names = dockerfile.stages.compactMap(\.name)
            throw self.error(
                .invalidArgument, "failed to parse stage name \"\(name)\": \(error)\(didYouMean(name, among: names))",
                at: range)
        }
        for candidate in [PlanOptions.contextName(of: reference), name] {
            if let context = options.namedContexts[candidate] { return base(for: context, named: candidate) }
        }
        return .image(.reference(reference))
    }

    private func base(for context: PlanOptions.NamedContext, named name: String) -> StageEntry.Base {
        switch context {
        case .directory: .context(name)
        case .image(let source): .image(source)
        }
    }

    func error(
        _ code: Diagnostic.Code, _ message: String, help: String? = nil, at range: SourceRange?
    ) -> DockerfileError {
        DockerfileError(code, message, help: help, at: range, in: dockerfile.source)
    }
}
