import ContentStore
import OCI

/// The turn to execute a step, so that a step which several builds on one store come to at the same time, or several
/// stages of one build, is executed once. Who comes later waits, and finds the record of who came first; if the first
/// fails or is killed, the next has its turn.
///
/// The key is the content key: equal steps of builds that wait for each other get equal inputs, so equal content keys.
///
/// Nobody waits for ever. A turn is taken by an operation whose inputs all have their results, so that whoever holds one
/// waits for no other operation, of any build; nor does it take a second turn. What it may still wait for are the locks of
/// cache mounts, whose holders execute already and wait for no turn. So every chain of waiting ends at a step that runs.
/// Waiting takes a place of `--max-parallelism`, but so does who is waited for, in a place it has already.
///
/// A step of `--no-cache` takes no turn: it is to be executed whatever others have just done.
enum StepTurn {
    /// Waits for the turn. `onWait` is called once if it is somebody else's now.
    static func take(_ key: Digest, in store: ContentStore, onWait: () -> Void) async throws -> WorkLock {
        var pause = Duration.milliseconds(5)
        while true {
            if let lock = try store.workLock(for: key) { return lock }
            if pause == .milliseconds(5) { onWait() }
            // The kernel tells nobody when a lock is free, and to wait in flock(2) would take a thread that could not be
            // called back when the build is cancelled.
            try await Task.sleep(for: pause)
            pause = min(pause * 2, .milliseconds(40))
        }
    }
}
