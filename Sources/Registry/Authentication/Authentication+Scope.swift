extension Authentication {
    /// What a token must allow, for a request or for several: actions on one repository or more.
    ///
    /// Distribution token specification, "Token Scope Documentation".
    struct Scope: Hashable, Sendable, CustomStringConvertible {
        /// The repository whose credentials are used and which errors name; empty where there is none.
        private(set) var repository: String
        /// For each resource, such as `repository:library/alpine`, what may be done to it. A word that is not made like
        /// that stands here whole, without actions.
        private var actions: [String: Set<String>] = [:]

        /// Nothing but to be known to the registry, as a login asks for.
        static let none = Scope(repository: "")

        /// To read from a repository.
        static func pull(_ repository: String) -> Scope { Scope(["pull"], repository) }

        /// To read from a repository and to write to it.
        static func push(_ repository: String) -> Scope { Scope(["pull", "push"], repository) }

        /// To remove from a repository.
        static func delete(_ repository: String) -> Scope { Scope(["delete"], repository) }

        /// To write to `repository` and have it take over blobs of `source`.
        static func mount(from source: String, into repository: String) -> Scope {
            push(repository).union(pull(source))
        }

        private init(repository: String) { self.repository = repository }

        private init(_ actions: Set<String>, _ repository: String) {
            self.repository = repository
            self.actions["repository:" + repository] = actions
        }

        /// Reads scopes as a challenge lists them, with blanks between: `repository:a:pull,push repository:b:pull`.
        init(parsing text: String, repository: String) {
            self.repository = repository
            for word in text.split(separator: " ") {
                // Names may hold colons: those of hosts with a port do.
                guard let colon = word.lastIndex(of: ":"), word.firstIndex(of: ":") != colon else {
                    actions[String(word), default: []] = []
                    continue
                }
                let list = word[word.index(after: colon)...].split(separator: ",").map(String.init)
                actions[String(word[..<colon]), default: []].formUnion(list)
            }
        }

        /// This and what `other` allows beside it.
        func union(_ other: Scope) -> Scope {
            var result = self
            result.actions.merge(other.actions) { $0.union($1) }
            return result
        }

        /// Whether a token for this is one for `other` as well.
        func covers(_ other: Scope) -> Bool {
            other.actions.allSatisfy { resource, wanted in
                guard let allowed = actions[resource] else { return false }
                return allowed.contains("*") || wanted.isSubset(of: allowed)
            }
        }

        /// The scopes as the token specification writes them; the same for equal ones.
        var words: [String] {
            actions.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }.map { resource, actions in
                actions.isEmpty ? resource : resource + ":" + actions.sorted().joined(separator: ",")
            }
        }

        /// All of them, with blanks between.
        var description: String { words.joined(separator: " ") }
    }
}
