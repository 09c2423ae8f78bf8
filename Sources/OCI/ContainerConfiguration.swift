/// How a container of an image is to be run: the `config` member of an image configuration.
///
/// OCI image specification, config.md, "config"; Docker image specification v1.3 for Healthcheck, OnBuild, Shell and
/// ArgsEscaped. A view on the JSON: keys that it does not know stay as they are. An absent member, null and an empty list
/// are the same thing; setting an empty value removes the member.
public struct ContainerConfiguration: Hashable, Sendable {
    /// All members, known and unknown, of the right types where known.
    public private(set) var json: JSONValue

    /// A configuration that says nothing.
    public init() { json = [:] }

    /// Checks the types of all members that the accessors below read, so that they cannot fail.
    init(_ reader: JSONReader) throws(OCIError) {
        for key in ["User", "WorkingDir", "StopSignal"] { _ = try reader.member(key).string() }
        for key in ["Env", "OnBuild", "Shell"] { _ = try reader.member(key).strings() }
        for key in ["ExposedPorts", "Volumes"] { _ = try reader.member(key).object() }
        _ = try reader.member("Labels").stringMap()
        _ = try reader.member("ArgsEscaped").bool()
        _ = try Healthcheck(reader.member("Healthcheck"))
        json = .object(try reader.object())
        // Images of Docker's first years hold a single string here.
        for key in ["Entrypoint", "Cmd"] {
            if let command = json[key]?.stringValue {
                json[key] = .strings([command])
            } else {
                _ = try reader.member(key).strings()
            }
        }
    }

    private subscript(text key: String) -> String {
        get { json[key]?.stringValue ?? "" }
        set { json[key] = newValue.isEmpty ? nil : .string(newValue) }
    }

    private subscript(list key: String) -> [String] {
        get { json[key]?.arrayValue?.compactMap(\.stringValue) ?? [] }
        set { json[key] = newValue.isEmpty ? nil : .strings(newValue) }
    }

    private subscript(set key: String) -> Set<String> {
        get { Set((json[key]?.objectValue ?? [:]).keys) }
        set {
            json[key] = newValue.isEmpty ? nil : .object(Dictionary(uniqueKeysWithValues: newValue.map { ($0, [:]) }))
        }
    }

    /// The user, `name|uid[:group|gid]`; empty for root.
    public var user: String {
        get { self[text: "User"] }
        set { self[text: "User"] = newValue }
    }

    /// The ports that the container listens on, `80/tcp`.
    public var exposedPorts: Set<String> {
        get { self[set: "ExposedPorts"] }
        set { self[set: "ExposedPorts"] = newValue }
    }

    /// The environment, `NAME=value` each, in the order of their first setting.
    public var environment: [String] {
        get { self[list: "Env"] }
        set { self[list: "Env"] = newValue }
    }

    /// The program and its fixed arguments.
    public var entrypoint: [String] {
        get { self[list: "Entrypoint"] }
        set { self[list: "Entrypoint"] = newValue }
    }

    /// The default arguments, or program and arguments.
    public var command: [String] {
        get { self[list: "Cmd"] }
        set { self[list: "Cmd"] = newValue }
    }

    /// The directories that hold data of their own.
    public var volumes: Set<String> {
        get { self[set: "Volumes"] }
        set { self[set: "Volumes"] = newValue }
    }

    /// The directory that the program starts in; empty for the root.
    public var workingDirectory: String {
        get { self[text: "WorkingDir"] }
        set { self[text: "WorkingDir"] = newValue }
    }

    /// Free-form notes.
    public var labels: [String: String] {
        get { (json["Labels"]?.objectValue ?? [:]).compactMapValues(\.stringValue) }
        set { json["Labels"] = newValue.isEmpty ? nil : .strings(newValue) }
    }

    /// The signal that asks the program to end; empty for SIGTERM.
    public var stopSignal: String {
        get { self[text: "StopSignal"] }
        set { self[text: "StopSignal"] = newValue }
    }

    /// Docker's mark of a command that is already one escaped line.
    public var argumentsEscaped: Bool {
        get { json["ArgsEscaped"]?.boolValue ?? false }
        set { json["ArgsEscaped"] = newValue ? true : nil }
    }

    /// How the container is asked whether it is well; nil when nothing is said about it.
    public var healthcheck: Healthcheck? {
        get {
            // The types were checked when the JSON came in.
            try? Healthcheck(JSONReader(json["Healthcheck"], document: "image configuration"))
        }
        set { json["Healthcheck"] = newValue?.json }
    }

    /// Instructions for a build that starts from this image.
    public var onBuild: [String] {
        get { self[list: "OnBuild"] }
        set { self[list: "OnBuild"] = newValue }
    }

    /// The program that the shell forms of instructions run in; empty for `/bin/sh -c`.
    public var shell: [String] {
        get { self[list: "Shell"] }
        set { self[list: "Shell"] = newValue }
    }
}
