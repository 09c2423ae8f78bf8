import Dockerfile
import FileSystem
import SystemPackage
import Testing

@testable import BuildEngine

/// What is known of a context without reading a file of it.
@Suite struct ContextListingTests {
    private let root: FilePath
    private let top: DirectoryHandle

    init() throws {
        root = FilePath("/tmp/slipway-listing-\(UInt64.random(in: 0 ... .max))")
        top = try DirectoryHandle.makeTree(root)
        for path in [
            "a/x", "a/b/c/deep", "a-b", "a.txt", "b/.hidden", "b/é", "empty/", "src/main.go", "src/main_test.go",
        ] {
            if path.hasSuffix("/") {
                _ = try DirectoryHandle.makeTree(root.appending(path))
            } else {
                try write(path, path)
            }
        }
        try top.makeSymbolicLink("link", to: "a/x")
    }

    private func write(_ text: String, _ path: String) throws {
        let path = root.appending(path)
        _ = try DirectoryHandle.makeTree(path.removingLastComponent())
        try AtomicFile.write(Array(text.utf8), to: path)
    }

    private func tree(ignoring patterns: [String] = []) throws -> ContextTree {
        try ContextTree(
            walking: ContextDirectory(path: root),
            ignoring: IgnoreFile(name: ".dockerignore", patterns: try IgnorePatterns(patterns)))
    }

    private func paths(_ listing: ContextListing) -> [String] {
        (1..<listing.count).map { listing.path(at: $0).string }
    }

    private func remove() throws {
        try removeTree(root)
    }

    @Test func everythingIsFoundByItsPath() throws {
        defer { try? remove() }
        let tree = try tree()
        #expect(
            paths(tree.listing) == [
                "a-b", "a.txt", "a", "a/b", "a/b/c", "a/b/c/deep", "a/x", "b", "b/.hidden", "b/é", "empty", "link",
                "src",
                "src/main.go", "src/main_test.go",
            ])
        for index in 0..<tree.listing.count {
            let path = FilePath("/").pushing(tree.listing.path(at: index))
            #expect(tree.listing.index(of: path) == index)
            #expect(try tree.node(at: path)?.status.inode == tree.listing.status(at: index).inode)
        }
        for path in ["/nothing", "/a/nothing", "/a.txt/x", "/a/b/c/deep/er", "/link/x"] {
            #expect(tree.listing.index(of: FilePath(path)) == nil)
        }
    }

    @Test func childrenAreInTheOrderOfTheirNames() throws {
        defer { try? remove() }
        let tree = try tree()
        func names(_ path: FilePath) throws -> [String] { try tree.children(of: path).map(\.name.string) }
        #expect(try names("/") == ["a", "a-b", "a.txt", "b", "empty", "link", "src"])
        #expect(try names("/a") == ["b", "x"])
        #expect(try names("/empty") == [])
        #expect(try names("/a.txt") == [])
        #expect(try tree.node(at: "/link")?.linkTarget == "a/x")
    }

    @Test func whatIsIgnoredIsLeftOutButNotItsExceptions() throws {
        defer { try? remove() }
        let tree = try tree(ignoring: ["a", "!a/b/c/deep", "src", "b/*"])
        #expect(
            paths(tree.listing) == ["a-b", "a.txt", "a", "a/b", "a/b/c", "a/b/c/deep", "b", "empty", "link"])
        #expect(tree.isLeftOut("/src/main.go"))
        #expect(!tree.isLeftOut("/a/b/c/deep"))
    }

    @Test func theFingerprintTellsStatesApart() throws {
        defer { try? remove() }
        var seen = [try tree().listing.fingerprint()]
        #expect(try tree().listing.fingerprint() == seen[0])
        let changes: [() throws -> Void] = [
            { try write("other text", "a.txt") }, { try write("new", "src/new") },
            { try top.openDirectory("src").rename("new", to: "older", in: top.openDirectory("src")) },
            { try top.openDirectory("src").removeFile("older") }, { try top.setMode(of: "a-b", to: 0o600) },
            { try top.setTimes(of: "a-b", to: Timestamp(seconds: 5)) },
            { try top.makeHardLink("again", to: "a-b", in: top) },
            { try top.rename("empty", to: "void", in: top) },
        ]
        for (number, change) in changes.enumerated() {
            try change()
            let now = try tree().listing.fingerprint()
            #expect(!seen.contains(now), "change \(number)")
            seen.append(now)
        }
        // The same names and files otherwise arranged.
        #expect(try tree(ignoring: ["a"]).listing.fingerprint() != tree(ignoring: ["b"]).listing.fingerprint())
    }

    @Test func whatChangedJustNowIsNotSettled() throws {
        defer { try? remove() }
        var listing = ContextListing(root: FileStatus(kind: .directory, mode: 0o755))
        listing.append(
            Array("f".utf8),
            FileStatus(kind: .regular, mode: 0o644, mtime: Timestamp(seconds: 7), ctime: Timestamp(seconds: 9)))
        #expect(!listing.isSettled(at: Timestamp(seconds: 9)))
        #expect(!listing.isSettled(at: Timestamp(seconds: 9, nanoseconds: 90_000_000)))
        #expect(listing.isSettled(at: Timestamp(seconds: 9, nanoseconds: 200_000_000)))
        #expect(listing.newestModification == Timestamp(seconds: 7))
        #expect(try !tree().isSettled)
    }
}
