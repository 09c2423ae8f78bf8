// swift-tools-version: 6.2
import PackageDescription

// One floor of the house per group below; a target depends only on lower floors (see ARCHITECTURE.md).
let system = Target.Dependency.product(name: "SystemPackage", package: "swift-system")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let http = Target.Dependency.product(name: "AsyncHTTPClient", package: "async-http-client")
let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let nio = ["NIOCore", "NIOHTTP1", "NIOPosix"].map { Target.Dependency.product(name: $0, package: "swift-nio") }
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let subprocess = Target.Dependency.product(name: "Subprocess", package: "swift-subprocess")

/// A library on one floor of the house, offered as a product.
struct Room {
    var name: String
    var dependencies: [Target.Dependency]
    var touchesC = false
}

let rooms = [
    // floor 0
    Room(name: "FileSystem", dependencies: ["CFileSystem", system], touchesC: true),
    // floor 1
    Room(name: "Dockerfile", dependencies: []),
    Room(name: "OCI", dependencies: [crypto]),
    Room(
        name: "Archive",
        dependencies: ["FileSystem", "CDeflate", "CZlib", "CZstd", "CLzma", "CBzip2", system], touchesC: true),
    Room(name: "TOML", dependencies: []),
    // floor 2
    Room(name: "HTTP", dependencies: [http, nioSSL, system] + nio),
    Room(name: "ContentStore", dependencies: ["OCI", "Archive", "FileSystem", "CSQLite", system], touchesC: true),
    // floor 3
    Room(name: "Sandbox", dependencies: ["CSandbox", "CSeccomp", "FileSystem", system], touchesC: true),
    Room(name: "LayerStore", dependencies: ["ContentStore", "OCI", "Archive", "FileSystem", system], touchesC: true),
    Room(
        name: "Registry",
        dependencies: ["ContentStore", "HTTP", "OCI", "TOML", "FileSystem", system, subprocess]),
    Room(
        name: "Remote",
        dependencies: ["ContentStore", "HTTP", "OCI", "Dockerfile", "FileSystem", system, subprocess]),
    // floor 4
    Room(name: "BuildGraph", dependencies: ["Dockerfile", "OCI"]),
    Room(
        name: "Transfer",
        dependencies: ["Registry", "ContentStore", "HTTP", "OCI", "Archive", "FileSystem", system]),
    Room(name: "SBOM", dependencies: ["LayerStore", "OCI", "FileSystem", "CSQLite", "CZlib", system], touchesC: true),
    // floor 5
    Room(name: "Diagram", dependencies: ["BuildGraph", "Dockerfile", "OCI"]),
    Room(
        name: "BuildEngine",
        dependencies: [
            "BuildGraph", "Dockerfile", "OCI", "Archive", "ContentStore", "LayerStore", "Sandbox", "Registry",
            "HTTP", "Remote", "SBOM", "FileSystem", system, subprocess,
        ], touchesC: true),
]

let package = Package(
    name: "slipway",
    products: [.executable(name: "slipway", targets: ["slipway"])]
        + rooms.map { .library(name: $0.name, targets: [$0.name]) },
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2", traits: []),
    ],
    targets: [
        .target(name: "CFileSystem"),
        .target(name: "CSandbox"),
        .systemLibrary(name: "CBzip2", providers: [.apt(["libbz2-dev"])]),
        .systemLibrary(name: "CDeflate", pkgConfig: "libdeflate", providers: [.apt(["libdeflate-dev"])]),
        .systemLibrary(name: "CLzma", pkgConfig: "liblzma", providers: [.apt(["liblzma-dev"])]),
        .systemLibrary(name: "CSeccomp", pkgConfig: "libseccomp", providers: [.apt(["libseccomp-dev"])]),
        .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
        .executableTarget(
            name: "slipway",
            dependencies: [
                "BuildEngine", "BuildGraph", "Diagram", "Dockerfile", "OCI", "Archive", "ContentStore", "LayerStore",
                "Sandbox", "Registry", "HTTP", "Remote", "Transfer", "SBOM", "FileSystem", arguments, system,
            ]),
        // What SandboxTests start as another user or kill without warning.
        .executableTarget(name: "SandboxHarness", dependencies: ["Sandbox", system], path: "Tests/SandboxHarness"),
        // A server that lies, for the tests of what asks servers.
        .target(name: "LoopbackServer", dependencies: nio, path: "Tests/LoopbackServer"),
        .testTarget(name: "slipwayTests", dependencies: ["slipway"]),
        // Imports none of the house's modules: it judges the program from outside.
        .testTarget(
            name: "EndToEndTests", dependencies: ["LoopbackServer", subprocess, system],
            exclude: [
                "Probe", "Support/hostile", "Support/terminal.py", "Support/token-server.py",
                "conformance-failures.txt", "mistakes.txt",
            ]),
    ]
        + rooms.map { .target(name: $0.name, dependencies: $0.dependencies) }
        + rooms.map { room in
            .testTarget(
                name: room.name + "Tests",
                dependencies: [.target(name: room.name)] + room.dependencies
                    + (room.name == "Sandbox" ? ["SandboxHarness"] : [])
                    + (["Registry", "Remote"].contains(room.name) ? ["LoopbackServer"] : []))
        },
    swiftLanguageModes: [.v6]
)

let cTargets: Set = ["CFileSystem", "CSandbox"]
for target in package.targets where target.type != .system && !cTargets.contains(target.name) {
    var settings: [SwiftSetting] = [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
        .treatAllWarnings(as: .error),
    ]
    if rooms.contains(where: { $0.name == target.name && $0.touchesC }) {
        settings.append(.strictMemorySafety())
    }
    target.swiftSettings = settings
}
