/// Slash-separated paths as Go's package `path` handles them.
public enum GoPath {
    /// The shortest path that means the same by its text alone: no empty or `.` elements, `..` applied where possible,
    /// no slash at the end. The empty path becomes `.`.
    public static func clean(_ path: String) -> String {
        let isRooted = path.utf8.first == Byte.slash
        var elements: [Substring.UTF8View] = []
        for element in path.utf8.split(separator: Byte.slash) where !element.elementsEqual(".".utf8) {
            guard element.elementsEqual("..".utf8) else {
                elements.append(element)
                continue
            }
            if let last = elements.last, !last.elementsEqual("..".utf8) {
                elements.removeLast()
            } else if !isRooted {
                elements.append(element)
            }
        }
        let joined = elements.map { String(Substring($0)) }.joined(separator: "/")
        if isRooted { return "/" + joined }
        return joined.isEmpty ? "." : joined
    }

    /// The paths joined by slashes and cleaned; empty ones do not count.
    public static func join(_ paths: String...) -> String {
        let present = paths.filter { !$0.isEmpty }
        return present.isEmpty ? "" : clean(present.joined(separator: "/"))
    }

    /// The last element; `/` if there are only slashes, `.` if the path is empty.
    public static func base(_ path: String) -> String {
        guard !path.isEmpty else { return "." }
        return path.utf8.split(separator: Byte.slash).last.map { String(Substring($0)) } ?? "/"
    }

    /// Whether a path starts at the root.
    public static func isAbsolute(_ path: String) -> Bool {
        path.utf8.first == Byte.slash
    }
}
