import NIOCore
import NIOPosix
import Synchronization

/// Stands between a client and a server on this machine and cuts connections in the middle of what is sent.
public final class CuttingProxy: Sendable {
    /// Which way bytes go.
    public enum Direction: Sendable {
        /// From the client to the server.
        case up
        /// From the server to the client.
        case down
    }

    private struct State {
        var sent = 0
        var received = 0
        var cuts: [Int]
        var made = 0
    }

    private let channel: any Channel
    private let state: Mutex<State>
    private let direction: Direction

    private init(channel: any Channel, state: consuming Mutex<State>, direction: Direction) {
        self.channel = channel
        self.state = state
        self.direction = direction
    }

    /// The port on 127.0.0.1.
    public var port: Int { channel.localAddress?.port ?? 0 }
    /// How many bytes have gone from clients to the server.
    public var sent: Int { state.withLock { $0.sent } }
    /// How many bytes have gone from the server to clients.
    public var received: Int { state.withLock { $0.received } }
    /// How many connections have been cut.
    public var cutCount: Int { state.withLock { $0.made } }

    /// Runs a proxy while `body` runs.
    ///
    /// - Parameters:
    ///   - port: where the server is.
    ///   - cuts: after how many bytes of all connections together a connection is cut, in ascending order.
    public static func run<Result>(
        to port: Int, cutting direction: Direction, after cuts: [Int], _ body: (CuttingProxy) async throws -> Result
    ) async throws -> Result {
        let box = Box()
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { client in
                ClientBootstrap(group: client.eventLoop).connect(host: "127.0.0.1", port: port).flatMapThrowing {
                    server in
                    try client.pipeline.syncOperations.addHandler(Pipe(to: server, .up, box))
                    try server.pipeline.syncOperations.addHandler(Pipe(to: client, .down, box))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let proxy = CuttingProxy(
            channel: channel, state: Mutex(State(cuts: cuts)), direction: direction)
        box.proxy.withLock { $0 = proxy }
        do {
            let result = try await body(proxy)
            try await channel.close()
            return result
        } catch {
            try? await channel.close()
            throw error
        }
    }

    /// Counts bytes; whether the connection is to be cut before them.
    fileprivate func count(_ bytes: Int, _ way: Direction) -> Bool {
        state.withLock { state in
            switch way {
            case .up: state.sent += bytes
            case .down: state.received += bytes
            }
            guard way == direction, let cut = state.cuts.first, (way == .up ? state.sent : state.received) >= cut
            else { return false }
            state.cuts.removeFirst()
            state.made += 1
            return true
        }
    }

    /// Holds the proxy, which is there after its channel.
    private final class Box: Sendable {
        let proxy = Mutex<CuttingProxy?>(nil)
    }

    private final class Pipe: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private let other: any Channel
        private let way: Direction
        private let box: Box

        init(to other: any Channel, _ way: Direction, _ box: Box) {
            self.other = other
            self.way = way
            self.box = box
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let bytes = unwrapInboundIn(data)
            let proxy = box.proxy.withLock { $0 }
            if proxy?.count(bytes.readableBytes, way) == true {
                other.close(promise: nil)
                context.close(promise: nil)
            } else {
                other.writeAndFlush(bytes, promise: nil)
            }
        }

        func channelInactive(context: ChannelHandlerContext) { other.close(promise: nil) }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }
}
