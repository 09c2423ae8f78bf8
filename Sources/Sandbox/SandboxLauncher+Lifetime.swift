internal import CSandbox
internal import Synchronization
public import SystemPackage

extension SandboxLauncher {
    /// Has the launcher delete `directory` and all below it if slipway dies without `shutdown()`.
    ///
    /// - Throws: `.invalidSpecification` for a path that is relative, the root, or too long; `.launcherLost`.
    public func cleanUpOnExit(_ directory: FilePath) throws(SandboxError) {
        try tell(CSANDBOX_GUARD, about: directory)
    }

    /// Takes back `cleanUpOnExit`, for a directory that has been deleted or is to stay.
    ///
    /// - Throws: as `cleanUpOnExit`.
    public func keepOnExit(_ directory: FilePath) throws(SandboxError) {
        try tell(CSANDBOX_RELEASE, about: directory)
    }

    private func tell(_ kind: csandbox_request_kind, about directory: FilePath) throws(SandboxError) {
        let path = directory.lexicallyNormalized()
        guard path.isAbsolute, path != "/", path.rawBytes.count < 4096 else {
            throw .invalid("\(directory) cannot be a temporary directory")
        }
        let error = send(kind, payload: path.rawBytes)
        guard error == 0 else {
            throw SandboxError(.launcherLost, "the sandbox launcher does not answer", cause: Errno(rawValue: error))
        }
    }

    /// Kills what still runs, ends the launcher and waits for it. Deletes nothing. Further runs throw `.launcherLost`.
    ///
    /// Where a process may still be running, cancel its task first: here its `run` throws `.launcherLost`.
    public func shutdown() {
        let isFirst = state.withLock { state in
            defer { state.isLost = true }
            return !state.isLost
        }
        guard isFirst else { return }
        // A launcher that is gone already cannot take the message, and is reaped all the same.
        _ = send(CSANDBOX_GOODBYE)
        _ = csandbox_wait(process)
        lose()
    }
}
