import SystemPackage

/// Writes the program that a sandbox's first process executes; `CSandbox/program.h` describes the format.
struct ProgramEncoder {
    private(set) var bytes: [UInt8] = []

    /// Docker's default: CHOWN, DAC_OVERRIDE, FOWNER, FSETID, KILL, SETGID, SETUID, SETPCAP, NET_BIND_SERVICE, NET_RAW,
    /// SYS_CHROOT, MKNOD, AUDIT_WRITE, SETFCAP.
    static let defaultCapabilities: UInt64 = 0xa804_25fb

    /// The same without SYS_CHROOT, which is a way out of a root that was made by it.
    static let changedRootCapabilities: UInt64 = defaultCapabilities & ~(1 << 18)

    private struct Flags: OptionSet {
        var rawValue: UInt32
        static let noNewPrivileges = Flags(rawValue: 1)
        static let loopback = Flags(rawValue: 2)
        static let keepGroups = Flags(rawValue: 4)
        static let ambient = Flags(rawValue: 8)
        static let oneIdentity = Flags(rawValue: 16)
        static let changedRoot = Flags(rawValue: 32)
        static let terminal = Flags(rawValue: 64)
        static let runtime = Flags(rawValue: 128)
    }

    /// The program for a specification that has passed `validate()`.
    ///
    /// - Throws: `.invalidSpecification` for what cannot be written for a runtime.
    static func encode(
        _ specification: ProcessSpecification, host: HostFacts
    ) throws(SandboxError) -> [UInt8] {
        var encoder = ProgramEncoder()
        if let bundle = specification.runtime {
            let configuration = try RuntimeConfiguration(specification).encoded()
            encoder.put(specification.executing(bundle), host: host)
            encoder.put(bundle.directory)
            encoder.put(configuration)
            encoder.put(bundle.runtime.refusesHybridControlGroups ? 1 : 0 as UInt32)
        } else {
            encoder.put(specification, host: host)
        }
        if host.changesRoot, case .directory(let root) = specification.root {
            encoder.put([MountStep(operation: .rootDirectory(root, []))])
        } else {
            encoder.put(MountPlan.make(for: specification, host: host))
        }
        return encoder.bytes
    }

    private mutating func put(_ specification: ProcessSpecification, host: HostFacts) {
        put(0x3157_4c53 as UInt32)
        var flags: Flags = []
        if specification.noNewPrivileges { flags.insert(.noNewPrivileges) }
        if host.changesRoot { flags.insert(.changedRoot) }
        if specification.network.isOwn { flags.insert(.loopback) }
        if host.deniesSetGroups { flags.insert(.keepGroups) }
        if specification.security == .insecure { flags.insert(.ambient) }
        if host.notifications == .identities { flags.insert(.oneIdentity) }
        if specification.hasTerminal { flags.insert(.terminal) }
        if specification.runtime != nil { flags.insert(.runtime) }
        put(flags.rawValue)
        put(specification.user.userID)
        put(specification.user.groupID)
        put(UInt32(specification.user.supplementaryGroupIDs.count))
        for group in specification.user.supplementaryGroupIDs { put(group) }
        let confined = host.changesRoot ? Self.changedRootCapabilities : Self.defaultCapabilities
        let capabilities = specification.security == .default ? confined : .max
        put(capabilities)
        put(specification.user.userID == 0 || specification.security == .insecure ? capabilities : 0)
        put(specification.hostname)
        put(specification.workingDirectory)
        put(specification.searchPath)
        put(specification.arguments)
        put(specification.environment)
        put(UInt32(specification.resourceLimits.count))
        for limit in specification.resourceLimits {
            put(limit.resource)
            put(limit.soft)
            put(limit.hard)
        }
        put((specification.controlGroup?.directories ?? []).map { $0.appending("cgroup.procs") })
    }

    private mutating func put(_ steps: [MountStep]) {
        put(UInt32(steps.count))
        for step in steps {
            var payload = ProgramEncoder()
            let operation = payload.putPayload(of: step.operation)
            put(operation)
            put(step.flags.rawValue)
            put(UInt32(payload.bytes.count))
            bytes += payload.bytes
        }
    }

    /// Writes an operation's fields and returns its number.
    private mutating func putPayload(of operation: MountStep.Operation) -> UInt32 {
        switch operation {
        case .rootLayers(let stack, let attributes):
            put(stack, attributes)
            return 1
        case .rootDirectory(let path, let attributes):
            put(attributes.rawValue)
            put(path)
            return 2
        case .filesystem(let type, let options, let target, let attributes):
            put(attributes.rawValue)
            put(type)
            put(target)
            put(UInt32(options.count))
            for option in options {
                put(option.key)
                put(option.value)
            }
            return 3
        case .bind(let source, let target, let attributes):
            put(attributes.rawValue)
            put(source)
            put(target)
            return 4
        case .layers(let stack, let subpath, let target, let attributes):
            put(stack, attributes)
            put(subpath)
            put(target)
            return 5
        case .file(let contents, let mode, let userID, let groupID, let target, let attributes):
            put(attributes.rawValue)
            put(UInt32(mode))
            put(userID)
            put(groupID)
            put(target)
            put(contents)
            return 6
        case .symbolicLink(let contents, let path):
            put(contents)
            put(path)
            return 7
        case .mask(let path):
            put(path)
            return 8
        case .seal(let path):
            put(path)
            return 9
        case .rootServed(let attributes):
            put(attributes.rawValue)
            return 10
        }
    }

    private mutating func put(_ stack: LayerStack, _ attributes: MountAttributes) {
        put(attributes.rawValue)
        put(stack.scratch?.upper ?? "")
        put(stack.scratch?.work ?? "")
        put(UInt32(stack.lower.count))
        for path in stack.lower { put(path) }
    }

    private mutating func put(_ value: some FixedWidthInteger) {
        unsafe withUnsafeBytes(of: value) { unsafe bytes.append(contentsOf: $0) }
    }

    private mutating func put(_ contents: some Collection<UInt8>) {
        put(UInt32(contents.count))
        bytes += contents
        bytes.append(0)
    }

    private mutating func put(_ text: String) { put(text.utf8) }

    private mutating func put(_ path: FilePath) { put(path.rawBytes) }

    private mutating func put(_ paths: [FilePath]) {
        put(UInt32(paths.count))
        for path in paths { put(path) }
    }

    private mutating func put(_ texts: [String]) {
        put(UInt32(texts.count))
        for text in texts { put(text) }
    }
}

extension FilePath {
    /// The path's bytes as the kernel takes them, which need not be UTF-8; without the final 0.
    var rawBytes: [UInt8] {
        unsafe withPlatformString { start in
            var bytes: [UInt8] = []
            var next = unsafe start
            while unsafe next.pointee != 0 {
                unsafe bytes.append(UInt8(bitPattern: next.pointee))
                unsafe next += 1
            }
            return bytes
        }
    }
}
