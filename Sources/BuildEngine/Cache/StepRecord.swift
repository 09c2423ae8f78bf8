import FileSystem
import OCI

/// What the cache remembers of an operation: the layers of the file system that it made.
struct StepRecord {
    /// From the lowest to the operation's own.
    var layers: [Digest]
    /// The epoch of the build that made the last of them, in seconds.
    var epoch: Int64
    /// The operation's content key, as far as it was ever computed; for caches that are written for other stores.
    var content: Digest?

    init(layers: [Digest], epoch: Int64, content: Digest? = nil) {
        self.layers = layers
        self.epoch = epoch
        self.content = content
    }

    /// Reads a record; nil for one that a later version may have written.
    init?(_ payload: [UInt8]) {
        guard let json = try? JSONValue(parsing: payload), let epoch = json["epoch"]?.integerValue,
            let texts = json["layers"]?.arrayValue
        else { return nil }
        layers = []
        for text in texts {
            guard let text = text.stringValue, let digest = try? Digest(parsing: text) else { return nil }
            layers.append(digest)
        }
        self.epoch = epoch
        content = json["content"]?.stringValue.flatMap { try? Digest(parsing: $0) }
    }

    var payload: [UInt8] {
        var json: JSONValue = ["layers": .strings(layers.map(\.description)), "epoch": .integer(epoch)]
        if let content { json["content"] = .string(content.description) }
        return json.encoded()
    }
}
