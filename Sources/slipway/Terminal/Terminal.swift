import Glibc

/// The size of a terminal in character cells.
struct TerminalSize: Equatable, Sendable {
    var columns: Int
    var rows: Int

    /// The size of the terminal behind `descriptor` now; `nil` if it is none or does not know its size (a serial line).
    ///
    /// Asking costs one system call, so it is asked for each frame and no SIGWINCH is needed.
    static func ofTerminal(_ descriptor: Int32) -> TerminalSize? {
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else { return nil }
        return TerminalSize(columns: Int(size.ws_col), rows: Int(size.ws_row))
    }
}
