import FoundationEssentials
import SystemPackage
import Testing

extension EndToEnd {
    /// Bills of materials, judged by syft, by the schemas of CycloneDX and by SPDX's validator.
    @Suite struct SBOMTests {
        /// `scripts/setup test` leaves this file when it could fetch the judges, some of which come from PyPI.
        static var areToolsThere: Bool {
            let environment = ProcessInfo.processInfo.environment
            let cache = environment["XDG_CACHE_HOME"] ?? "\(environment["HOME"] ?? "")/.cache"
            return File.exists(FilePath(environment["SLIPWAY_SBOM_TOOLS"] ?? "\(cache)/slipway/sbom").appending("made"))
        }

        /// `scripts/compare-sbom` makes the image of Debian packages, and fails for a package that only one of the two lists and
        /// that it has no explanation for, and for a document that is not valid.
        @Test(.enabled(if: SBOMTests.areToolsThere), arguments: ["python", "go", "node", "java", "systems"])
        func listsWhatSyftLists(_ image: String) async throws {
            let tools = ProcessInfo.processInfo.environment.filter { $0.key == "SLIPWAY_SBOM_TOOLS" }
            let outcome = try await Command(
                program: Repository.top.appending("scripts/compare-sbom").string,
                arguments: ["--slipway", try await Binary.path(), image], environment: tools, limit: .seconds(300)
            ).run()
            #expect(outcome.status == 0, "\(outcome.transcript)")
        }

        struct Listing: Decodable {
            struct Package: Decodable {
                struct Place: Decodable {
                    var path: String
                    var layer: String
                }
                var name: String
                var version: String
                var type: String
                var locations: [Place]
            }
            var digest: String
            var packages: [Package]
        }

        /// Upper layers hide lower ones, and the layer that a package comes from is the one that has its file.
        @Test(arguments: Account.all)
        func seesTheImageAsAContainerDoes(account: Account) async throws {
            try await Workspace.use(as: account) { work in
                for (file, version) in [("one", "1"), ("two", "2")] {
                    try work.write(file, #"{"name":"\#(file)","version":"\#(version)"}"#)
                }
                let image = try await work.buildImage(
                    """
                    FROM base
                    COPY one /app/node_modules/one/package.json
                    COPY one /app/node_modules/gone/package.json
                    COPY two /app/node_modules/two/package.json
                    RUN rm -r /app/node_modules/gone && ln -s .. /app/node_modules/two/loop
                    """, ["--tag", "shop:1", "--output", "type=image"])
                let bill = try await work.slipway(["sbom", "--format", "json", "shop:1"])
                #expect(bill.status == 0, "\(bill.transcript)")
                let listing = try JSONDecoder().decode(Listing.self, from: bill.output)
                #expect(listing.digest == image.manifestDigest)
                #expect(listing.packages.filter { $0.type == "npm" }.map(\.name) == ["one", "two"])
                let places = listing.packages.filter { $0.type == "npm" }.flatMap(\.locations)
                #expect(places.map(\.path) == ["one", "two"].map { "/app/node_modules/\($0)/package.json" })
                #expect(Set(places.map(\.layer)).count == 2)

                let table = try await work.slipway(["sbom", "shop:1"])
                #expect(table.text.contains("two") && table.text.hasPrefix("NAME"))
            }
        }

        /// The same bytes from the store, from an archive, and again; a file is written as a whole or not at all.
        @Test func theSameImageGivesTheSameBytes() async throws {
            try await Workspace.use { work in
                try work.write("package.json", #"{"name":"a","version":"1"}"#)
                _ = try await work.buildImage(
                    "FROM scratch\nCOPY package.json /a/\n", ["--tag", "shop:1", "--output", "type=image"])
                for format in ["spdx", "cyclonedx"] {
                    let first = try await work.slipway(["sbom", "--format", format, "shop:1"])
                    #expect(first.status == 0, "\(first.transcript)")
                    let path = work.root.appending(format)
                    let again = try await work.slipway(["sbom", "--format", format, "-o", path.string, "shop:1"])
                    #expect(again.status == 0 && again.output.isEmpty)
                    #expect(try File.data(path) == first.output)
                    let archive = try await work.slipway(
                        ["sbom", "--format", format, "oci-layout://\(work.root)/image.tar"],
                        store: work.root.appending("other"))
                    #expect(archive.output == first.output, "\(archive.transcript)")
                }
            }
        }

        @Test(arguments: [
            (["sbom", "nothing:1"], 1, "no such image"), (["sbom", "--format", "xml", "a"], 2, "xml"),
            (["sbom", "--platform", "a/b/c/d", "a"], 2, "invalid platform"), (["sbom"], 2, "image"),
            (["sbom", "oci-layout:///nowhere"], 1, "/nowhere"),
        ])
        func saysWhatIsWrong(_ arguments: [String], _ status: Int, _ message: String) async throws {
            try await Workspace.use { work in
                let outcome = try await work.slipway(arguments)
                #expect(outcome.status == status)
                #expect(outcome.errors.lowercased().contains(message), "\(outcome.errors)")
                #expect(outcome.output.isEmpty)
            }
        }
    }
}
