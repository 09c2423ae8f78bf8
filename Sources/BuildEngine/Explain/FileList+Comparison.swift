extension FileList {
    /// How many files an explanation names.
    static let namedFiles = 5

    /// What is different from an earlier list, in the order of the paths: each file that is new, gone or another. A
    /// directory that came or went with everything in it stands for its files.
    ///
    /// - Parameter place: where the files are, for those that are not in the build context.
    func changes(since old: FileList, place: String?) -> [StepReason] {
        var changes: [StepReason] = []
        var total = 0
        var whole: (path: [UInt8], change: String)?
        func add(_ entry: Entry, _ change: String, _ values: (old: String, new: String)? = nil) {
            if let whole, whole.change == change, entry.path.starts(with: whole.path) { return }
            let isWhole = entry.kind == UInt8(ascii: "d") && (change == "added" || change == "removed")
            whole = isWhole ? (entry.path + [UInt8(ascii: "/")], change) : nil
            total += 1
            guard changes.count < Self.namedFiles else { return }
            let path = String(decoding: entry.path, as: UTF8.self) + (isWhole ? "/" : "")
            changes.append(StepReason(.file, path, old: values?.old, new: values?.new, change: change, place: place))
        }
        let before = old.entries
        var (next, known) = (0, 0)
        while next < entries.count || known < before.count {
            if next < entries.count, known < before.count, entries[next].path == before[known].path {
                if entries[next] != before[known] {
                    let (change, values) = entries[next].change(since: before[known])
                    add(entries[next], change, values)
                }
                next += 1
                known += 1
            } else if known == before.count
                || next < entries.count && entries[next].path.lexicographicallyPrecedes(before[known].path)
            {
                add(entries[next], "added")
                next += 1
            } else {
                add(before[known], "removed")
                known += 1
            }
        }
        if total > changes.count { changes.append(StepReason(.moreFiles, place: place, count: total - changes.count)) }
        return changes
    }
}

extension FileList.Entry {
    /// The most telling difference of two entries with the same path.
    fileprivate func change(since old: FileList.Entry) -> (String, (old: String, new: String)?) {
        if kind != old.kind { return ("kind", (old.kindName, kindName)) }
        if content != old.content { return ("content", nil) }
        if target != old.target {
            return ("link", (String(decoding: old.target, as: UTF8.self), String(decoding: target, as: UTF8.self)))
        }
        if mode != old.mode { return ("mode", (old.modeText, modeText)) }
        if (uid, gid) != (old.uid, old.gid) { return ("owner", ("\(old.uid):\(old.gid)", "\(uid):\(gid)")) }
        return ("attributes", nil)
    }

    private var modeText: String {
        let digits = String(mode, radix: 8)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }

    private var kindName: String {
        switch kind {
        case UInt8(ascii: "r"): "file"
        case UInt8(ascii: "d"): "directory"
        case UInt8(ascii: "l"): "link"
        case UInt8(ascii: "p"): "fifo"
        case UInt8(ascii: "s"): "socket"
        default: "device"
        }
    }
}
