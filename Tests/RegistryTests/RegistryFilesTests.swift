import FileSystem
import HTTP
import OCI
import SystemPackage
import Testing

@testable import Registry

@Suite struct RegistryFilesTests {
    let directory: TemporaryDirectory
    private var path: String { directory.path.string }

    init() throws {
        directory = try TemporaryDirectory()
        for name in [
            "etc/slipway", "etc/containers/registries.conf.d", "etc/docker/certs.d/r.io:5000",
            "etc/containers/certs.d/r.io:5000", "home/.config/slipway", "home/.config/containers/registries.conf.d",
            "home/.config/containers/certs.d/r.io",
        ] {
            try directory.makeDirectory(name)
        }
    }

    private func write(_ name: String, _ text: String) throws {
        try AtomicFile.write(Array(text.utf8), to: directory.path.appending(name))
    }

    private func rule(_ location: String, prefix: String = "a.io") -> String {
        "[[registry]]\nprefix = \"\(prefix)\"\nlocation = \"\(location)\"\n"
    }

    private func files(_ environment: [String: String] = [:]) -> RegistryFiles {
        RegistryFiles(
            environment: ["HOME": path + "/home"].merging(environment) { $1 }, system: path + "/etc")
    }

    private func place(_ environment: [String: String] = [:]) throws -> String? {
        try files(environment).rules().places(for: ImageReference(parsing: "a.io/x"), .pull).last?.reference.registry
    }

    /// Each file that is added counts more than those before.
    @Test func theFirstFileCounts() throws {
        #expect(try place() == "a.io")
        for name in [
            "etc/containers/registries.conf", "home/.config/containers/registries.conf",
            "etc/containers/registries.conf.d/10-x.conf", "etc/containers/registries.conf.d/20-x.conf",
            "home/.config/containers/registries.conf.d/05-x.conf", "etc/slipway/registries.toml",
            "home/.config/slipway/registries.toml",
        ] {
            let host = name.filter { $0.isLetter || $0.isNumber }.lowercased() + ".example"
            try write(name, rule(host))
            #expect(try place() == host)
        }
        try write("named.toml", rule("named.example"))
        #expect(try place(["SLIPWAY_REGISTRIES": path + "/named.toml"]) == "named.example")
        try write("etc/containers/registries.conf.d/30-x.txt", "not TOML")
    }

    @Test func namedFilesMustExist() throws {
        for name in ["SLIPWAY_REGISTRIES", "CONTAINERS_REGISTRIES_CONF"] {
            let error = #expect(throws: RegistryError.self) { try place([name: path + "/nowhere"]) }
            #expect(error?.message == path + "/nowhere does not exist")
        }
        try write("named.conf", rule("named.example"))
        try write("etc/containers/registries.conf.d/10-x.conf", rule("other.example"))
        #expect(try place(["CONTAINERS_REGISTRIES_CONF": path + "/named.conf"]) == "named.example")
    }

    @Test func aBrokenFileIsNamed() throws {
        try write("etc/containers/registries.conf.d/10-x.conf", "[[registry]")
        let error = #expect(throws: RegistryError.self) { try place() }
        #expect(error?.message.hasPrefix(path + "/etc/containers/registries.conf.d/10-x.conf:1: ") == true)
    }

    @Test func certificatesOfARegistry() throws {
        #expect(try files().certificates(for: "r.io:5000") == TLSSettings())
        try write("etc/docker/certs.d/r.io:5000/ca.crt", "")
        try write("etc/containers/certs.d/r.io:5000/b.crt", "")
        try write("etc/containers/certs.d/r.io:5000/client.cert", "")
        let error = #expect(throws: RegistryError.self) { try files().certificates(for: "r.io:5000") }
        #expect(error?.message.contains("client.cert has no client.key") == true)
        try write("etc/containers/certs.d/r.io:5000/client.key", "")
        let found = try files().certificates(for: "r.io:5000")
        let place = path + "/etc/containers/certs.d/r.io:5000/"
        #expect(found.authorities == [place + "b.crt", path + "/etc/docker/certs.d/r.io:5000/ca.crt"])
        #expect(found.client == TLSSettings.Client(certificate: place + "client.cert", key: place + "client.key"))
        #expect(try files().certificates(for: "r.io") == TLSSettings())
        try write("home/.config/containers/certs.d/r.io/x.crt", "")
        #expect(try files().certificates(for: "r.io").authorities.count == 1)
        #expect(try files().certificates(for: "..") == TLSSettings())
    }
}
