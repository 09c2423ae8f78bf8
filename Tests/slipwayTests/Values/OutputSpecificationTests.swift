import Archive
import SystemPackage
import Testing

@testable import slipway

@Suite struct OutputSpecificationTests {
    private static let tables: [(String, OutputSpecification)] = [
        ("out", .init(kind: .local, destination: .path("out"))),
        ("-", .init(kind: .tar, destination: .standardOutput)),
        ("type=image", .store),
        ("type=oci,dest=a.tar", .init(kind: .oci, destination: .path("a.tar"))),
        ("type=oci,dest=a,tar=false", .init(kind: .oci, destination: .path("a"), isDirectory: true)),
        ("dest=-,type=tar", .init(kind: .tar, destination: .standardOutput)),
        ("type=local,\"dest=a,b\"", .init(kind: .local, destination: .path("a,b"))),
        ("type=docker", .store),
        ("type=docker,dest=x.tar", .init(kind: .docker, destination: .path("x.tar"))),
        ("type=image,\"name=a:1,b:2\"", .init(kind: .image, names: ["a:1", "b:2"])),
        (
            "type=oci,dest=x,compression=zstd,compression-level=19,rewrite-timestamp=true,oci-mediatypes=true",
            .init(
                kind: .oci, destination: .path("x"), compression: .zstd(level: 19), rewriteTimestamp: true)
        ),
        (
            "type=image,compression=uncompressed,force-compression=true",
            .init(kind: .image, compression: .uncompressed, forcesCompression: true)
        ),
        (
            "type=docker,dest=x,compression-level=9,force-compression=0",
            .init(kind: .docker, destination: .path("x"), compression: .gzip(level: 9))
        ),
        ("type=image,push=false", .store),
        ("type=image,push=true,store=false", .init(kind: .image, isPushed: true, isNotStored: true)),
        ("type=registry,name=r.example/a:1", .init(kind: .registry, names: ["r.example/a:1"], isPushed: true)),
        (
            "type=image,push-by-digest=true,name-canonical=true",
            .init(kind: .image, isPushed: true, isPushedByDigest: true)
        ),
        ("type=image,oci-mediatypes=false", .init(kind: .image, hasDockerMediaTypes: true)),
        ("type=oci,dest=x,source-date-epoch=0", .init(kind: .oci, destination: .path("x"), sourceDateEpoch: 0)),
        ("type=oci,dest=x,source-date-epoch=", .init(kind: .oci, destination: .path("x"), hasNoEpoch: true)),
        ("type=cacheonly", .init(kind: .cacheonly)),
    ]

    @Test(arguments: tables)
    func parsed(text: String, expected: OutputSpecification) throws {
        #expect(try OutputSpecification(parsing: text) == expected)
    }

    @Test(arguments: [
        ("", "key=value"), ("type=", "no type"), ("dest=x,name=y", "no type"), ("type=zip,dest=x", "unknown type"),
        ("type=oci", "needs dest"), ("type=tar", "needs dest"), ("type=local", "needs dest"),
        ("type=oci,dest=", "dest is empty"), ("type=image,dest=x", "takes no dest"),
        ("type=image,store=false", "neither stored nor pushed"), ("type=tar,dest=x,push=true", "push"),
        ("type=image,registry.insecure=true", "registry.insecure"),
        ("type=local,dest=x,oci-mediatypes=false", "oci-mediatypes"),
        ("type=local,dest=-", "standard output"),
        ("type=oci,dest=-,tar=false", "standard output"), ("type=tar,dest=x,tar=false", "tar=false"),
        ("type=oci,dest=x,compression=lz4", "lz4"), ("type=oci,dest=x,compression-level=10", "out of range"),
        ("type=oci,dest=x,compression=zstd,compression-level=0", "out of range"),
        ("type=oci,dest=x,compression=uncompressed,compression-level=1", "out of range"),
        ("type=oci,dest=x,force-compression=maybe", "true nor false"),
        ("type=local,dest=x,compression=gzip", "not supported for type=local"),
        ("type=tar,dest=x,force-compression=true", "not supported for type=tar"),
        ("type=oci,dest=x,compression-level=fast", "not a number"), ("type=oci,dest=x,tar=maybe", "true nor false"),
        ("type=oci,dest=x,unpack=true", "unpack"), ("type=oci,dest=x,source-date-epoch=-1", "source-date-epoch"),
        ("type=oci,dest", "key=value"),
    ])
    func refused(text: String, reason: String) throws {
        let error = try #require(throws: CommandLineError.self) { try OutputSpecification(parsing: text) }
        #expect(error.message.contains(reason), "\(error.message)")
    }
}
