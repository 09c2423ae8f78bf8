#if canImport(Glibc)
    import Glibc
#endif

/// The targets for what comes as bytes from elsewhere: archives, compressed data, documents of images, references, and
/// what registries answer. Unlike those for Dockerfiles they are linked with the modules Archive and OCI, built with
/// libFuzzer's instrumentation, and hold the parsers of Registry and HTTP that need no network.
enum ByteTarget: String, CaseIterable {
    case tar, decompression, manifest, configuration, reference, registry

    /// The target of this process.
    static let current = getenv("FUZZ_TARGET").flatMap { ByteTarget(rawValue: String(cString: $0)) }

    func run(_ input: [UInt8]) {
        switch self {
        case .tar: TarTarget.run(input)
        case .decompression: DecompressionTarget.run(input)
        case .manifest: DocumentTarget.manifest(input)
        case .configuration: DocumentTarget.configuration(input)
        case .reference: ReferenceTarget.run(input)
        case .registry: RegistryTarget.run(input)
        }
    }

    /// Ends the program if a property does not hold.
    static func require(_ condition: Bool, _ message: @autoclosure () -> String) {
        if condition { return }
        var text = message() + "\n"
        text.withUTF8 { bytes in _ = write(STDERR_FILENO, bytes.baseAddress, bytes.count) }
        abort()
    }
}

/// The function that libFuzzer looks for (LLVM's libFuzzer documentation, "Fuzz Target").
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ data: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    ByteTarget.require(ByteTarget.current != nil, "FUZZ_TARGET must be one of \(ByteTarget.allCases.map(\.rawValue))")
    ByteTarget.current?.run(Array(UnsafeBufferPointer(start: data, count: count)))
    return 0
}
