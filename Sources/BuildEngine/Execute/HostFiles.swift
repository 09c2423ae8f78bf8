import BuildGraph
import FileSystem
import Sandbox
import SystemPackage

/// The files of this machine that a process needs to reach the network by name. It sees copies, which are no part of
/// any layer.
enum HostFiles {
    private static let limit = 1 << 20

    /// The files where a process looks for them.
    ///
    /// - Parameter network: the private network that it is in, if it is in one.
    static func mounts(for limits: RunLimits, network: PrivateNetwork?) throws -> [ResolvedMount] {
        [
            .file(bytes: try resolverConfiguration(for: network), target: "/etc/resolv.conf", mode: 0o644),
            .file(bytes: hosts(limits), target: "/etc/hosts", mode: 0o644),
        ]
    }

    /// `/etc/resolv.conf`: the machine's own, or an empty one where it has none; for a private network with its name server.
    private static func resolverConfiguration(for network: PrivateNetwork?) throws -> [UInt8] {
        let own = try resolverConfiguration()
        return network?.resolverConfiguration(host: own) ?? own
    }

    private static func resolverConfiguration() throws -> [UInt8] {
        do {
            let file = try FileDescriptor.open(FilePath("/etc/resolv.conf"), .readOnly, options: .closeOnExec)
            defer { file.closeAfterReading() }
            return try file.readAll(limit: limit, path: "/etc/resolv.conf")
        } catch Errno.noSuchFileOrDirectory {
            return []
        }
    }

    /// `/etc/hosts`: the loopback addresses, the sandbox's name and what `--add-host` gives.
    static func hosts(_ limits: RunLimits) -> [UInt8] {
        var lines = [
            "127.0.0.1\tlocalhost \(limits.hostname)", "::1\tlocalhost ip6-localhost ip6-loopback",
        ]
        lines += limits.extraHosts.map { "\($0.address)\t\($0.name.lowercased())" }
        return Array((lines.joined(separator: "\n") + "\n").utf8)
    }
}
