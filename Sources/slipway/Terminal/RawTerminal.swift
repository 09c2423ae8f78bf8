import Glibc
import Synchronization
import SystemPackage

/// The settings of the program's terminal while it hands every key on to a process.
enum RawTerminal {
    private struct Saved {
        var descriptor: Int32
        var settings: termios
    }

    private static let saved = Mutex<Saved?>(nil)

    /// Has every key handed on as it is pressed, Ctrl-C as well, and nothing shown.
    ///
    /// - Returns: the settings of before, which `restore` brings back.
    static func enter(_ terminal: FileDescriptor) throws -> termios {
        var settings = termios()
        guard tcgetattr(terminal.rawValue, &settings) == 0 else { throw Errno(rawValue: errno) }
        var raw = settings
        cfmakeraw(&raw)
        try saved.withLock { saved in
            if saved == nil { saved = Saved(descriptor: terminal.rawValue, settings: settings) }
            guard tcsetattr(terminal.rawValue, TCSADRAIN, &raw) == 0 else { throw Errno(rawValue: errno) }
        }
        return settings
    }

    /// Brings back the settings of before, if they were changed. To be called by whoever ends the program, too.
    static func restore() {
        saved.withLock { saved in
            guard var before = saved.take() else { return }
            // A terminal that is gone needs no settings.
            _ = tcsetattr(before.descriptor, TCSADRAIN, &before.settings)
        }
    }
}
