import LayerStore
import Sandbox
import Synchronization
import SystemPackage

/// What a step sees as `/`: an overlay where one can be mounted, else a copy of the image's files.
enum RunRoot {
    /// Mounted over the layers.
    case overlay(RootFilesystem)
    /// A copy, in which the changes have to be found afterwards.
    case copy(CopiedRoot)

    /// For the sandbox.
    var fileSystem: RootFilesystem {
        switch self {
        case .overlay(let root): root
        case .copy(let root): .directory(root.path)
        }
    }

    /// Moves the changes to `upper`, once the step has ended, where they are not there already.
    func collectChanges(in upper: FilePath) throws {
        if case .copy(let root) = self { try root.moveChanges(to: upper) }
    }

    /// Whether overlays can be mounted on this machine's store, which the first step of a build finds out.
    final class Support: Sendable {
        private let isRefused = Atomic(false)

        /// Whether an overlay has been refused before.
        var hasRefusedOverlays: Bool { isRefused.load(ordering: .relaxed) }

        /// Notes that an overlay was refused.
        func refuseOverlays() { isRefused.store(true, ordering: .relaxed) }
    }
}
