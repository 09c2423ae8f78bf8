import Archive
import OCI
import SystemPackage
import Testing

@testable import slipway

@Suite struct CacheSpecificationTests {
    private static let digest = "sha256:" + String(repeating: "a", count: 64)

    @Test func sources() throws {
        func image(_ name: String) throws -> CacheSourceSpecification { .image(try ImageReference(parsing: name)) }
        let table: [(String, [CacheSourceSpecification])] = [
            ("shop:1", [try image("shop:1")]),
            ("shop:1,r.example/team/shop", [try image("shop:1"), try image("r.example/team/shop")]),
            ("type=registry,ref=shop:1", [try image("shop:1")]),
            ("type=local,src=in", [.directory("in", selector: nil)]),
            ("src=in,type=local,tag=main", [.directory("in", selector: "main")]),
            ("type=local,\"src=a,b\"", [.directory("a,b", selector: nil)]),
            // The digest is stronger, as in BuildKit.
            ("type=local,src=in,tag=x,digest=\(Self.digest)", [.directory("in", selector: Self.digest)]),
        ]
        for (text, expected) in table { #expect(try CacheSourceSpecification.parse(text) == expected, "\(text)") }
    }

    @Test(arguments: [
        ("type=local", "needs src"), ("type=local,src=", "needs src"), ("src=x", "no type"), ("", "--cache-from"),
        ("type=gha", "type=gha"), ("type=registry", "needs ref"), ("type=registry,ref=UPPER", "--cache-from"),
        ("type=local,src=x,digest=abc", "--cache-from"), ("type=local,src=x,tag=", "tag is empty"),
        ("type=local,src=x,mode=max", "mode"), ("type=local,x", "key=value"), ("UPPER", "--cache-from"),
    ])
    func sourcesRefused(text: String, reason: String) throws {
        let error = try #require(throws: CommandLineError.self) { try CacheSourceSpecification.parse(text) }
        #expect(error.message.contains(reason), "\(error.message)")
    }

    @Test func targets() throws {
        func directory(_ path: FilePath, _ change: (inout CacheTargetSpecification.Settings) -> Void = { _ in })
            -> CacheTargetSpecification
        {
            var settings = CacheTargetSpecification.Settings()
            change(&settings)
            return .directory(path, settings)
        }
        let shop = try ImageReference(parsing: "shop:1")
        let table: [(String, CacheTargetSpecification)] = [
            ("type=inline", .inline),
            ("shop:1", .registry(shop, .init())),
            (
                "type=registry,ref=shop:1,mode=max,image-manifest=true",
                .registry(shop, .init(isComplete: true))
            ),
            ("type=local,dest=out", directory("out")),
            ("type=local,dest=out,mode=min,image-manifest=true,oci-mediatypes=1", directory("out")),
            (
                "dest=out,mode=max,type=local,tag=t",
                directory("out") {
                    $0.isComplete = true; $0.tag = "t"
                }
            ),
            (
                "type=local,dest=out,compression=zstd,compression-level=7,force-compression=true",
                directory("out") { $0.compression = .zstd(level: 7) }
            ),
            (
                "type=local,dest=out,ignore-error=true,reset=true",
                directory("out") {
                    $0.ignoresErrors = true; $0.removesOthers = true
                }
            ),
        ]
        for (text, expected) in table { #expect(try CacheTargetSpecification(parsing: text) == expected, "\(text)") }
    }

    @Test(arguments: [
        ("SHOP", "--cache-to"), ("type=registry", "needs ref"), ("type=registry,ref=x,tag=y", "tag"),
        ("type=gha", "type=gha"), ("dest=x", "no type"),
        ("type=local", "needs dest"), ("type=local,dest=", "needs dest"), ("type=inline,mode=max", "mode"),
        ("type=local,dest=x,mode=all", "mode=all"), ("type=local,dest=x,compression=lz4", "lz4"),
        ("type=local,dest=x,compression-level=99", "out of range"), ("type=local,dest=x,ignore-error=maybe", "maybe"),
        ("type=local,dest=x,oci-mediatypes=false", "OCI"), ("type=local,dest=x,image-manifest=false", "manifest"),
        ("type=local,dest=x,src=y", "src"), ("type=local,dest=x,tag=", "tag is empty"), ("type=local,x", "key=value"),
    ])
    func targetsRefused(text: String, reason: String) throws {
        let error = try #require(throws: CommandLineError.self) { try CacheTargetSpecification(parsing: text) }
        #expect(error.message.contains(reason), "\(error.message)")
    }
}
