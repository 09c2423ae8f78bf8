internal import OCI

/// What compilers leave in executables and libraries about the sources they were built from: Go's build information, and the list
/// that cargo-auditable adds to Rust's.
struct BinaryCataloger {
    let tree: FileTree

    func catalog(into findings: inout Findings) {
        for file in tree.files where file.isBinary {
            findings.read(file.path) { findings in
                let elf = try ELFFile(try tree.open(file))
                if let information = try GoBuildInformation(elf) {
                    try GoModules(information: information, location: file.location).add(to: &findings)
                }
                if let section = elf.section(".dep-v0") { try addCrates(in: section, of: elf, file, &findings) }
            }
        }
    }

    /// JSON, compressed by zlib (cargo-auditable's PARSING.md). Build and development dependencies are not in the binary.
    private func addCrates(
        in section: ELFFile.Section, of elf: ELFFile, _ file: FileTree.File, _ findings: inout Findings
    ) throws {
        guard section.size <= Limit.buildInformation else { throw SBOMError.tooLarge("its list of crates is too long") }
        let packed = try elf.file.exactly(section.size, at: section.offset, "the end of its list of crates")
        let json = try JSONValue(parsing: try Inflater.inflate(packed, .zlib, limit: Limit.buildInformation))
        guard case .array(let crates)? = json["packages"] else { return }
        var places: [Int: Int] = [:]
        for (index, crate) in crates.enumerated() {
            guard let name = crate["name"]?.stringValue, !name.isEmpty else { continue }
            guard crate["kind"]?.stringValue ?? "runtime" == "runtime" else { continue }
            let version = crate["version"]?.stringValue ?? ""
            places[index] = try findings.add(
                Package(
                    kind: .crate, name: name, version: version,
                    packageURL: PackageURL("cargo", name: name, version: version), locations: [file.location]))
        }
        for (index, crate) in crates.enumerated() {
            guard let place = places[index], case .array(let needed)? = crate["dependencies"] else { continue }
            for case .integer(let other) in needed {
                if let other = places[Int(other)] { findings.add(dependent: place, dependency: other) }
            }
        }
    }
}
