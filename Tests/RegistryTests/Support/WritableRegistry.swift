import LoopbackServer
import OCI
import Synchronization

/// A registry in memory that takes blobs and manifests. Its blobs are ASCII.
final class WritableRegistry: Sendable {
    struct State {
        var blobs: [String: Int] = [:]
        var manifests: [String: String] = [:]
        /// How many bytes the sessions have.
        var uploads: [String: Int] = [:]
        var nextUpload = 0
        /// All bytes of blobs that arrived.
        var received = 0
    }

    let state = Mutex(State())
    /// Requests with larger bodies are refused.
    let maximumBody: Int

    init(maximumBody: Int = .max) { self.maximumBody = maximumBody }

    func reply(to request: TestServer.Request) -> TestServer.Reply {
        state.withLock { answer(request, &$0) }
    }

    /// Takes a part of what a request brings, as if the connection had broken then.
    func takePart(of request: TestServer.Request, bytes: Int) {
        state.withLock { state in
            state.uploads[request.path, default: 0] += bytes
            state.received += bytes
        }
    }

    private func answer(_ request: TestServer.Request, _ state: inout State) -> TestServer.Reply {
        let parts = request.path.split(separator: "/").map(String.init)
        guard parts.count >= 2 else { return .text("{}") }
        guard request.body.utf8.count <= maximumBody else { return .text("", status: 413) }
        if request.path.contains("/blobs/uploads") { return upload(request, &state) }
        let name = parts[parts.count - 1]
        switch (request.method, parts[parts.count - 2]) {
        case ("HEAD", "blobs"):
            guard let size = state.blobs[name] else { return TestServer.Reply(status: 404) }
            return TestServer.Reply(headers: [("Content-Length", "\(size)")])
        case ("PUT", "manifests"):
            let digest = Digest.sha256(of: Array(request.body.utf8)).description
            state.manifests[digest] = request.body
            if !name.hasPrefix("sha256:") { state.manifests[name] = request.body }
            return TestServer.Reply(status: 201, headers: [("Docker-Content-Digest", digest)])
        case ("GET", "manifests"), ("HEAD", "manifests"):
            guard let text = state.manifests[name] else { return TestServer.Reply(status: 404) }
            let bytes = Array(text.utf8)
            return TestServer.Reply(
                headers: [
                    ("Docker-Content-Digest", Digest.sha256(of: bytes).description),
                    ("Content-Type", MediaType.ociManifest.rawValue),
                ], body: request.method == "GET" ? bytes : [])
        default: return .text("", status: 404)
        }
    }

    private func upload(_ request: TestServer.Request, _ state: inout State) -> TestServer.Reply {
        func standing(_ status: Int) -> TestServer.Reply {
            let size = state.uploads[request.path] ?? 0
            return TestServer.Reply(
                status: status, headers: [("Location", request.path), ("Range", "0-\(max(0, size - 1))")])
        }
        if request.method == "POST" {
            state.nextUpload += 1
            let location = request.path.replacing("uploads/", with: "uploads/\(state.nextUpload)")
            state.uploads[location] = 0
            return TestServer.Reply(status: 202, headers: [("Location", location)])
        }
        guard let size = state.uploads[request.path] else { return .text("", status: 404) }
        let count = request.body.utf8.count
        switch request.method {
        case "GET": return standing(204)
        case "PATCH":
            let first = request.headers["content-range"]?.split(separator: "-").first.flatMap { Int($0) }
            guard first == size else { return TestServer.Reply(status: 416) }
            state.uploads[request.path] = size + count
            state.received += count
            return standing(202)
        default:
            let digest = request.target.split(separator: "digest=").last.map(String.init) ?? ""
            state.blobs[digest] = size + count
            state.received += count
            state.uploads[request.path] = nil
            return TestServer.Reply(status: 201, headers: [("Docker-Content-Digest", digest)])
        }
    }
}
