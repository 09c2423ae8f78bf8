internal import Glibc

/// Programs of the machine that sandboxes are started with.
enum HostTool {
    /// Where a shell would find a program; nil if nowhere. A word with a slash is a path already.
    ///
    /// - Parameter path: `PATH`; the usual places if nil or empty.
    static func find(_ name: String, path: String?) -> String? {
        if name.contains("/") { return isExecutable(name) ? name : nil }
        let path =
            path.flatMap { $0.isEmpty ? nil : $0 } ?? "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        // A relative directory means another program in each working directory: none to be started with rights.
        return path.split(separator: ":").lazy.filter { $0.hasPrefix("/") }.map { "\($0)/\(name)" }.first(
            where: isExecutable)
    }

    private static func isExecutable(_ path: String) -> Bool {
        var status = stat()
        guard unsafe stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return false }
        return unsafe access(path, X_OK) == 0
    }
}
