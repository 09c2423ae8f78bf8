import SystemPackage

/// One `--secret`.
struct SecretSpecification: Equatable, Sendable {
    enum Source: Equatable, Sendable {
        /// A file, read when the build starts.
        case file(FilePath)
        /// The value of an environment variable.
        case value([UInt8])
    }

    var id: String
    var source: Source

    /// Reads the value of `--secret` as docker does: `id=NAME[,src=FILE|,env=VARIABLE]`. With neither, the variable
    /// called like the id is meant if there is one, else the file.
    init(parsing text: String, environment: [String: String]) throws(CommandLineError) {
        var id: String?
        var type: String?
        var file: String?
        var variable: String?
        for (key, value) in try CSVFields.pairs(text, flag: "--secret") {
            switch key {
            case "id": id = value
            case "type":
                guard value == "file" || value == "env" else {
                    throw CommandLineError("--secret: unknown type \"\(value)\"", help: "use file or env")
                }
                type = value
            case "src", "source": file = value
            case "env": variable = value
            default:
                throw CommandLineError("--secret: unknown key \"\(key)\"", help: "use id, src, env or type")
            }
        }
        guard let id, !id.isEmpty else { throw CommandLineError("--secret: \"\(text)\" has no id") }
        self.id = id
        if type == "env", variable == nil {
            variable = file ?? id
            file = nil
        }
        if file == nil, variable == nil, type != "file", environment[id] != nil { variable = id }
        if let variable {
            // Docker hands on an empty secret for a variable that is not set.
            source = .value(Array((environment[variable] ?? "").utf8))
        } else {
            source = .file(FilePath(file ?? id))
        }
    }
}
