import FoundationEssentials
import Testing

@testable import HTTP

@Suite struct RetryPolicyTests {
    /// Gives the same number for ever, so that the jitter is known: 0 is its least, half of all numbers its middle.
    struct Constant: RandomNumberGenerator {
        var value: UInt64
        mutating func next() -> UInt64 { value }
    }

    let policy = RetryPolicy(maximumAttempts: 4, baseDelay: .seconds(1), maximumDelay: .seconds(3))

    func delay(_ error: TransferError, attempt: Int, random: UInt64 = 0) -> Duration? {
        var generator = Constant(value: random)
        return policy.delay(after: error, attempt: attempt, using: &generator)
    }

    @Test func backsOff() throws {
        let error = TransferError(.unavailable, "", transient: true)
        #expect(delay(error, attempt: 1) == .milliseconds(500))
        #expect(delay(error, attempt: 2) == .seconds(1))
        #expect(delay(error, attempt: 3) == .milliseconds(1500))
        #expect(delay(error, attempt: 4) == nil)
        let middle = try #require(delay(error, attempt: 1, random: 1 << 63))
        #expect(middle > .milliseconds(740) && middle < .milliseconds(760))
    }

    @Test func givesUpOnWhatWillNotPass() {
        #expect(delay(TransferError(.notFound, ""), attempt: 1) == nil)
        #expect(delay(TransferError(.digestMismatch, ""), attempt: 1) == nil)
    }

    @Test func honoursRetryAfter() {
        var error = TransferError(.rateLimited, "", transient: true)
        error.retryAfter = .seconds(20)
        #expect(delay(error, attempt: 1) == .seconds(20))
        error.retryAfter = .seconds(60)
        #expect(delay(error, attempt: 1) == .seconds(60))
        error.retryAfter = .seconds(61)
        #expect(delay(error, attempt: 1) == nil)
        error.retryAfter = .zero
        #expect(delay(error, attempt: 1) == .zero)
    }

    @Test func neverTriesLessThanOnce() {
        #expect(RetryPolicy(maximumAttempts: -1).maximumAttempts == 1)
    }

    @Test(
        arguments: [
            ("0", Duration.zero), ("120", .seconds(120)), ("99999999999999999999", .seconds(1 << 32)),
            ("Sun, 06 Nov 1994 08:49:37 GMT", .seconds(37)), ("Sat, 05 Nov 1994 08:49:37 GMT", .zero),
            ("", nil), ("-1", nil), ("1.5", nil), ("5s", nil), ("soon", nil), ("Sun, 06 Foo 1994 08:49:37 GMT", nil),
            ("Sun, 99 Nov 1994 99:99:99 GMT", nil), ("Sunday, 06-Nov-94 08:49:37 GMT", nil), ("\u{0}", nil),
        ] as [(String, Duration?)])
    func readsRetryAfter(text: String, expected: Duration?) {
        // 1994-11-06T08:49:00Z
        #expect(RetryAfter.parse(text, now: Date(timeIntervalSince1970: 784_111_740)) == expected)
    }
}

@Suite struct RedirectTests {
    struct Example: Sendable {
        var from = "https://r.example/v2/a/blobs/x"
        var location: String?
        var url: String?
        var isSameOrigin = false
    }

    @Test(arguments: [
        Example(location: "https://cdn.example/b?sig=s3cret", url: "https://cdn.example/b?sig=s3cret"),
        Example(location: "/other", url: "https://r.example/other", isSameOrigin: true),
        Example(location: "y", url: "https://r.example/v2/a/blobs/y", isSameOrigin: true),
        Example(location: "//cdn.example/b", url: "https://cdn.example/b"),
        Example(location: "https://R.example:443/z", url: "https://R.example:443/z", isSameOrigin: true),
        Example(location: "https://r.example:444/z", url: "https://r.example:444/z"),
        Example(from: "http://127.0.0.1:5000/", location: "http://127.0.0.1:5001/", url: "http://127.0.0.1:5001/"),
        Example(from: "http://127.0.0.1:5000/", location: "https://cdn.example/", url: "https://cdn.example/"),
        Example(location: nil),
        Example(location: ""),
        Example(location: "http://r.example/s3cret"),
        Example(location: "ftp://r.example/s3cret"),
        Example(location: "file:///etc/passwd"),
        Example(location: "https:///s3cret"),
        Example(location: "https://cdn.example:0/s3cret"),
        Example(location: "https://cdn.example:65536/s3cret"),
        Example(location: "https://ada:s3cret@cdn.example/"),
        Example(location: "javascript:alert(1)"),
        Example(location: "https://cdn.example/" + String(repeating: "s3cret", count: 4000)),
    ])
    func decides(example: Example) throws {
        guard let expected = example.url else {
            let error = #expect(throws: TransferError.self) {
                try Redirect(from: example.from, location: example.location)
            }
            #expect(error?.code == .invalidResponse)
            #expect(error?.message.contains("s3cret") == false)
            return
        }
        let redirect = try Redirect(from: example.from, location: example.location)
        #expect(redirect.url == expected)
        #expect(redirect.isSameOrigin == example.isSameOrigin)
    }
}
