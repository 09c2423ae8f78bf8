import ContentStore
import FileSystem
import HTTP
import LoopbackServer
import OCI
import Synchronization
import Testing

@testable import Remote

/// Files from servers that tell the truth.
@Suite struct DownloadTests {
    @Test func storesTheContent() async throws {
        let bench = try Bench()
        let old = "Sun, 06 Nov 1994 08:49:37 GMT"
        try await TestServer.run({ _ in .text("hello", ("Last-Modified", old)) }) { server in
            let file = try await bench.client.download("\(server.url)/a/b%20c.txt?x=1#y")
            #expect(file.digest == Digest.sha256(of: "hello"))
            #expect(file.size == 5)
            #expect(file.name == "b c.txt")
            #expect(file.lastModified?.seconds == 784_111_777)
            #expect(try bench.text(of: file) == "hello")
            #expect(server.requests.map(\.target) == ["/a/b%20c.txt?x=1"])
        }
    }

    /// What a server must be told so that it need not send the same again, and what it may answer.
    @Test(arguments: [
        ([("ETag", "\"v1\"")], "if-none-match", "\"v1\"", 304),
        ([("ETag", "W/\"v1\"")], "if-none-match", "W/\"v1\"", 304),
        // A server that knows no conditions, and yet the tag shows that nothing has changed.
        ([("ETag", "\"v1\"")], "if-none-match", "\"v1\"", 200),
        (
            [("Last-Modified", "Sun, 06 Nov 1994 08:49:37 GMT"), ("Date", "Sun, 06 Nov 1994 08:50:37 GMT")],
            "if-modified-since", "Sun, 06 Nov 1994 08:49:37 GMT", 304
        ),
    ])
    func asksWhetherItHasChanged(
        validators: [(String, String)], header: String, value: String, status: Int
    ) async throws {
        let bench = try Bench()
        let handler: TestServer.Handler = { request in
            request.headers[header] == nil
                ? TestServer.Reply(headers: validators, body: Array("one".utf8))
                : TestServer.Reply(status: status, headers: validators, body: Array((status == 200 ? "two" : "").utf8))
        }
        try await TestServer.run(handler) { server in
            let first = try await bench.client.download("\(server.url)/f")
            let second = try await bench.client.download("\(server.url)/f")
            #expect(second == first)
            #expect(server.requests.map { $0.headers[header] } == [nil, value])
        }
    }

    /// Where nothing tells versions apart, the file is fetched anew.
    @Test(
        arguments: [
            [],
            // It changed in the minute in which it was sent: a second version may have the same time.
            [("Last-Modified", "Sun, 06 Nov 1994 08:49:37 GMT"), ("Date", "Sun, 06 Nov 1994 08:50:36 GMT")],
            [("Last-Modified", "Sun, 06 Nov 1994 08:49:37 GMT")], [("Last-Modified", "yesterday"), ("Date", "today")],
        ] as [[(String, String)]])
    func fetchesAnew(validators: [(String, String)]) async throws {
        let bench = try Bench()
        let count = Mutex(0)
        let handler: TestServer.Handler = { _ in
            let number = count.withLock {
                $0 += 1; return $0
            }
            return TestServer.Reply(headers: validators, body: Array("version \(number)".utf8))
        }
        try await TestServer.run(handler) { server in
            _ = try await bench.client.download("\(server.url)/f")
            let second = try await bench.client.download("\(server.url)/f")
            #expect(try bench.text(of: second) == "version 2")
            #expect(server.requests.allSatisfy { $0.headers["if-modified-since"] == nil })
        }
    }

    @Test func takesWhatHasChanged() async throws {
        let bench = try Bench()
        let version = Mutex("v1")
        let handler: TestServer.Handler = { request in
            let now = version.withLock { $0 }
            return request.headers["if-none-match"] == "\"\(now)\""
                ? .text("", status: 304) : .text(now, ("ETag", "\"\(now)\""))
        }
        try await TestServer.run(handler) { server in
            _ = try await bench.client.download("\(server.url)/f")
            version.withLock { $0 = "v2" }
            let file = try await bench.client.download("\(server.url)/f")
            #expect(try bench.text(of: file) == "v2")
        }
    }

    /// With the checksum of what an address has given nobody is asked, also when it gives something else by now.
    @Test(arguments: [Digest.Algorithm.sha256, .sha512])
    func knownContentNeedsNoRequest(algorithm: Digest.Algorithm) async throws {
        let bench = try Bench()
        let address = Mutex("")
        var digester = Digester(algorithm)
        digester.update(Array("one".utf8))
        let checksum = digester.finalize()
        try await TestServer.run({ _ in .text("one") }) { server in
            address.withLock { $0 = "\(server.url)/f" }
            _ = try await bench.client.download("\(server.url)/f", checksum: checksum)
        }
        let url = address.withLock { $0 }
        let again = try await bench.client.download(url, checksum: checksum)
        #expect(again.digest == checksum)
    }

    @Test func reportsTheTransfer() async throws {
        let bench = try Bench()
        let reports = Mutex<[String]>([])
        try await TestServer.run({ _ in .text("12345") }) { server in
            _ = try await bench.client.download("\(server.url)/f") { current, total in
                reports.withLock { $0.append("\(current)/\(total ?? -1)") }
            }
        }
        #expect(reports.withLock { $0 } == ["0/5", "5/5"])
    }

    @Test func secretsGoToTheirHostOnly() async throws {
        let bench = try Bench()
        try await TestServer.run({ _ in .text("there") }) { other in
            let handler: TestServer.Handler = { _ in .text("", status: 302, ("Location", "\(other.url)/x?s3cret")) }
            try await TestServer.run(handler) { server in
                let credentials = RemoteCredentials { id in
                    id == "HTTP_AUTH_TOKEN_127.0.0.1" ? Array("t0ken\n".utf8) : nil
                }
                let file = try await bench.client.download("\(server.url)/f", credentials: credentials)
                #expect(try bench.text(of: file) == "there")
                #expect(server.requests.first?.headers["authorization"] == "Bearer t0ken")
                #expect(other.requests.count == 1)
                #expect(other.requests.first?.headers["authorization"] == nil)
            }
        }
    }

    @Test(
        arguments: [
            ("HTTP_AUTH_HEADER_127.0.0.1", "Basic abc", "", "Basic abc"),
            ("HTTP_AUTH_HEADER_other", "Basic abc", "", nil),
            ("none", "", "ada:s3cret@", "Basic YWRhOnMzY3JldA=="),
        ] as [(String, String, String, String?)])
    func authorizes(id: String, secret: String, user: String, header: String?) async throws {
        let bench = try Bench()
        try await TestServer.run({ _ in .text("") }) { server in
            let credentials = RemoteCredentials { $0 == id ? Array(secret.utf8) : nil }
            _ = try await bench.client.download("http://\(user)127.0.0.1:\(server.port)/f", credentials: credentials)
            #expect(server.requests.first?.headers["authorization"] == header)
        }
    }
}

/// Servers that lie, break or refuse, and addresses that are none.
@Suite struct HostileDownloadTests {
    @Test(arguments: [
        (404, TransferError.Code.notFound), (410, .notFound), (401, .unauthorized), (403, .denied), (429, .rateLimited),
        (500, .unavailable), (503, .unavailable), (400, .invalidResponse), (206, .invalidResponse),
        (304, .invalidResponse), (302, .invalidResponse),
    ])
    func tellsTheStatus(status: Int, code: TransferError.Code) async throws {
        let bench = try Bench()
        try await TestServer.run({ _ in .text("no", status: status) }) { server in
            let address = "http://ada:s3cret@127.0.0.1:\(server.port)/f?token=s3cret"
            let error = await failure { () throws(TransferError) in _ = try await bench.client.download(address) }
            #expect(error?.code == code)
            #expect(error?.message.hasPrefix("cannot fetch http://127.0.0.1:\(server.port)/f: ") == true)
            #expect(error?.message.contains("s3cret") == false)
            if status != 302 { #expect(error?.message.contains("\(status)") == true) }
        }
    }

    @Test func refusesAnotherContent() async throws {
        let bench = try Bench()
        try await TestServer.run({ _ in .text("evil") }) { server in
            let expected = Digest.sha256(of: "good")
            let error = await failure { () throws(TransferError) in
                _ = try await bench.client.download("\(server.url)/f", checksum: expected)
            }
            #expect(error?.code == .digestMismatch)
            #expect(error?.message.contains(expected.description) == true)
            #expect(error?.message.contains(Digest.sha256(of: "evil").description) == true)
            #expect(!bench.store.contains(Digest.sha256(of: "evil")))
            #expect(server.requests.count == 1)
        }
    }

    @Test func triesAgainWhenTheConnectionBreaks() async throws {
        let bench = try Bench()
        let count = Mutex(0)
        let handler: TestServer.Handler = { _ in
            var reply = TestServer.Reply.text("complete")
            if count.withLock({
                $0 += 1; return $0
            }) < 3 {
                reply.breakAfter = 3
            }
            return reply
        }
        try await TestServer.run(handler) { server in
            let file = try await bench.client.download("\(server.url)/f")
            #expect(try bench.text(of: file) == "complete")
            #expect(server.requests.count == 3)
        }
    }

    @Test func keepsNothingOfWhatBroke() async throws {
        let bench = try Bench()
        let handler: TestServer.Handler = { _ in TestServer.Reply(body: Array("complete".utf8), breakAfter: 3) }
        try await TestServer.run(handler) { server in
            let error = await failure { () throws(TransferError) in
                _ = try await bench.client.download("\(server.url)/f")
            }
            #expect(error?.code == .connectionLost)
            #expect(!bench.store.contains(Digest.sha256(of: "com")))
        }
    }

    @Test func givesUpEndlessRedirects() async throws {
        let bench = try Bench()
        try await TestServer.run({ _ in .text("", status: 301, ("Location", "/again")) }) { server in
            let error = await failure { () throws(TransferError) in
                _ = try await bench.client.download("\(server.url)/f")
            }
            #expect(error?.code == .invalidResponse)
            #expect(server.requests.count == 11)
        }
    }

    @Test func refusesWhatIsTooLarge() async throws {
        let bench = try Bench()
        let size = RemoteClient.maximumFileSize + 1
        let handler: TestServer.Handler = { _ in
            TestServer.Reply(headers: [("Content-Length", "\(size)")], body: [1], stalls: true)
        }
        try await TestServer.run(handler) { server in
            let error = await failure { () throws(TransferError) in
                _ = try await bench.client.download("\(server.url)/f")
            }
            #expect(error?.code == .tooLarge)
        }
    }

    @Test(arguments: [
        "http://", "http:///f", "http://[::1/f", "http://127.0.0.1:99999999/f", "http://127.0.0.1:1/f",
        "http://no such host.invalid/f", "http://127.0.0.1:x/f", "http://\u{0}/f",
    ])
    func refusesAddress(address: String) async throws {
        let bench = try Bench()
        let error = await failure { () throws(TransferError) in _ = try await bench.client.download(address) }
        #expect(error != nil)
    }

    @Test(arguments: ["a\nb", "a\u{0}b", "a\r\nX-Evil: 1"])
    func refusesSecretThatIsNoHeader(secret: String) async throws {
        let bench = try Bench()
        let credentials = RemoteCredentials { _ in Array(secret.utf8) }
        let error = await failure { () throws(TransferError) in
            _ = try await bench.client.download("http://127.0.0.1:1/f", credentials: credentials)
        }
        #expect(error?.code == .invalidConfiguration)
        #expect(error?.message.contains("HTTP_AUTH_TOKEN_127.0.0.1") == true)
    }

    @Test(arguments: [
        "", "{}", "[]", "{\"digest\":1}", "{\"digest\":\"sha256:x\",\"size\":1}", "{\"digest\":\"\",\"size\":-1}",
        "null",
    ])
    func damagedRecordIsNone(text: String) { #expect(WebRecord(Array(text.utf8)) == nil) }

    @Test func recordKeepsItsParts() {
        let record = WebRecord(
            digest: Digest.sha256(of: "x"), size: 7, entityTag: "\"a\\b\"", lastModified: "x", isTimeReliable: true)
        #expect(WebRecord(record.payload) == record)
    }
}
