/// The command of `RUN`, `CMD`, `ENTRYPOINT` and `HEALTHCHECK CMD`. Variables in it are left to the shell.
public enum CommandLineForm: Sendable, Hashable {
    /// Text for the shell, continuation lines joined.
    case shell(Word)
    /// The JSON form: the program and its arguments.
    case exec([Word])

    /// The words: one for the shell form, each argument for the exec form.
    public var words: [Word] {
        switch self {
        case .shell(let word): [word]
        case .exec(let words): words
        }
    }

    /// Whether this is the shell form.
    public var isShell: Bool {
        if case .shell = self { true } else { false }
    }

    /// Whether there is nothing to run: `CMD` with nothing after it, or `[]`.
    public var isEmpty: Bool {
        switch self {
        case .shell(let word): word.raw.isEmpty
        case .exec(let words): words.isEmpty
        }
    }
}
