/// The packages that a Go binary's build information stands for: its modules, and Go's standard library as one more.
struct GoModules {
    let information: GoBuildInformation
    let location: Package.Location

    /// What the linker writes for the version of a module that was built in its own work tree.
    private static let development = "(devel)"

    func add(to findings: inout Findings) throws(SBOMError) {
        var information = information
        let main = Self.takeMain(&information)
        var places: [Int] = []
        for module in information.dependencies where !module.path.isEmpty { places.append(try add(module, &findings)) }
        if let library = standardLibrary { places.append(try findings.add(library)) }
        guard var main else { return }
        if main.version == Self.development { main.version = version(of: main) ?? main.version }
        let place = try add(main, &findings)
        for other in places { findings.add(dependent: place, dependency: other) }
    }

    private func add(_ module: GoBuildInformation.Module, _ findings: inout Findings) throws(SBOMError) -> Int {
        try findings.add(
            Package(
                kind: .goModule, name: module.path, version: module.version,
                packageURL: Self.url(module.path, module.version), locations: [location],
                architecture: information.settings["GOARCH"]))
    }

    /// The main module. Binaries built from single files, or without modules, name none: then it is the one dependency that was
    /// built in its work tree, or else stands for the main package.
    private static func takeMain(_ information: inout GoBuildInformation) -> GoBuildInformation.Module? {
        if let main = information.main, main != .init(path: "command-line-arguments", version: "") { return main }
        guard information.main != nil || !information.path.isEmpty else { return nil }
        let candidates = information.dependencies.indices.filter { information.dependencies[$0].version == development }
        if candidates.count == 1 { return information.dependencies.remove(at: candidates[0]) }
        return .init(path: information.path, version: development)
    }

    /// A better version than `(devel)`: one that the linker was told, as programs do that print theirs, or that of the commit.
    private func version(of main: GoBuildInformation.Module) -> String? {
        if let flags = information.settings["-ldflags"], let version = Self.version(inLinkerFlags: flags, of: main.path)
        {
            return version.hasPrefix("v") ? version : "v" + version
        }
        guard let revision = information.settings["vcs.revision"], let time = information.settings["vcs.time"] else {
            return nil
        }
        // Go modules reference, "Pseudo-versions": the time in UTC, as vcs.time is, and twelve digits of the commit.
        let digits = time.filter(\.isNumber).prefix(14)
        let stamp = digits.count == 14 ? String(digits) : "00010101000000"
        return "v0.0.0-\(stamp)-\(revision.prefix(12))"
    }

    /// The version in `-X main.version=1.2.3`: of a variable of the main package, or of one of the module, whose name ends in
    /// `version`, `ver` or `tag`.
    static func version(inLinkerFlags flags: String, of module: String) -> String? {
        for suffixes in [["version", "Version", "ver", "Ver"], ["tag", "Tag"]] {
            for word in flags.split(whereSeparator: { $0.isWhitespace || $0 == "'" || $0 == "\"" }) {
                let assignment = word.hasPrefix("-X=") ? word.dropFirst("-X=".count) : word
                guard let (variable, value) = assignment.cut("="), let dot = variable.lastIndex(of: ".") else {
                    continue
                }
                let name = variable[variable.index(after: dot)...]
                let package = variable[..<dot]
                guard suffixes.contains(where: { name.hasSuffix($0) }),
                    name.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber) }),
                    package.hasSuffix("main") || package.contains(module + "/")
                else { continue }
                if let version = number(value) { return version }
            }
        }
        return nil
    }

    /// The number at the beginning of a value, or behind its last slash.
    private static func number(_ value: Substring) -> String? {
        let start = value.lastIndex(of: "/").map { value.index(after: $0) } ?? value.startIndex
        let text = value[start...]
        let digits = text.hasPrefix("v") ? text.dropFirst() : text
        let parts = digits.split(separator: ".", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].allSatisfy(\.isNumber), parts[1].allSatisfy(\.isNumber), !parts[0].isEmpty,
            !parts[1].isEmpty, let first = parts[2].first, first.isNumber
        else { return nil }
        let last = parts[2].prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") }
        return (text.hasPrefix("v") ? "v" : "") + "\(parts[0]).\(parts[1]).\(last)"
    }

    private var standardLibrary: Package? {
        // Experiments stand behind a blank.
        let version = String(information.goVersion.prefix { $0 != " " })
        guard version.contains(where: \.isNumber) else { return nil }
        let number = version.hasPrefix("go") ? String(version.dropFirst(2)) : version
        return Package(
            kind: .goModule, name: "stdlib", version: version, packageURL: Self.url("stdlib", number),
            licenses: ["BSD-3-Clause"], locations: [location])
    }

    /// The first three segments are namespace and name, the rest is the path within (purl-spec, "golang").
    private static func url(_ path: String, _ version: String) -> PackageURL {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count > 2 else {
            return PackageURL(
                "golang", namespace: parts.count == 2 ? String(parts[0]) : "",
                name: parts.last.map(String.init) ?? path,
                version: version)
        }
        return PackageURL(
            "golang", namespace: parts[0] + "/" + parts[1], name: String(parts[2]), version: version,
            subpath: parts.dropFirst(3).joined(separator: "/"))
    }
}
