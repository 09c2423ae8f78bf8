import Archive
import BuildGraph
import Dockerfile
import FileSystem
import LayerStore
import SystemPackage
import Testing

@testable import BuildEngine

/// The rules of `COPY` for sources and destinations, on trees in memory. The judge of whole builds is the conformance
/// suite.
@Suite struct CopyTests {
    private let context = MemoryTree([
        "/a.txt": .file(), "/b.txt": .file(mode: 0o600), "/dir/one.txt": .file(), "/dir/sub/two.md": .file(mode: 0o755),
        "/link": .link("dir"), "/filelink": .link("/a.txt"), "/dangling": .link("nowhere"),
        "/escape": .link("../../etc"),
        "/x[1].txt": .file(), "/hard/1": .file(inode: 9, links: 2), "/hard/2": .file(inode: 9, links: 2),
    ])
    private let image = MemoryTree([
        "/etc/passwd": .file(), "/srv": .directory(mode: 0o700, uid: 5, gid: 6), "/lnk": .link("/etc"),
        "/shared": .directory(mode: 0o2775, gid: 44), "/dir/sub": .directory(mode: 0o700, uid: 9),
    ])

    private func copy(
        _ sources: [String], to destination: String, onto base: MemoryTree? = nil, owner: LayerDraft.Owner? = nil,
        mode: String? = nil, excludes: [String] = [], parents: String? = nil, context: MemoryTree? = nil
    ) throws -> [String: TarEntry] {
        let selector = Selector(
            tree: context ?? self.context, excludes: try IgnorePatterns(excludes), place: "in the build context")
        var writer = CopyWriter(
            draft: LayerDraft(over: base ?? image, epoch: Timestamp(seconds: 100)), destination: destination,
            owner: owner, mode: try mode.map(ModeChange.init(parsing:)),
            spool: try ArchiveSpool(directory: "/tmp", limits: UnpackLimits()))
        for source in sources {
            let source = CopyOperation.Source(
                origin: .context(.main), path: source, parentsPattern: parents, unpacks: false, range: nil)
            for item in try selector.select(source) { try writer.write(item) }
        }
        return Dictionary(uniqueKeysWithValues: writer.draft.entries.map { ($0.entry.path.string, $0.entry) })
    }

    private func paths(_ sources: [String], to destination: String, excludes: [String] = []) throws -> [String] {
        try copy(sources, to: destination, onto: MemoryTree([:]), excludes: excludes).keys.sorted()
    }

    @Test(arguments: [
        (["a.txt"], "/x", ["x"]), (["a.txt"], "/x/", ["x", "x/a.txt"]), (["a.txt", "b.txt"], "/", ["a.txt", "b.txt"]),
        (["dir"], "/x", ["x", "x/one.txt", "x/sub", "x/sub/two.md"]),
        (["link"], "/x", ["x", "x/one.txt", "x/sub", "x/sub/two.md"]), (["filelink"], "/x/", ["x", "x/filelink"]),
        (["*.txt"], "/x/", ["x", "x/a.txt", "x/b.txt", "x/x[1].txt"]), (["no*"], "/x/", []),
        (["x\\[1].txt"], "/y", ["y"]), (["../../a.txt"], "/x", ["x"]), (["d?r/*.txt"], "/", ["one.txt"]),
    ])
    func destinations(_ sources: [String], _ destination: String, _ expected: [String]) throws {
        #expect(try paths(sources, to: destination) == expected)
    }

    @Test(arguments: ["missing", "dangling", "dir/missing", "escape/passwd"])
    func missingSources(_ source: String) {
        #expect(throws: BuildError.self) { try paths([source], to: "/x") }
    }

    @Test(arguments: [
        ("b.tx", "did you mean \"b.txt\"?"), ("/dir/sub/tow.md", "did you mean \"/dir/sub/two.md\"?"),
        ("dir/sub/three", "\"/dir/sub\" holds two.md"), ("../a.text", "files above it cannot be copied"),
        ("link/one.tx", "did you mean \"dir/one.txt\"?"), ("a.txt/x", "\"/\" holds a.txt, b.txt, "),
    ])
    func missingSourcesComeWithHelp(_ source: String, _ help: String) throws {
        let error = #expect(throws: BuildError.self) { try paths([source], to: "/x") }
        #expect(error?.help?.hasPrefix(help) == true, "\(error?.help ?? "")")
    }

    @Test func linksInTheImageAreFollowedToTheDestination() throws {
        let entries = try copy(["a.txt"], to: "/lnk/")
        #expect(entries.keys.sorted() == ["etc", "etc/a.txt"])
    }

    @Test func parentsAreRepeatedAsTheyAre() throws {
        let entries = try copy(["a.txt"], to: "/srv/")
        #expect(entries["srv"]?.mode == 0o700)
        #expect(entries["srv"]?.uid == 5)
        #expect(entries["srv"]?.mtime == Timestamp(seconds: 50))
    }

    @Test func madeParentsTakeTheOwnerTheModeAndTheEpoch() throws {
        let entries = try copy(["a.txt"], to: "/new/deep/", owner: .init(uid: 3, gid: 4), mode: "640")
        for path in ["new", "new/deep", "new/deep/a.txt"] {
            #expect(entries[path]?.uid == 3)
            #expect(entries[path]?.gid == 4)
            #expect(entries[path]?.mode == 0o640)
        }
        #expect(entries["new"]?.mtime == Timestamp(seconds: 100))
    }

    @Test func symbolicModesLeaveMadeParentsAlone() throws {
        let entries = try copy(["b.txt"], to: "/new/", mode: "a+r")
        #expect(entries["new"]?.mode == 0o755)
        #expect(entries["new/b.txt"]?.mode == 0o644)
    }

    @Test func setgidIsInherited() throws {
        let entries = try copy(["a.txt"], to: "/shared/new/")
        #expect(entries["shared/new"]?.mode == 0o2755)
        #expect(entries["shared/new"]?.gid == 44)
    }

    @Test func mergedDirectoriesTakeTheSourcesMetadata() throws {
        let entries = try copy(["dir"], to: "/dir")
        #expect(entries["dir/sub"]?.mode == 0o755)
        #expect(entries["dir/sub"]?.uid == 0)
    }

    @Test func hardLinksStayLinks() throws {
        let entries = try copy(["hard"], to: "/h")
        #expect(entries["h/1"]?.kind == .file)
        #expect(entries["h/2"]?.kind == .hardLink("h/1"))
    }

    @Test func filesNamedOneByOneAreNotLinked() throws {
        let entries = try copy(["hard/1", "hard/2"], to: "/h/")
        #expect(entries["h/1"]?.kind == .file)
        #expect(entries["h/2"]?.kind == .file)
    }

    @Test(arguments: ["/new", "/new/", "/srv", "/srv/"])
    func theDestinationTakesTheTimeOfTheDirectoryThatIsCopied(_ destination: String) throws {
        let context = MemoryTree(["/dir": .directory(mtime: 7), "/dir/x": .file()])
        let entries = try copy(["dir"], to: destination, context: context)
        let name = destination.split(separator: "/").joined()
        #expect(entries[name]?.mtime == Timestamp(seconds: 7))
        #expect(entries["srv"].map(\.mode) ?? 0o700 == 0o700)
    }

    @Test func aLinkToNowhereGetsItsDirectory() throws {
        let image = MemoryTree(["/l": .link("/nowhere/x")])
        #expect(try copy(["a.txt"], to: "/l", onto: image).keys.sorted() == ["nowhere", "nowhere/x"])
    }

    @Test(arguments: ["link/one.txt", "link/sub/two.md"])
    func parentsDoNotFollowLinks(_ pattern: String) {
        #expect(throws: BuildError.self) { try copy(["/"], to: "/p/", parents: pattern) }
    }

    @Test func excludesAreRelativeToTheSource() throws {
        #expect(try paths(["dir"], to: "/x", excludes: ["*.txt"]) == ["x", "x/sub", "x/sub/two.md"])
        #expect(try paths(["*.txt"], to: "/x/", excludes: ["b*"]) == ["x", "x/a.txt", "x/x[1].txt"])
        #expect(try paths(["dir"], to: "/x", excludes: ["sub", "!sub/two.md"]).contains("x/sub/two.md"))
    }

    @Test func parentsKeepDirectories() throws {
        let entries = try copy(["/"], to: "/p/", parents: "dir/*/two.md")
        #expect(entries.keys.sorted() == ["p", "p/dir", "p/dir/sub", "p/dir/sub/two.md"])
    }

    @Test func severalFilesNeedADirectory() {
        #expect(throws: BuildError.self) { try copy(["a.txt", "b.txt"], to: "/x") }
    }

    @Test(arguments: [(["dir"], "/etc/passwd"), (["a.txt"], "/etc/passwd/x")])
    func whatIsInTheWayIsNotReplaced(_ sources: [String], _ destination: String) {
        #expect(throws: BuildError.self) { try copy(sources, to: destination) }
    }

    @Test func linksThatGoRoundAreAnError() {
        let circle = MemoryTree(["/a": .link("b"), "/b": .link("a")])
        #expect(throws: BuildError.self) { try circle.resolve("/a/x") }
    }
}
