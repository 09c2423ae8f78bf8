public import Dockerfile
import OCI

/// Walks the stages of a Dockerfile and writes down what the target needs.
///
/// Each stage is planned at most once, and only when the target, another stage's `FROM` or a `--from` asks for it. A
/// stage's instructions change a ``StageState``; those that change the file system also append an ``Operation``. The
/// files beside this one do that by kind of instruction.
public struct Planner {
    let dockerfile: Dockerfile
    var options: PlanOptions
    let resolver: any ImageResolver
    /// Global arguments with the automatic ones: what `FROM` sees.
    var globalArguments = EnvironmentList()
    var stages: [StageEntry] = []
    var operations: [Operation] = []
    var planned: [Int: StageState] = [:]
    var importedImages: [ImageKey: OperationID] = [:]
    var resolvedImages: [ImageKey: Result<BaseImage, any Error>] = [:]
    /// What the build checks found: in the text and in every `FROM`, and by stage.
    var checks: DockerfileChecks
    var textFindings: [Diagnostic] = []
    var stageFindings: [Int: [Diagnostic]] = [:]
    /// The instruction at hand.
    var focus: Focus?
    var globalOutline: [String: StageOutline.Argument] = [:]
    var stageOutlines: [Int: StageOutline] = [:]
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
        checks = DockerfileChecks(dockerfile, ignorePatterns: options.ignorePatterns)
    }

    /// The graph of the target.
    ///
    /// Throws `DockerfileError` for what is wrong in the Dockerfile, and what the resolver throws for a base image that
    /// cannot be had, as ``BaseImageError``.
    public func plan() async throws -> BuildGraph { try await report(allStages: false).result.get().graph }

    /// What planning comes to and what the build checks found, up to where it failed if it did.
    ///
    /// - Parameter allStages: whether stages are planned and checked that the target does not need.
    public func report(allStages: Bool) async -> PlanReport {
        var planner = self
        do {
            let (target, state) = try await planner.run(allStages: allStages)
            if let failure = planner.checks.configuration.failure(for: planner.findings) {
                throw DockerfileError(failure)
            }
            return PlanReport(findings: planner.findings, result: .success(try planner.product(of: target, state)))
        } catch {
            return PlanReport(findings: planner.findings, result: .failure(error))
        }
    }

    /// Looks at what can be known without any image: the position of the target, global arguments, what each stage
    /// starts from.
    mutating func prepare() throws(DockerfileError) -> Int {
        try configureChecks()
        textFindings = checks.textFindings()
        let automatic = automaticArguments(targetStage: options.target ?? dockerfile.stages.last?.name ?? "")
        checkDefaultBaseNames(automatic)
        try evaluateGlobalArguments(automatic)
        for stage in dockerfile.stages {
            checkFrom(stage)
            stages.append(try entry(for: stage))
        }
        let target = try targetIndex()
        try checkCopySources()
        return target
    }

    /// Plans the target and whatever else is asked for.
    private mutating func run(allStages: Bool) async throws -> (target: Int, state: StageState) {
        let target = try prepare()
        let needed = allStages ? Set(stages.indices) : try reachable(from: target)
        await resolveImages(neededBy: needed)
        // BuildKit plans in the order of the file; here a stage is planned when it is first needed.
        if allStages { for index in stages.indices where !stages[index].isReplaced { try await planStage(index) } }
        return (target, try await planStage(target))
    }

    /// The build argument `BUILDKIT_DOCKERFILE_CHECK` takes the place of the directive.
    private mutating func configureChecks() throws(DockerfileError) {
        guard let text = options.buildArguments["BUILDKIT_DOCKERFILE_CHECK"] else { return }
        do {
            let configuration = try CheckConfiguration(parsing: text)
            checks = DockerfileChecks(
                dockerfile, configuration: configuration, ignorePatterns: options.ignorePatterns)
        } catch let cause {
            throw error(
                .invalidArgument, "failed to parse build-arg:BUILDKIT_DOCKERFILE_CHECK: \(cause.message)",
                help: cause.help, at: nil)
        }
    }

    /// What has come of planning.
    private func product(of target: Int, _ state: StageState) throws -> PlanReport.Product {
        var configuration = state.configuration
        for label in options.labels.variables {
            configuration.container.labels[label.name] = label.value
        }
        if options.isTargetPlatformExplicit { configuration.platform = options.targetPlatform }
        let graph = BuildGraph(
            operations: operations, result: state.head, configuration: configuration, platform: state.platform,
            sourceDateEpoch: sourceDateEpoch, unusedBuildArguments: unusedBuildArguments())
        return PlanReport.Product(graph: graph, outline: outline(of: target))
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
