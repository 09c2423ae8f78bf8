import ArgumentParser

/// What shells offer for values that several commands take.
extension CompletionKind {
    /// The names of the images in the store. To zsh what follows a colon describes what stands before it, unless there is a
    /// backslash (character 92, since each shell has its own mind about backslashes in quotes).
    static var images: CompletionKind {
        .shellCommand(
            """
            slipway images 2>/dev/null | awk 'BEGIN { if (ENVIRON["SAP_SHELL"] == "zsh") escape = sprintf("%c", 92) } \
            NR > 1 && $2 != "<none>" { count = split($1, part, ":"); name = part[1]; \
            for (i = 2; i <= count; i++) name = name escape ":" part[i]; print name escape ":" $2 }'
            """)
    }

    /// The names of the stages of the Dockerfile here.
    static var stages: CompletionKind {
        .shellCommand("slipway build --call=targets . 2>/dev/null | awk 'NR > 1 { print $1 }'")
    }

    static var platforms: CompletionKind { .list(["linux/amd64", "linux/arm64", "linux/arm/v7", "linux/386"]) }

    static var networks: CompletionKind { .list(["host", "private", "none"]) }

    static var runtimes: CompletionKind { .list(["runc", "crun"]) }

    static var progressModes: CompletionKind { .list(["auto", "tty", "plain", "rawjson", "quiet"]) }
}
