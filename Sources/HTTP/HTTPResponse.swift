internal import AsyncHTTPClient
internal import NIOCore
internal import NIOHTTP1

/// The head of an answer, and its body as it arrives.
public struct HTTPResponse: Sendable {
    /// The status code.
    public let status: Int
    /// The URL that answered.
    public let url: String
    private let headers: HTTPHeaders
    private let body: HTTPClientResponse.Body
    private let failure: TransportFailure

    init(_ response: HTTPClientResponse, url: String, failure: TransportFailure) {
        status = Int(response.status.code)
        self.url = url
        headers = response.headers
        body = response.body
        self.failure = failure
    }

    /// The host that answered.
    public var host: String { failure.host }

    /// The values of all headers of that name.
    public func values(of name: String) -> [String] { headers[name] }

    /// The value of the first header of that name.
    public func value(of name: String) -> String? { headers.first(name: name) }

    /// The number of bytes the server promises to send; nil when it does not say.
    public var contentLength: Int64? { value(of: "Content-Length").flatMap { Int64($0) } }

    /// Passes the body on, piece by piece. Where `consume` fails, the rest is not read.
    public func forEachChunk(
        _ consume: (Span<UInt8>) throws(TransferError) -> Void
    ) async throws(TransferError) {
        var iterator = body.makeAsyncIterator()
        while true {
            let chunk: ByteBuffer?
            do { chunk = try await iterator.next() } catch { throw failure.error(for: error) }
            guard let chunk else { return }
            try consume(chunk.readableBytesUInt8Span)
        }
    }

    /// The whole body, which may have no more than `limit` bytes.
    ///
    /// - Throws: `tooLarge`, as soon as it is known, naming `what`.
    public func bytes(limit: Int, of what: String) async throws(TransferError) -> [UInt8] {
        func tooLarge() -> TransferError {
            TransferError(.tooLarge, "\(what) from \(host) is larger than the \(limit) bytes that are accepted")
        }
        if let contentLength, contentLength > limit { throw tooLarge() }
        var result: [UInt8] = []
        try await forEachChunk { (chunk) throws(TransferError) in
            guard result.count + chunk.count <= limit else { throw tooLarge() }
            for index in chunk.indices { result.append(chunk[index]) }
        }
        return result
    }

    /// Reads a short body to its end, so that the connection can be used again; a long one is given up.
    public func discard() async {
        var rest = 64 * 1024
        // Whatever is wrong with a body that nobody wants, the next request is on its own.
        try? await forEachChunk { (chunk) throws(TransferError) in
            rest -= chunk.count
            if rest < 0 { throw TransferError(.tooLarge, "the rest is not read") }
        }
    }
}
