public import Dockerfile
public import OCI

/// The stages of a Dockerfile and what passes between them, for people to look at.
///
/// Made from the text and the options of a build alone: no image is resolved, so it needs neither a network nor a store.
/// It names the same stages, sources and errors as the build would, because the ``Planner`` looks them up. What only an
/// image can tell, such as the value of a variable that the base sets, stays as it is written: `$NAME`.
///
/// Stages that the target does not need are in it too. A build never evaluates those; an instruction of such a stage that
/// cannot be evaluated is left out instead of being an error.
public struct StageGraph: Sendable, Hashable {
    /// A stage, or something that stages start or copy from.
    public struct Node: Sendable, Hashable {
        /// What stands behind a node.
        public enum Kind: Sendable, Hashable {
            case stage(Stage)
            /// An image that is no stage; the source is where it comes from.
            case image(ImageSource)
            /// The directory that `--build-context NAME=…` gives.
            case namedContext
            /// The context given on the command line.
            case buildContext
            /// The empty file system that `FROM scratch` starts from.
            case scratch
            /// A file on the web, the source of an `ADD`.
            case remoteFile
            /// A git repository, the source of an `ADD`.
            case repository
        }

        /// What stands behind it.
        public var kind: Kind
        /// The name of a stage (`stage-2` if it has none), of an image as the Dockerfile gives it, of a context; an address.
        public var name: String
        /// What takes part in the image, and how.
        public var part: Part

        /// The stage, if it is one.
        public var stage: Stage? {
            if case .stage(let stage) = kind { stage } else { nil }
        }

        /// Where an image comes from, if a named context puts it in the place of the one that the Dockerfile names.
        public var replacement: String? {
            guard case .image(let source) = kind else { return nil }
            switch source {
            case .layout(let path, let tag, let digest):
                return "oci-layout://" + path + (tag.map { ":" + $0 } ?? "") + (digest.map { "@\($0)" } ?? "")
            case .reference(let reference):
                let named = try? ImageReference(parsing: name)
                return named?.canonicalName == reference.canonicalName
                    ? nil : "docker-image://\(reference.familiarName)"
            }
        }
    }

    /// What is known of a stage beside its name.
    public struct Stage: Sendable, Hashable {
        /// Its place in the Dockerfile, counted from 0, as `COPY --from=0` takes it.
        public var index: Int
        /// Whether it was given a name with `AS`.
        public var isNamed: Bool
        /// Its lines in the Dockerfile, counted from 1: from `FROM` to the end of the last instruction.
        public var lines: ClosedRange<Int>
        /// How many steps a build of it shows: its `RUN`, `COPY`, `ADD` and `WORKDIR`, and the base if that is an image.
        public var steps: Int
        /// What `FROM --platform` asks for.
        public var platform: Platform?
        /// Whether a named context takes its place, so that its instructions do not count.
        public var isReplaced: Bool
    }

    /// What becomes of a node in a build of the target.
    public enum Part: String, Sendable, Hashable, CaseIterable {
        /// The stage whose file system and configuration are the image.
        case target
        /// The target starts from it: all its layers are in the image.
        case shipped
        /// It is built or read, but only what is copied out of it gets any further.
        case leftBehind = "left-behind"
        /// The target does not need it: a build neither runs nor pulls it.
        case pruned
    }

    /// Something that passes from a node to a stage.
    public struct Edge: Sendable, Hashable {
        /// Which instruction makes it pass.
        public enum Kind: String, Sendable, Hashable, CaseIterable {
            /// `FROM`: the stage starts from it.
            case from
            /// `COPY`
            case copy
            /// `ADD`
            case add
            /// `RUN --mount=type=bind`, or `type=cache` with `from`: files that are there while one command runs.
            case mount
        }

        /// Where it comes from: a position in ``StageGraph/nodes``.
        public var source: Int
        /// The stage that it goes to: a position in ``StageGraph/nodes``.
        public var destination: Int
        /// Which instruction makes it pass.
        public var kind: Kind
        /// What is taken, as written, variables expanded; empty for `FROM`, and for a whole download.
        public var paths: [String]
        /// Where it is put: absolute as far as the Dockerfile tells the working directory; nil for `FROM`.
        public var path: String?
        /// The instruction's first line; that of the `FROM` for what the base's `ONBUILD` does. Counted from 1.
        public var line: Int
        /// Whether a build of the target has to do it.
        public var isNeeded: Bool
    }

    /// The name of the Dockerfile.
    public var name: String
    /// The stages in the order of the Dockerfile, so that a stage's position is its index; then everything else in the order
    /// of first use.
    public var nodes: [Node]
    /// In the order of the Dockerfile. Every stage has exactly one of kind ``Edge/Kind/from``.
    public var edges: [Edge]
    /// The position of the target.
    public var target: Int

    /// The stages and what passes between them.
    ///
    /// Of the options it uses the target, build arguments, named contexts and platforms.
    ///
    /// Throws what is wrong in the Dockerfile, as planning a build does, as far as that can be told without images.
    public init(_ dockerfile: Dockerfile, options: PlanOptions = .init()) throws(DockerfileError) {
        var builder = try StageGraphBuilder(dockerfile, options: options)
        self = try builder.build()
    }

    init(name: String, nodes: [Node], edges: [Edge], target: Int) {
        self.name = name
        self.nodes = nodes
        self.edges = edges
        self.target = target
        markParts()
    }

    /// The stages in the order of the Dockerfile.
    public var stages: some RandomAccessCollection<Node> { nodes.prefix { $0.stage != nil } }

    /// What goes into a node, in the order of the Dockerfile.
    public func edges(into node: Int) -> [Edge] { edges.filter { $0.destination == node } }

    /// Finds out what the target needs, and what of that is in the image as a whole.
    private mutating func markParts() {
        var into: [[Int]] = Array(repeating: [], count: nodes.count)
        for (index, edge) in edges.enumerated() { into[edge.destination].append(index) }
        for index in nodes.indices { nodes[index].part = .pruned }
        for index in edges.indices { edges[index].isNeeded = false }
        var pending = [target]
        while let node = pending.popLast() {
            guard nodes[node].part == .pruned else { continue }
            nodes[node].part = .leftBehind
            for index in into[node] {
                edges[index].isNeeded = true
                pending.append(edges[index].source)
            }
        }
        var shipped: Int? = target
        while let node = shipped, nodes[node].part == .leftBehind {
            nodes[node].part = node == target ? .target : .shipped
            shipped = into[node].first { edges[$0].kind == .from }.map { edges[$0].source }
        }
    }
}
