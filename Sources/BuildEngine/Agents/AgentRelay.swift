import Dispatch
import FileSystem
import Glibc
import Synchronization
import SystemPackage

/// A socket for one `RUN --mount=type=ssh`, with the owner and mode that the step needs, behind which the user's ssh agent
/// answers.
///
/// The agent's own socket cannot be mounted: it belongs to the user who builds, and the agent looks at who connects. So a
/// step talks to this process, and this process to the agent. It lives as long as the last reference to it.
final class AgentRelay: Sendable {
    private struct State {
        var isClosed = false
        /// Both ends of each connection, by a number of its own.
        var connections: [Int: [LocalSocket]] = [:]
        var nextConnection = 0
    }

    private let listener: LocalSocket
    private let state: Shared

    /// What the threads share with the relay without keeping it alive.
    private final class Shared: Sendable {
        let state = Mutex(State())
    }

    /// Makes the socket `path` and answers there until the relay goes.
    ///
    /// - Parameters:
    ///   - agent: the socket of the agent.
    ///   - isRaw: passes on everything, whatever listens there; else only what `AgentRequest` allows.
    init(
        listeningOn path: FilePath, agent: FilePath, isRaw: Bool, mode: UInt16, uid: UInt32, gid: UInt32
    ) throws {
        do {
            // Said here, it is understood better than by whatever the step runs.
            try LocalSocket.connect(to: agent).close()
        } catch {
            throw BuildError(
                .invalidOption, "cannot reach the ssh agent at \(agent)",
                help: "is it still running? See SSH_AUTH_SOCK",
                cause: error)
        }
        do {
            listener = try LocalSocket.listen(at: path, mode: mode, uid: uid, gid: gid)
        } catch {
            throw BuildError(.processNotStarted, "cannot make a socket for the ssh agent at \(path)", cause: error)
        }
        state = Shared()
        let (listener, state) = (listener, state)
        // Threads of their own: they do nothing but wait.
        DispatchQueue(label: "slipway.ssh.listener").async {
            while let client = listener.accept() { Self.serve(client, agent, isRaw: isRaw, state) }
            listener.close()
        }
    }

    deinit {
        let connections = state.state.withLock { state in
            state.isClosed = true
            return state.connections.values.joined().map(\.self)
        }
        // Closing would free the numbers while threads still wait on them; each closes its own.
        for socket in connections { socket.shutDown() }
        listener.shutDown()
    }

    private static func serve(_ client: LocalSocket, _ path: FilePath, isRaw: Bool, _ shared: Shared) {
        guard let agent = try? LocalSocket.connect(to: path) else { return client.close() }
        let number = shared.state.withLock { state -> Int? in
            guard !state.isClosed else { return nil }
            state.nextConnection += 1
            state.connections[state.nextConnection] = [client, agent]
            return state.nextConnection
        }
        guard let number else {
            client.close()
            return agent.close()
        }
        DispatchQueue(label: "slipway.ssh.connection").async {
            if isRaw { passEverything(client, agent) } else { passRequests(client, agent) }
            shared.state.withLock { state in
                state.connections[number] = nil
                client.close()
                agent.close()
            }
        }
    }

    /// One request and its answer after the other.
    private static func passRequests(_ client: LocalSocket, _ agent: LocalSocket) {
        while let request = message(from: client) {
            var answer = AgentRequest.refusal
            if AgentRequest.isAllowed(Array(request.dropFirst(4))) {
                guard agent.write(request), let given = message(from: agent) else { return }
                answer = given
            }
            guard client.write(answer) else { return }
        }
    }

    /// A message with its length in front.
    private static func message(from socket: LocalSocket) -> [UInt8]? {
        guard let header = socket.read(4), let length = AgentRequest.length(header), let body = socket.read(length)
        else { return nil }
        return header + body
    }

    private static func passEverything(_ client: LocalSocket, _ agent: LocalSocket) {
        let sockets = [client, agent]
        var speaks = [true, true]
        while speaks.contains(true) {
            // A negative descriptor is passed over.
            var events = sockets.indices.map { index in
                pollfd(fd: speaks[index] ? sockets[index].descriptor.rawValue : -1, events: Int16(POLLIN), revents: 0)
            }
            guard unsafe poll(&events, 2, -1) > 0 || errno == EINTR else { return }
            for (index, event) in events.enumerated() where event.revents != 0 {
                guard let bytes = sockets[index].readSome(64 << 10) else { return }
                if bytes.isEmpty {
                    // One side has said everything; the other one may still answer.
                    speaks[index] = false
                    sockets[1 - index].endWriting()
                } else if !sockets[1 - index].write(bytes) {
                    return
                }
            }
        }
    }
}
