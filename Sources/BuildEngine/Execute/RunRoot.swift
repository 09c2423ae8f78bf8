import LayerStore
import Sandbox
import Synchronization
import SystemPackage

/// What a step sees as `/`: an overlay where one can be mounted or served, else a copy of the image's files.
enum RunRoot {
    /// Mounted over the layers.
    case overlay(RootFilesystem)
    /// Served by fuse-overlayfs.
    case userspaceOverlay(UserspaceOverlay)
    /// A copy, in which the changes have to be found afterwards.
    case copy(CopiedRoot)

    /// For the sandbox.
    var fileSystem: RootFilesystem {
        switch self {
        case .overlay(let root): root
        case .userspaceOverlay(let overlay): .userspaceOverlay(overlay)
        case .copy(let root): .directory(root.path)
        }
    }

    /// Moves the changes to `upper`, once the step has ended, where they are not there already.
    func collectChanges(in upper: FilePath) throws {
        switch self {
        case .overlay: return
        case .userspaceOverlay: try UserspaceUpperdir.convert(upper)
        case .copy(let root): try root.moveChanges(to: upper)
        }
    }

    /// What roots this machine lets steps have on this store, which the first steps of a build find out.
    final class Support: Sendable {
        private let refusals = Atomic(0)
        /// fuse-overlayfs; nil where it cannot be used.
        private let program: String?

        /// - Parameter program: what `UserspaceOverlay.program(path:)` found.
        init(program: String?) { self.program = program }

        /// The best that has not been refused.
        var kind: Kind { kind(after: refusals.load(ordering: .relaxed)) }

        /// Notes that a kind was refused.
        ///
        /// - Returns: whether there is another one.
        func refuse(_ kind: Kind) -> Bool {
            switch kind {
            case .overlay: _ = refusals.bitwiseOr(1, ordering: .relaxed)
            case .userspaceOverlay: _ = refusals.bitwiseOr(3, ordering: .relaxed)
            case .copy: return false
            }
            return true
        }

        private func kind(after refusals: Int) -> Kind {
            switch refusals {
            case 0: .overlay
            case 1: program.map { .userspaceOverlay(program: $0) } ?? .copy
            default: .copy
            }
        }
    }

    /// How a root is made.
    enum Kind: Sendable, Equatable {
        case overlay, userspaceOverlay(program: String), copy
    }
}
