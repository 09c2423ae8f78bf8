internal import OCI

/// The packages of an image: a software bill of materials, to be written as SPDX 2.3 or CycloneDX 1.6.
///
/// - `SBOMScanner` makes one of an image's layers. It is given a `FileTree` to read from; each cataloger in `System/`, `Languages/`,
///   `Binaries/` and `Java/` is a value over such a tree that adds what it recognises to `Findings`, and does no I/O of its own.
/// - `Model/` is what they speak of: packages, their URLs and places, the distribution.
/// - `Formats/` turns a bill into bytes. The same image gives the same bytes: nothing but its files and its own time goes in.
///
/// An image's files are the work of somebody unknown. `Limit` bounds what is read of them, and a file that is damaged becomes one
/// of `problems` in place of an end of the scan.
public struct BillOfMaterials: Hashable, Sendable {
    /// A file that could not be read as what it should be.
    public struct Problem: Hashable, Sendable {
        /// The path in the image.
        public var path: String
        /// What is wrong with it.
        public var message: String
    }

    /// The Linux distribution; nil when the image does not tell.
    public let distribution: Distribution?
    /// The packages by kind, name and version. One that lies in several places is there once, with all of them.
    public let packages: [Package]
    /// For each package, the places in `packages` of those that it needs, as far as is known.
    public let dependencies: [[Int]]
    /// What could not be read.
    public let problems: [Problem]

    init(_ findings: Findings, distribution: Distribution?) {
        self.distribution = distribution
        problems = findings.problems.map { Problem(path: $0.path, message: $0.message) }
        var merged: [Package.Identity: Package] = [:]
        for package in findings.packages {
            if merged[package.identity]?.absorb(package) == nil { merged[package.identity] = package }
        }
        let sorted = merged.values.map { package in
            var package = package
            package.licenses = Set(package.licenses).sorted { Self.precedes($0, $1) }
            return package
        }.sorted { Self.precedes($0.sortKey, $1.sortKey) }
        let places = Dictionary(uniqueKeysWithValues: zip(sorted.map(\.identity), sorted.indices))
        let placeOf = findings.packages.map { places[$0.identity] }
        var needed = Array(repeating: Set<Int>(), count: sorted.count)
        for (dependent, dependency) in findings.dependencies {
            guard let dependent = placeOf[dependent], let dependency = placeOf[dependency], dependent != dependency
            else {
                continue
            }
            needed[dependent].insert(dependency)
        }
        packages = sorted
        dependencies = needed.map { $0.sorted() }
    }

    private static func precedes(_ left: String, _ right: String) -> Bool {
        left.utf8.lexicographicallyPrecedes(right.utf8)
    }

    /// For each package a name that no other has in this bill, of letters, digits, dots and dashes.
    var identifiers: [String] {
        packages.map { package in
            let name = package.name.utf8.prefix(80).map { byte in
                byte.isLetterOrDigit || byte == UInt8(ascii: ".") ? byte : UInt8(ascii: "-")
            }
            let digest = Digest.sha256(of: package.sortKey)
            return "Package-\(package.kind.rawValue)-\(String(decoding: name, as: UTF8.self))-\(digest.hex.prefix(16))"
        }
    }
}

extension Package {
    /// What makes a package differ from all others, in the order of the list.
    fileprivate var sortKey: String {
        [kind.rawValue, name, version, packageURL.description].joined(separator: "\0")
    }

    /// Takes the places and licences of another finding of the same package.
    fileprivate mutating func absorb(_ other: Package) {
        for location in other.locations where !locations.contains(location) { locations.append(location) }
        licenses += other.licenses
        supplier = supplier ?? other.supplier
        architecture = architecture ?? other.architecture
    }
}
