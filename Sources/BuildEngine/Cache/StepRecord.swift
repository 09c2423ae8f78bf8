import FileSystem
import OCI

/// What the cache remembers of an operation: the layers of the file system that it made.
struct StepRecord {
    /// From the lowest to the operation's own.
    var layers: [Digest]
    /// The epoch of the build that made the last of them, in seconds.
    var epoch: Int64

    init(layers: [Digest], epoch: Int64) {
        self.layers = layers
        self.epoch = epoch
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
    }

    var payload: [UInt8] {
        let json: JSONValue = ["layers": .strings(layers.map(\.description)), "epoch": .integer(epoch)]
        return json.encoded()
    }
}
