public import OCI

/// A piece of software that an image holds, as its package manager, its build or its archive names it.
public struct Package: Hashable, Sendable {
    /// Where packages come from, named as other scanners name them.
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        /// Debian's and Ubuntu's packages.
        case deb
        /// Alpine's packages.
        case apk
        /// Packages of Fedora, SUSE and the like.
        case rpm
        /// Python's distributions.
        case python
        /// JavaScript packages as npm installs them.
        case npm
        /// Modules that a Go binary was built from.
        case goModule = "go-module"
        /// Crates that a Rust binary was built from.
        case crate = "rust-crate"
        /// Java archives, and what Maven says is in them.
        case java = "java-archive"
        /// Plugins of Jenkins.
        case jenkinsPlugin = "jenkins-plugin"
        /// PHP packages as Composer installs them.
        case composer = "php-composer"
        /// Ruby's gems.
        case gem
    }

    /// A file that told of a package.
    public struct Location: Hashable, Sendable {
        /// The absolute path in the image; a path within an archive stands behind a colon.
        public var path: String
        /// The DiffID of the layer that has the file; nil when it is not known.
        public var layer: Digest?

        /// Makes a location.
        public init(path: String, layer: Digest? = nil) {
            self.path = path
            self.layer = layer
        }
    }

    /// Where the package comes from.
    public var kind: Kind
    /// Its name.
    public var name: String
    /// Its version; empty when nothing tells.
    public var version: String
    /// Its name for programs.
    public var packageURL: PackageURL
    /// The licences as the package states them, in no particular form; sorted, each once.
    public var licenses: [String]
    /// The files that told of it, the first of each place first.
    public var locations: [Location]
    /// The processor architecture, in the words of the package's own system; nil where there is none.
    public var architecture: String?
    /// Who packaged it, as the package says; nil where it does not.
    public var supplier: String?

    /// Makes a package.
    public init(
        kind: Kind, name: String, version: String, packageURL: PackageURL, licenses: [String] = [],
        locations: [Location] = [], architecture: String? = nil, supplier: String? = nil
    ) {
        self.kind = kind
        self.name = name
        self.version = version
        self.packageURL = packageURL
        self.licenses = licenses
        self.locations = locations
        self.architecture = architecture
        self.supplier = supplier
    }

    /// What makes two findings one package.
    struct Identity: Hashable {
        var kind: Kind
        var name: String
        var version: String
        var packageURL: String
    }

    var identity: Identity {
        Identity(kind: kind, name: name, version: version, packageURL: packageURL.description)
    }
}
