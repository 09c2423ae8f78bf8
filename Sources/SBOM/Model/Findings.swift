/// What catalogers gather, in the order in which they come upon it.
struct Findings {
    /// A file that could not be read as what it should be.
    struct Problem: Hashable, Sendable {
        var path: String
        var message: String
    }

    private(set) var packages: [Package] = []
    /// Of two packages, by their places in `packages`: the first needs the second.
    private(set) var dependencies: [(dependent: Int, dependency: Int)] = []
    private(set) var problems: [Problem] = []

    /// Adds a package and gives its place.
    ///
    /// - Throws: `tooLarge` when there are more than any image has.
    @discardableResult
    mutating func add(_ package: Package) throws(SBOMError) -> Int {
        guard packages.count < Limit.packages else { throw .tooLarge("it lists more than \(Limit.packages) packages") }
        packages.append(package)
        return packages.count - 1
    }

    /// Notes that one package needs another one.
    mutating func add(dependent: Int, dependency: Int) {
        if dependent != dependency { dependencies.append((dependent, dependency)) }
    }

    /// Reads one file. If that fails, what it gave until then stays, and the failure is a problem to be told of: one damaged
    /// file must not hide all the others.
    mutating func read(_ path: String, _ body: (inout Findings) throws -> Void) {
        do {
            try body(&self)
        } catch {
            problems.append(Problem(path: path, message: "\(error)"))
        }
    }
}
