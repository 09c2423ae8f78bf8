public import OCI

/// What a build has to do: operations in an order in which each comes after its inputs, and the configuration of the
/// image that the last of them completes.
///
/// This module turns a `Dockerfile` and the options of a build into a graph. It does no I/O: where it needs the
/// configuration of a base image it asks an ``ImageResolver``. Only what the target needs is in the graph, so a stage
/// that nobody asked for is neither resolved nor run.
///
/// Start reading at ``Planner``, which walks the stages; ``Operation`` is what comes out of it.
public struct BuildGraph: Sendable {
    /// Every operation the target needs. An operation's inputs stand before it, and ``Operation/id`` is its position.
    public var operations: [Operation]
    /// The operation whose file system is the image's.
    public var result: OperationID
    /// The image's configuration, complete but for `created`, `rootfs` and the times in `history`.
    public var configuration: ImageConfiguration
    /// The platform that the image is for.
    public var platform: Platform
    /// `SOURCE_DATE_EPOCH` as the build arguments or the Dockerfile's global `ARG` give it, in seconds.
    public var sourceDateEpoch: Int64?
    /// Build arguments that were given but that no stage of the graph declares.
    public var unusedBuildArguments: [String]

    /// The operation with an identifier of this graph.
    public subscript(id: OperationID) -> Operation { operations[id.rawValue] }

    /// The operations from the base of an operation's file system up to the operation itself: the ones that add its
    /// layers, in the order of the layers.
    public func chain(to id: OperationID) -> [Operation] {
        var chain: [Operation] = []
        var next: OperationID? = id
        while let current = next {
            let operation = self[current]
            chain.append(operation)
            next = operation.base
        }
        return chain.reversed()
    }
}
