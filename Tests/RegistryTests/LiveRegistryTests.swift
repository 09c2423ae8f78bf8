import ContentStore
import FileSystem
import Glibc
import HTTP
import OCI
import SystemPackage
import Testing

@testable import Registry

/// Pulls from the distribution project's registry, which skopeo fills. Skipped where Debian's packages docker-registry,
/// skopeo and openssl are missing.
@Suite(
    .serialized,
    .enabled(if: ChildProcess.isInstalled("/usr/bin/docker-registry", "/usr/bin/skopeo", "/usr/bin/openssl")))
struct LiveRegistryTests {
    /// A registry on this machine.
    struct LiveRegistry {
        let directory: TemporaryDirectory
        let name: String
        private let process: ChildProcess

        /// bcrypt of `s3cret`, for the user ada, at the lowest cost.
        static let passwords = "ada:$2b$04$rYuh3.wLo5B6lOE3aFJo8ONbdhlttM2VyFUK7RU2oL/BLjw/Zp3yO\n"

        init(http: String = "", rest: String = "") async throws {
            directory = try TemporaryDirectory()
            let path = directory.path
            try AtomicFile.write(Array(Self.passwords.utf8), to: path.appending("htpasswd"))
            let port = try Self.freePort()
            name = "127.0.0.1:\(port)"
            let configuration = """
                version: 0.1
                log: {level: info}
                storage: {filesystem: {rootdirectory: \(path)/registry}}
                http:
                  addr: \(name)
                \(http.replacing("DIRECTORY", with: path.string))
                \(rest.replacing("DIRECTORY", with: path.string))
                """
            try AtomicFile.write(Array(configuration.utf8), to: path.appending("config.yml"))
            if http.contains("tls") {
                let status = try ChildProcess.run(
                    [
                        "/usr/bin/openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                        "-nodes", "-days", "2", "-subj", "/CN=slipway test", "-addext",
                        "subjectAltName=IP:127.0.0.1", "-keyout", "\(path)/key.pem", "-out", "\(path)/cert.pem",
                    ], log: path.appending("log"))
                try #require(status == 0)
            }
            process = try ChildProcess(
                ["/usr/bin/docker-registry", "serve", "\(path)/config.yml"], log: path.appending("log"))
            try await Self.waitUntilListening(port)
        }

        private static func loopback(_ port: UInt16) -> sockaddr_in {
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = port.bigEndian
            address.sin_addr.s_addr = inet_addr("127.0.0.1")
            return address
        }

        private static func freePort() throws -> UInt16 {
            let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            defer { close(socket) }
            var address = loopback(0)
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            let result = withUnsafeMutablePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                    bind(socket, address, length) == 0 && getsockname(socket, address, &length) == 0
                }
            }
            try #require(result)
            return UInt16(bigEndian: address.sin_port)
        }

        private static func waitUntilListening(_ port: UInt16) async throws {
            for _ in 0..<400 {
                let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
                defer { close(socket) }
                var address = loopback(port)
                let connected = withUnsafePointer(to: &address) {
                    $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                        connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
                    }
                }
                if connected { return }
                try await Task.sleep(for: .milliseconds(25))
            }
            Issue.record("docker-registry did not start")
        }

        /// Pushes the image `team/app:1`.
        func push(_ image: TestImage, _ options: [String] = ["--dest-tls-verify=false"]) throws {
            let layout = directory.path.appending("layout")
            try directory.makeDirectory("layout/blobs/sha256")
            for (descriptor, bytes) in image.documents + image.blobs {
                try AtomicFile.write(bytes, to: layout.appending("blobs/sha256/\(descriptor.digest.hex)"))
            }
            var tagged = image.index
            tagged.annotations = ["org.opencontainers.image.ref.name": "1"]
            try AtomicFile.write(
                ImageIndex(manifests: [tagged]).encoded(), to: layout.appending("index.json"))
            try AtomicFile.write(
                Array(#"{"imageLayoutVersion":"1.0.0"}"#.utf8), to: layout.appending("oci-layout"))
            try AtomicFile.write(
                Array(#"{"default":[{"type":"insecureAcceptAnything"}]}"#.utf8),
                to: directory.path.appending("policy.json"))
            let status = try ChildProcess.run(
                ["/usr/bin/skopeo", "--policy", "\(directory.path)/policy.json", "copy", "--all", "--preserve-digests"]
                    + options
                    + ["oci:\(layout):1", "docker://\(name)/team/app:1"], log: directory.path.appending("log"))
            let log = try? FileDescriptor.open(directory.path.appending("log"), .readOnly).readAll(
                limit: 1 << 20, path: "log")
            try #require(status == 0, "skopeo: \(String(decoding: log ?? [], as: UTF8.self))")
        }
    }

    func check(_ image: TestImage, _ registry: LiveRegistry, _ bench: TestBench) async throws {
        let pulled = try await bench.pull("\(registry.name)/team/app:1")
        #expect(pulled.descriptor.digest == image.index.digest)
        try await bench.client.fetchBlobs(pulled.image.manifest.layers, of: pulled.reference, into: bench.store)
        for layer in pulled.image.manifest.layers {
            let stored = try bench.store.read(layer.digest)
            #expect(image.blobs.contains { $0.descriptor.digest == layer.digest && $0.bytes == stored })
        }
    }

    @Test func anonymousOverPlainHTTP() async throws {
        let image = TestImage.shared
        let registry = try await LiveRegistry()
        try registry.push(image)
        let bench = try TestBench()
        try await check(image, registry, bench)
        let error = await #expect(throws: RegistryError.self) { try await bench.pull("\(registry.name)/team/app:2") }
        #expect(error?.code == .notFound)
        #expect(error?.message == "\(registry.name)/team/app:2 not found on 127.0.0.1: manifest unknown")
        let other = await #expect(throws: RegistryError.self) { try await bench.pull("\(registry.name)/nobody/app:2") }
        #expect(other?.code == .notFound)
        await bench.client.shutdown()
    }

    static let basic = "auth: {htpasswd: {realm: r, path: DIRECTORY/htpasswd}}"

    @Test func withAPassword() async throws {
        let image = TestImage.shared
        let registry = try await LiveRegistry(rest: Self.basic)
        try registry.push(image, ["--dest-tls-verify=false", "--dest-creds=ada:s3cret"])
        let directory = try TemporaryDirectory()
        func log(in auth: String) throws {
            try AtomicFile.write(
                Array(#"{"auths":{"\#(registry.name)":{"auth":"\#(auth)"}}}"#.utf8),
                to: directory.path.appending("config.json"))
        }
        let configure: (inout RegistryConfiguration) -> Void = {
            $0.credentials = CredentialStore(environment: ["DOCKER_CONFIG": directory.path.string])
        }
        let nobody = try TestBench(configure)
        let missing = await #expect(throws: RegistryError.self) {
            try await nobody.pull("\(registry.name)/team/app:1")
        }
        #expect(missing?.code == .unauthorized)
        #expect(
            missing?.message == "\(registry.name)/team/app needs a login: run `slipway login \(registry.name)` first")
        await nobody.client.shutdown()

        try log(in: "YWRhOndyb25nIHMzY3JldA==")
        let stranger = try TestBench(configure)
        let rejected = await #expect(throws: RegistryError.self) {
            try await stranger.pull("\(registry.name)/team/app:1")
        }
        #expect(rejected?.code == .unauthorized)
        #expect(rejected?.message.contains("rejects the stored user name and password") == true)
        await stranger.client.shutdown()

        try log(in: "YWRhOnMzY3JldA==")
        let ada = try TestBench(configure)
        try await check(image, registry, ada)
        await ada.client.shutdown()
    }

    static let tls = "  tls: {certificate: DIRECTORY/cert.pem, key: DIRECTORY/key.pem}"

    @Test func overTLS() async throws {
        let image = TestImage.shared
        let registry = try await LiveRegistry(http: Self.tls)
        try registry.push(image)
        let trusting = try TestBench { $0.http.certificateFile = "\(registry.directory.path)/cert.pem" }
        try await check(image, registry, trusting)
        await trusting.client.shutdown()

        let wary = try TestBench()
        let error = await #expect(throws: RegistryError.self) { try await wary.pull("\(registry.name)/team/app:1") }
        #expect(error?.code == .untrusted)
        #expect(error?.message.hasPrefix("no secure connection to 127.0.0.1: its certificate") == true)
        #expect(error?.message.contains("/etc/containers/certs.d/\(registry.name)/ca.crt") == true)
        await wary.client.shutdown()

        let lost = try TestBench { $0.http.certificateFile = "/nonexistent/cert.pem" }
        let missing = await #expect(throws: RegistryError.self) { try await lost.pull("\(registry.name)/team/app:1") }
        #expect(missing?.code == .invalidConfiguration)
        await lost.client.shutdown()
    }
}
