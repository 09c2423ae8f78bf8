import FoundationEssentials
import SystemPackage

/// What processes leave behind on the machine.
enum Traces {
    /// The command lines of processes that name the mark.
    static func processes(mark: String) -> [String] {
        File.names("/proc").compactMap { name in
            guard Int(name) != nil, let line = try? File.text(FilePath("/proc").appending(name).appending("cmdline"))
            else { return nil }
            let text = line.replacing("\0", with: " ")
            return text.contains(mark) ? text : nil
        }
    }

    /// The mounts of this mount namespace that are at or below a path, or name it as a source.
    static func mounts(below path: FilePath) throws -> [String] {
        try File.text("/proc/self/mountinfo").split(separator: "\n").map(String.init).filter {
            $0.contains(path.string)
        }
    }
}
