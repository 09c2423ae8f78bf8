/// What `git ls-remote` printed.
struct ReferenceListing: Sendable {
    private var objects: [String: String] = [:]
    /// The full name of the branch that `HEAD` stands for.
    private(set) var defaultBranch: String?

    init(_ text: String) {
        for line in text.utf8.split(separator: UInt8(ascii: "\n")) {
            let parts = line.split(separator: UInt8(ascii: "\t"), maxSplits: 1).map { String(Substring($0)) }
            guard parts.count == 2 else { continue }
            if parts[0].hasPrefix("ref: ") {
                if parts[1] == "HEAD" { defaultBranch = String(parts[0].dropFirst(5)) }
            } else if GitRevision.isCommit(parts[0]) {
                objects[parts[1]] = parts[0]
            }
        }
    }

    /// What a reference names: the reference of that name below `refs/`, else the branch, else the tag. Nil where there is
    /// no such reference.
    func revision(of reference: String) -> GitRevision? {
        func full(_ prefix: String) -> String { reference.hasPrefix(prefix) ? reference : prefix + reference }
        for name in [full("refs/"), full("refs/heads/"), full("refs/tags/")] {
            guard let object = objects[name] else { continue }
            // `^{}` is what an annotated tag is of.
            return GitRevision(commit: objects[name + "^{}"] ?? object, object: object, reference: name)
        }
        return nil
    }
}
