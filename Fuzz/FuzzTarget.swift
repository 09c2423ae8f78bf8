#if canImport(Glibc)
    import Glibc
#endif

/// What libFuzzer calls with each input. The target is chosen by the environment variable `FUZZ_TARGET`, so that one
/// program holds them all. A property that does not hold ends the program, which libFuzzer reports with the input.
enum FuzzTarget: String, CaseIterable {
    case parser, expansion, ignore, heredoc

    /// The target of this process.
    static let current = getenv("FUZZ_TARGET").flatMap { FuzzTarget(rawValue: String(cString: $0)) }

    func run(_ input: [UInt8]) {
        switch self {
        case .parser: ParserTarget.run(input)
        case .expansion: ExpansionTarget.run(input)
        case .ignore: IgnoreTarget.run(input)
        case .heredoc: HeredocTarget.run(input)
        }
    }

    /// Ends the program if a property does not hold.
    static func require(_ condition: Bool, _ message: @autoclosure () -> String) {
        if !condition { fail(message()) }
    }

    /// Ends the program with a message. An optimised `preconditionFailure` would not print it.
    static func fail(_ message: String) -> Never {
        var text = message + "\n"
        text.withUTF8 { bytes in _ = write(STDERR_FILENO, bytes.baseAddress, bytes.count) }
        abort()
    }

    /// The text up to the first newline, and what follows.
    static func split(_ input: [UInt8]) -> (first: String, rest: [UInt8]) {
        let end = input.firstIndex(of: UInt8(ascii: "\n")) ?? input.count
        return (String(decoding: input[..<end], as: UTF8.self), Array(input[end...].dropFirst()))
    }
}

/// The function that libFuzzer looks for (LLVM's libFuzzer documentation, "Fuzz Target").
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ data: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    guard let target = FuzzTarget.current else {
        FuzzTarget.fail("FUZZ_TARGET must be one of \(FuzzTarget.allCases.map(\.rawValue))")
    }
    target.run(Array(UnsafeBufferPointer(start: data, count: count)))
    return 0
}
