import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// An HTTP server on this machine that answers whatever a test tells it to, lies included, and remembers what it was
/// asked.
public final class TestServer: Sendable {
    /// What was asked.
    public struct Request: Sendable {
        /// GET, HEAD and so on.
        public var method: String
        /// Path and query.
        public var target: String
        /// By their names in small letters.
        public var headers: [String: String]
        /// What followed the head.
        public var body: String

        /// The target without its query.
        public var path: String { String(target.prefix { $0 != "?" }) }
    }

    /// What is answered.
    public struct Reply: Sendable {
        /// The status code.
        public var status = 200
        /// In the order in which they are sent.
        public var headers: [(String, String)] = []
        /// What follows the head.
        public var body: [UInt8] = []
        /// Close the connection after so many bytes of the body, all of which were announced.
        public var breakAfter: Int?
        /// Announce no length.
        public var isChunked = false
        /// Send the head and so much of the body as `breakAfter` says, then nothing more.
        public var stalls = false
        /// Think for so many milliseconds before answering.
        public var delay: Int64 = 0

        /// An answer of the given parts.
        public init(
            status: Int = 200, headers: [(String, String)] = [], body: [UInt8] = [], breakAfter: Int? = nil,
            isChunked: Bool = false, stalls: Bool = false
        ) {
            self.status = status
            self.headers = headers
            self.body = body
            self.breakAfter = breakAfter
            self.isChunked = isChunked
            self.stalls = stalls
        }

        /// An answer whose body is a text.
        public static func text(_ text: String, status: Int = 200, _ headers: (String, String)...) -> Reply {
            Reply(status: status, headers: headers, body: Array(text.utf8))
        }
    }

    /// Makes the answer to a request.
    public typealias Handler = @Sendable (Request) -> Reply

    private let channel: any Channel
    private let log: Log

    final class Log: Sendable {
        let requests = Mutex<[Request]>([])
    }

    private init(channel: any Channel, log: Log) {
        self.channel = channel
        self.log = log
    }

    /// The port on 127.0.0.1.
    public var port: Int { channel.localAddress?.port ?? 0 }
    /// Host and port.
    public var registry: String { "127.0.0.1:\(port)" }

    /// What the server was asked so far.
    public var requests: [Request] { log.requests.withLock { $0 } }

    /// How often the server was asked for `path` by `method`.
    public func count(_ method: String, _ path: String) -> Int {
        requests.count { $0.method == method && $0.path == path }
    }

    /// Runs a server while `body` runs.
    public static func run<Result>(
        _ handler: @escaping Handler, _ body: (TestServer) async throws -> Result
    ) async throws -> Result {
        let log = Log()
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.pipeline.configureHTTPServerPipeline().flatMapThrowing {
                    try channel.pipeline.syncOperations.addHandler(Connection(log: log, handler: handler))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let server = TestServer(channel: channel, log: log)
        do {
            let result = try await body(server)
            try await channel.close()
            return result
        } catch {
            try? await channel.close()
            throw error
        }
    }

    private final class Connection: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart

        private let log: Log
        private let handler: Handler
        private var head: HTTPRequestHead?
        private var body = ""

        init(log: Log, handler: @escaping Handler) {
            self.log = log
            self.handler = handler
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch unwrapInboundIn(data) {
            case .head(let head):
                self.head = head
                body = ""
            case .body(let part): body += String(buffer: part)
            case .end:
                guard let head else { return }
                var headers: [String: String] = [:]
                for (name, value) in head.headers {
                    let name = name.lowercased()
                    headers[name] = headers[name].map { $0 + ", " + value } ?? value
                }
                let request = Request(
                    method: head.method.rawValue, target: head.uri, headers: headers, body: body)
                log.requests.withLock { $0.append(request) }
                let reply = handler(request)
                guard reply.delay > 0 else { return answer(reply, to: request, context: context) }
                let context = NIOLoopBound(context, eventLoop: context.eventLoop)
                let connection = NIOLoopBound(self, eventLoop: context.value.eventLoop)
                context.value.eventLoop.scheduleTask(in: .milliseconds(reply.delay)) {
                    connection.value.answer(reply, to: request, context: context.value)
                }
            }
        }

        private func answer(_ reply: Reply, to request: Request, context: ChannelHandlerContext) {
            var headers = HTTPHeaders(reply.headers)
            if reply.isChunked {
                headers.add(name: "Transfer-Encoding", value: "chunked")
            } else if !headers.contains(name: "Content-Length") {
                headers.add(name: "Content-Length", value: "\(reply.body.count)")
            }
            let head = HTTPResponseHead(version: .http1_1, status: .init(statusCode: reply.status), headers: headers)
            context.write(wrapOutboundOut(.head(head)), promise: nil)
            let sent = request.method == "HEAD" ? [] : reply.body.prefix(reply.breakAfter ?? .max)
            context.writeAndFlush(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: sent)))), promise: nil)
            if reply.stalls { return }
            if reply.breakAfter != nil, request.method != "HEAD" {
                context.close(promise: nil)
            } else {
                context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
            }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            // The other end is gone; nothing more is to be said to it.
            context.close(promise: nil)
        }
    }
}
