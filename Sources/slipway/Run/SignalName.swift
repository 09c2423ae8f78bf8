import Glibc

/// Signals as `STOPSIGNAL` names them: `SIGTERM`, `TERM`, `15`, `SIGRTMIN+3`.
enum SignalName {
    private static let numbers: [String: Int32] = [
        "HUP": SIGHUP, "INT": SIGINT, "QUIT": SIGQUIT, "ILL": SIGILL, "TRAP": SIGTRAP, "ABRT": SIGABRT, "IOT": SIGABRT,
        "BUS": SIGBUS, "FPE": SIGFPE, "KILL": SIGKILL, "USR1": SIGUSR1, "SEGV": SIGSEGV, "USR2": SIGUSR2,
        "PIPE": SIGPIPE, "ALRM": SIGALRM, "TERM": SIGTERM, "STKFLT": 16, "CHLD": SIGCHLD, "CONT": SIGCONT,
        "STOP": SIGSTOP, "TSTP": SIGTSTP, "TTIN": SIGTTIN, "TTOU": SIGTTOU, "URG": SIGURG, "XCPU": SIGXCPU,
        "XFSZ": SIGXFSZ, "VTALRM": SIGVTALRM, "PROF": SIGPROF, "WINCH": SIGWINCH, "IO": SIGIO, "POLL": SIGIO,
        "PWR": SIGPWR, "SYS": SIGSYS,
    ]
    // The numbers that programs see; the C library keeps 32 and 33 for itself.
    private static let realTime: ClosedRange<Int32> = 34...64

    /// The number, or `nil` if there is no such signal.
    static func number(_ text: String) -> Int32? {
        if let number = Int32(text) { return (1...64).contains(number) ? number : nil }
        let name = text.uppercased()
        let short = name.removingPrefix("SIG") ?? name
        if let number = numbers[short] { return number }
        if short == "RTMIN" { return realTime.lowerBound }
        if short == "RTMAX" { return realTime.upperBound }
        let number: Int32?
        if let offset = short.removingPrefix("RTMIN+").flatMap(Int32.init) {
            number = realTime.lowerBound.addingReportingOverflow(offset).partialValue
        } else if let offset = short.removingPrefix("RTMAX-").flatMap(Int32.init) {
            number = realTime.upperBound.subtractingReportingOverflow(offset).partialValue
        } else {
            number = nil
        }
        return number.flatMap { realTime.contains($0) ? $0 : nil }
    }
}
