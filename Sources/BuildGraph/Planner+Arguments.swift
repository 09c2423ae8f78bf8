import Dockerfile
import OCI

/// Build arguments: the automatic ones, the global ones, and what is never an environment variable.
extension Planner {
    /// The variables that proxies are read from. They reach `RUN` without being declared, and leave no trace.
    static let proxyNames: Set<String> = [
        "HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "FTP_PROXY", "ftp_proxy", "NO_PROXY", "no_proxy",
        "ALL_PROXY", "all_proxy",
    ]

    /// Arguments that speak to the builder, not to the build.
    static func isBuilderArgument(_ name: String) -> Bool {
        name.hasPrefix("BUILDKIT_") || name == "SOURCE_DATE_EPOCH"
    }

    var proxyEnvironment: EnvironmentList {
        var list = EnvironmentList()
        for variable in options.buildArguments.variables where Self.proxyNames.contains(variable.name) {
            list[variable.name.uppercased()] = variable.value
            list[variable.name.lowercased()] = variable.value
        }
        return list
    }

    func automaticArguments(targetStage: String) -> EnvironmentList {
        var list = EnvironmentList()
        func add(_ prefix: String, _ platform: Platform) {
            list[prefix + "PLATFORM"] = platform.description
            list[prefix + "OS"] = platform.os
            list[prefix + "OSVERSION"] = platform.osVersion ?? ""
            list[prefix + "ARCH"] = platform.architecture
            list[prefix + "VARIANT"] = platform.variant ?? ""
        }
        add("BUILD", options.buildPlatform)
        add("TARGET", options.targetPlatform)
        list["TARGETSTAGE"] = targetStage.isEmpty ? "default" : targetStage
        for name in list.names {
            if let given = options.buildArguments[name] { list[name] = given }
        }
        return list
    }

    /// Gives the arguments before the first `FROM` their values, with the time for `SOURCE_DATE_EPOCH`.
    mutating func evaluateGlobalArguments(_ automatic: EnvironmentList) throws(DockerfileError) {
        try readGlobalArguments(automatic)
        replaceEpoch()
    }

    /// Gives the arguments before the first `FROM` the values that are written for them.
    mutating func readGlobalArguments(_ automatic: EnvironmentList) throws(DockerfileError) {
        globalArguments = automatic
        for instruction in dockerfile.globalArguments {
            guard case .arg(let declaration) = instruction.body else { continue }
            for argument in declaration.arguments {
                let name = try expandGlobal(argument.name)
                declaredArguments.insert(name)
                var value = options.buildArguments[name]
                var used: Set<String> = []
                if value == nil, let word = argument.defaultValue {
                    let expansion = try globalExpander().expand(word)
                    value = expansion.text
                    used = expansion.used
                }
                outlineGlobal(argument, named: name, value: value, uses: used, instruction)
                if let value { globalArguments[name] = value }
            }
        }
    }

    /// Arguments of the command line that nothing declares.
    func unusedBuildArguments() -> [String] {
        options.buildArguments.names.filter { name in
            !declaredArguments.contains(name) && !Self.proxyNames.contains(name) && !Self.isBuilderArgument(name)
                && globalArguments[name] == nil
        }
    }

    /// `ARG` in a stage.
    mutating func planArg(
        _ declaration: ArgInstruction, _ instruction: Instruction, _ state: inout StageState
    ) throws(DockerfileError) {
        var texts: [String] = []
        for argument in declaration.arguments {
            let name = argument.name.raw
            declaredArguments.insert(name)
            var value = options.buildArguments[name]
            if value == nil {
                if let word = argument.defaultValue {
                    value = try expand(word, state)
                } else {
                    value = globalArguments[name]
                }
            }
            if let value, !Self.isHiddenFromEnvironment(name) { state.environment[name] = value }
            let declared = StageState.Argument(name: name, value: value)
            if let index = state.arguments.firstIndex(where: { $0.name == name }) {
                state.arguments[index] = declared
            } else {
                state.arguments.append(declared)
            }
            texts.append(value.map { "\(name)=\($0)" } ?? name)
        }
        state.record("ARG " + texts.joined(separator: " "))
    }

    /// Arguments that a stage may declare and that yet never become environment variables.
    private static func isHiddenFromEnvironment(_ name: String) -> Bool {
        name == "BUILDKIT_SBOM_SCAN_CONTEXT" || name == "BUILDKIT_SBOM_SCAN_STAGE"
    }
}
