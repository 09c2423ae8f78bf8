import ContentStore
import FileSystem
import OCI
import SystemPackage
import Testing

@testable import slipway

@Suite struct ImageCommandTests {
    /// Stores an image of one layer under `names`.
    private func store(_ names: [String], in context: TestContext, label: String = "x") throws -> ImageRecord {
        let store = try ContentStore.open(root: context.root)
        let layer = Array("layer of \(label)".utf8)
        let blob = try store.put(layer)
        var configuration = ImageConfiguration(platform: .host)
        configuration.diffIDs = [blob]
        configuration.container.labels = ["label": label]
        configuration.history = [
            HistoryEntry(
                created: "2023-11-14T22:13:20Z", createdBy: "COPY app /app # \(String(repeating: "y", count: 60))"),
            HistoryEntry(created: "2023-11-14T22:13:20Z", createdBy: "USER 5", isEmptyLayer: true),
        ]
        let config = try store.put(configuration.encoded(), mediaType: .ociConfiguration)
        let manifest = ImageManifest(
            configuration: config,
            layers: [Descriptor(mediaType: .ociLayer, digest: blob, size: Int64(layer.count))])
        let descriptor = try store.put(manifest.encoded(), mediaType: .ociManifest)
        let records = try store.putImage(descriptor, names: try names.map { try ImageReference(parsing: $0) })
        return try #require(records.first)
    }

    private func lines(_ context: TestContext) -> [String] {
        context.output.text.split(separator: "\n").map(String.init)
    }

    @Test func listing() async throws {
        let context = try TestContext()
        let record = try store(["shop:1", "x.org/a/b"], in: context)
        #expect(try await context.run(["images"]) == .success)
        #expect(lines(context)[0] == "REPOSITORY   TAG       IMAGE ID       CREATED                  SIZE")
        #expect(lines(context).count == 3)
        #expect(lines(context).contains { $0.hasPrefix("x.org/a/b    latest    \(record.id.short)") })
    }

    @Test(arguments: [("shop", 1), ("shop:1", 1), ("shop:2", 0), ("docker.io/library/shop", 1), ("sho", 0)])
    func listingByName(name: String, count: Int) async throws {
        let context = try TestContext()
        _ = try store(["shop:1", "x.org/a/b"], in: context)
        #expect(try await context.run(["images", "-q", name]) == .success)
        #expect(lines(context).count == count)
    }

    @Test func listingForPrograms() async throws {
        let context = try TestContext()
        let record = try store(["shop:1"], in: context)
        #expect(try await context.run(["images", "--format", "json", "--no-trunc"]) == .success)
        let object = try JSONValue(parsing: context.output.data.dropLast())
        #expect(object["ID"]?.stringValue == record.id.description)
        #expect(object["Repository"] == "shop")
        #expect(object["Digest"]?.stringValue == record.descriptor.digest.description)
    }

    @Test func anEmptyStoreIsNoError() async throws {
        let context = try TestContext()
        #expect(try await context.run(["images"]) == .success)
        #expect(lines(context).count == 1)
    }

    @Test func tagsAreGivenAndTaken() async throws {
        let context = try TestContext()
        let record = try store(["shop:1"], in: context)
        #expect(try await context.run(["tag", "shop:1", "other"]) == .success)
        #expect(try await context.run(["rmi", record.id.short]) == .failure)
        #expect(context.diagnostics.text.contains("other:latest, shop:1"))
        #expect(try await context.run(["rmi", "shop:1"]) == .success)
        #expect(context.output.text == "Untagged: shop:1\n")
        #expect(try await context.run(["rmi", "other"]) == .success)
        #expect(lines(context).suffix(2) == ["Untagged: other:latest", "Deleted: \(record.id)"])
        let store = try ContentStore.open(root: context.root)
        #expect(try store.images().isEmpty)
        #expect(!store.contains(record.descriptor.digest))
    }

    @Test func removalByForce() async throws {
        let context = try TestContext()
        let record = try store(["shop:1", "shop:2"], in: context)
        #expect(try await context.run(["rmi", "-f", record.id.short, "nosuch"]) == .success)
        #expect(lines(context).count == 3)
        #expect(try await context.run(["rmi", "nosuch"]) == .failure)
    }

    @Test(arguments: [["tag", "shop:1", "UPPER"], ["images", ":"], ["tag", "shop:1", "a@sha256:00"]])
    func badNames(arguments: [String]) async throws {
        let context = try TestContext()
        _ = try store(["shop:1"], in: context)
        #expect(try await context.run(arguments) == .usage)
    }

    @Test func inspection() async throws {
        let context = try TestContext()
        let record = try store(["shop:1"], in: context)
        #expect(try await context.run(["inspect", "shop:1", "nosuch"]) == .failure)
        #expect(context.diagnostics.text == "error: no such image: nosuch\n")
        let images = try #require(try JSONValue(parsing: context.output.data).arrayValue)
        #expect(images.count == 1)
        #expect(images[0]["Id"]?.stringValue == record.id.description)
        #expect(images[0]["RepoTags"] == ["shop:1"])
        #expect(images[0]["Config"]?["Labels"]?["label"] == "x")
        #expect(images[0]["RootFS"]?["Layers"]?.arrayValue?.count == 1)
    }

    @Test func history() async throws {
        let context = try TestContext()
        let record = try store(["shop:1"], in: context)
        #expect(try await context.run(["history", "shop:1"]) == .success)
        #expect(lines(context)[1].hasPrefix(record.id.short))
        #expect(lines(context)[1].contains("USER 5"))
        #expect(lines(context)[2].hasPrefix("<missing>"))
        #expect(lines(context)[2].contains("yyy… "))
        #expect(lines(context)[2].hasSuffix("10B       "))
    }

    @Test func saveAndLoad() async throws {
        for format in ["docker-archive", "oci-archive"] {
            let first = try TestContext()
            let record = try store(["shop:1"], in: first)
            let file = first.directory.appending("a.tar").string
            #expect(try await first.run(["save", "--format", format, "-o", file, "shop:1", "shop:1"]) == .success)
            let second = try TestContext()
            #expect(try await second.run(["load", "-i", file]) == .success)
            #expect(second.output.text == "Loaded image: shop:1\n")
            let loaded = try ContentStore.open(root: second.root).image(matching: "shop:1")
            #expect(loaded.id == record.id)
            #expect(try await first.run(["save", "--format", format, "shop:1"]) == .success)
            #expect(first.output.data == (try first.contents(of: "a.tar")))
        }
    }

    @Test func nothingIsLeftOfAFailedSave() async throws {
        let context = try TestContext()
        let record = try store(["shop:1"], in: context)
        let store = try ContentStore.open(root: context.root)
        try store.remove(try store.manifest(record.descriptor).layers[0].digest)
        let file = context.directory.appending("a.tar").string
        #expect(try await context.run(["save", "-o", file, "shop:1"]) == .failure)
        #expect(try DirectoryHandle(context.directory).entries().map(\.name.description) == ["store"])
    }

    @Test(arguments: [
        ["save", "-o", "/nonexistent/dir/x.tar", "shop:1"], ["load", "-i", "/nonexistent"],
        ["load", "-i", "/dev/null"],
        ["history", "nosuch"], ["tag", "nosuch", "a"], ["save", "nosuch"],
    ])
    func failures(arguments: [String]) async throws {
        let context = try TestContext()
        _ = try store(["shop:1"], in: context)
        #expect(try await context.run(arguments) == .failure)
        #expect(context.diagnostics.text.hasPrefix("error: "))
    }

    @Test func loadFromATerminalIsAMistake() async throws {
        #expect(try await TestContext().run(["load"]) == .usage)
    }
}
