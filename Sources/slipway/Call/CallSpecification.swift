/// `--call METHOD[,format=json][,ignorestatus=true]`: what is done with the Dockerfile instead of building it.
struct CallSpecification: Equatable, Sendable {
    enum Method: String, CaseIterable, Sendable {
        /// Runs the build checks. `lint` is their older name.
        case check
        /// Lists what a build can be given.
        case outline
        /// Lists the stages.
        case targets
        /// Lists the questions themselves.
        case describe = "subrequests.describe"
    }

    var method: Method
    /// Whether the answer is JSON.
    var isJSON = false
    /// Whether warnings do not make the status 1.
    var ignoresStatus = false

    /// The method that `--call` and `--check` ask for; nil for a build.
    static func resolve(call: String?, check: Bool) throws(CommandLineError) -> CallSpecification? {
        let called = try call.flatMap { text throws(CommandLineError) in try parse(text) }
        guard check else { return called }
        guard let called else { return CallSpecification(method: .check) }
        guard called.method == .check else {
            throw CommandLineError("--check and --call=\(called.method.rawValue) exclude each other")
        }
        return called
    }

    /// Parses the value of `--call`; nil where it asks for a build.
    static func parse(_ text: String) throws(CommandLineError) -> CallSpecification? {
        guard !text.isEmpty else { return nil }
        var name: String?
        var call = CallSpecification(method: .check)
        for field in try CSVFields.parse(text) {
            let pair = field.splitOnce("=")
            switch (pair.before, pair.after) {
            case ("format", let format?):
                guard ["json", "text", ""].contains(format) else {
                    throw CommandLineError("--call: unknown format \"\(format)\"", help: "use json or text")
                }
                call.isJSON = format == "json"
            case ("ignorestatus", let value?):
                guard let flag = GoBoolean.parse(value) else {
                    throw CommandLineError("--call: invalid ignorestatus value \"\(value)\"")
                }
                call.ignoresStatus = flag
            case (_, _?): throw CommandLineError("--call: unknown option \"\(field)\"")
            case (_, nil):
                guard name == nil else { throw CommandLineError("--call: more than one method in \"\(text)\"") }
                name = field
            }
        }
        switch name {
        case "build": return nil
        case "lint": call.method = .check
        case let name:
            guard let method = name.flatMap(Method.init(rawValue:)) else {
                throw CommandLineError(
                    "--call: unknown method \"\(name ?? "")\"", help: "use build, check, outline or targets")
            }
            call.method = method
        }
        return call
    }
}
