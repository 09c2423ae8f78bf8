import Dispatch
import FileSystem
import Glibc
import Synchronization
import SystemPackage
import Testing

@testable import BuildEngine

@Suite struct AgentRelayTests {
    /// Something that listens at a path and answers each message with `answer` and the message's type.
    private final class FakeAgent: Sendable {
        let listener: LocalSocket
        let received = Mutex<[[UInt8]]>([])

        init(_ path: FilePath) throws {
            listener = try LocalSocket.listen(at: path, mode: 0o600, uid: getuid(), gid: getgid())
            let listener = listener
            DispatchQueue(label: "test.agent").async { [self] in
                while let client = listener.accept() {
                    while let header = client.read(4), let length = AgentRequest.length(header),
                        let body = client.read(length)
                    {
                        received.withLock { $0.append(body) }
                        guard client.write([0, 0, 0, 2, 12, body[0]]) else { break }
                    }
                    client.close()
                }
            }
        }
    }

    private func withDirectory(_ body: (FilePath) throws -> Void) throws {
        var template = Array("/tmp/slipway-relay-XXXXXX".utf8CString)
        guard unsafe mkdtemp(&template) != nil else { throw Errno(rawValue: errno) }
        let path = FilePath(String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self))
        defer { try? removeTree(path) }
        try body(path)
    }

    @Test func listsAndSignaturesPass() throws {
        try withDirectory { directory in
            let agent = try FakeAgent(directory.appending("agent"))
            let relay = try AgentRelay(
                listeningOn: directory.appending("socket"), agent: directory.appending("agent"), isRaw: false,
                mode: 0o640, uid: getuid(), gid: getgid())
            let status = try DirectoryHandle(directory).status(of: "socket")
            #expect(status.kind == .socket)
            #expect(status.mode == 0o640)
            let client = try LocalSocket.connect(to: directory.appending("socket"))
            defer { client.close() }
            // 17 adds a key, 18 and 19 remove, 22 locks, 27 is an extension.
            for (type, answer) in [
                (11, [12, 11]), (17, [5]), (18, [5]), (19, [5]), (22, [5]), (27, [5]), (13, [12, 13]), (1, [5]),
            ] as [(UInt8, [UInt8])] {
                try #require(client.write([0, 0, 0, 3, type, 7, 8]))
                #expect(client.read(4) == [0, 0, 0, UInt8(answer.count)])
                #expect(client.read(answer.count) == answer)
            }
            #expect(agent.received.withLock { $0 } == [[11, 7, 8], [13, 7, 8]])
            withExtendedLifetime(relay) {}
        }
    }

    /// What is no message ends the connection, and reaches no agent.
    @Test(
        arguments: [
            [0, 0, 0, 0, 11], [255, 255, 255, 255, 11], [0, 4, 0, 1, 11], [127], [], [0, 0, 0, 9, 11, 1],
        ] as [[UInt8]])
    func hostileMessages(_ bytes: [UInt8]) throws {
        try withDirectory { directory in
            let agent = try FakeAgent(directory.appending("agent"))
            let relay = try AgentRelay(
                listeningOn: directory.appending("socket"), agent: directory.appending("agent"), isRaw: false,
                mode: 0o600, uid: getuid(), gid: getgid())
            let client = try LocalSocket.connect(to: directory.appending("socket"))
            defer { client.close() }
            #expect(client.write(bytes))
            client.endWriting()
            #expect(client.read(1) == nil)
            #expect(agent.received.withLock { $0 } == [])
            withExtendedLifetime(relay) {}
        }
    }

    @Test func rawPassesEverything() throws {
        try withDirectory { directory in
            let agent = try FakeAgent(directory.appending("agent"))
            let relay = try AgentRelay(
                listeningOn: directory.appending("socket"), agent: directory.appending("agent"), isRaw: true,
                mode: 0o600, uid: getuid(), gid: getgid())
            let client = try LocalSocket.connect(to: directory.appending("socket"))
            defer { client.close() }
            #expect(client.write([0, 0, 0, 1, 22]))
            client.endWriting()
            #expect(client.read(6) == [0, 0, 0, 2, 12, 22])
            #expect(client.read(1) == nil)
            #expect(agent.received.withLock { $0 } == [[22]])
            withExtendedLifetime(relay) {}
        }
    }

    @Test func nobodyAnswersAfterwards() throws {
        try withDirectory { directory in
            let agent = try FakeAgent(directory.appending("agent"))
            var relay: AgentRelay? = try AgentRelay(
                listeningOn: directory.appending("socket"), agent: directory.appending("agent"), isRaw: false,
                mode: 0o600, uid: getuid(), gid: getgid())
            let client = try LocalSocket.connect(to: directory.appending("socket"))
            defer { client.close() }
            #expect(client.write([0, 0, 0, 1, 11]))
            #expect(client.read(6)?.count == 6)
            #expect(relay != nil)
            relay = nil
            // The connection that was open ends as well.
            #expect(client.read(1) == nil)
            #expect(agent.received.withLock { $0.count } == 1)
        }
    }

    /// A path that no socket address has room for.
    @Test func longPaths() throws {
        try withDirectory { directory in
            var deep = directory
            for _ in 0..<3 {
                let name = String(repeating: "d", count: 60)
                try DirectoryHandle(deep).makeDirectory(try #require(FileName(name)))
                deep.append(name)
            }
            _ = try FakeAgent(deep.appending("agent"))
            let client = try LocalSocket.connect(to: deep.appending("agent"))
            defer { client.close() }
            #expect(client.write([0, 0, 0, 1, 11]))
            #expect(client.read(6)?.count == 6)
            #expect(throws: Errno.self) { try LocalSocket.connect(to: deep.appending("nobody")) }
        }
    }

    @Test func anAgentThatHasGone() throws {
        try withDirectory { directory in
            let error = #expect(throws: BuildError.self) {
                try AgentRelay(
                    listeningOn: directory.appending("socket"), agent: directory.appending("nobody"), isRaw: false,
                    mode: 0o600, uid: getuid(), gid: getgid())
            }
            #expect(error?.message.contains("/nobody") == true)
        }
    }

    @Test(arguments: [
        ("Enter passphrase for (stdin): failed 1\n", "/b is encrypted", "ssh-add /b"),
        ("Error loading key \"(stdin)\": error in libcrypto\nfailed 0\n", "/a is no private key", ".pub"),
        ("unix_listener: cannot bind\n", "cannot bind", nil), ("", "cannot start ssh-agent", nil),
        ("failed 7\n", "cannot start ssh-agent", nil),
    ])
    func refusals(_ words: String, _ message: String, _ help: String?) {
        let error = KeyAgent.refusal(of: ["/a", "/b"], "id", words)
        #expect(error.message.contains(message), "\(error.message)")
        if let help { #expect(error.help?.contains(help) == true) } else { #expect(error.help == nil) }
    }
}
