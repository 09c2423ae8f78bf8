import Testing

@testable import Sandbox

@Suite struct ForeignProgramTests {
    /// As Debian's qemu-user-static 7.2 with binfmt-support 2.2 registers them.
    private static let arm64 = """
        enabled
        interpreter /usr/libexec/qemu-binfmt/aarch64-binfmt-P
        flags: PF
        offset 0
        magic 7f454c460201010000000000000000000200b700
        mask ffffffffffffff00fffffffffffffffffeffffff

        """
    private static let s390x = """
        enabled
        interpreter /usr/bin/qemu-s390x-static
        flags: F
        offset 0
        magic 7f454c4602020100000000000000000000020016
        mask ffffffffffffff00fffffffffffffffffffeffff

        """

    @Test(arguments: [
        "386", "amd64", "arm", "arm64", "loong64", "mips", "mipsle", "mips64", "mips64le", "ppc64", "ppc64le",
        "riscv64", "s390x",
    ])
    func headersAreWhatTheySay(architecture: String) throws {
        let header = try #require(ProgramHeader(architecture: architecture))
        #expect(header.bytes.count == ProgramHeader.length)
        #expect(ProgramHeader(header.bytes) == header)
        #expect(header.architecture == architecture)
    }

    /// The first bytes of Debian's busybox for arm64.
    @Test func readsAProgram() {
        let bytes: [UInt8] = [
            0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 3, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0xb7, 0, 1, 0, 0, 0,
        ]
        #expect(ProgramHeader(bytes)?.architecture == "arm64")
    }

    @Test(arguments: [
        [], Array("#!/bin/sh\n".utf8), [0x7f, 0x45, 0x4c, 0x46],
        [0x7f, 0x45, 0x4c, 0x46, 3, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 62, 0],
        [0x7f, 0x45, 0x4c, 0x46, 2, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 62, 0],
    ])
    func noProgram(bytes: [UInt8]) { #expect(ProgramHeader(bytes) == nil) }

    @Test func registeredFormatsMatchTheirPrograms() throws {
        let arm64 = try #require(BinaryFormat(name: "qemu-aarch64", text: Self.arm64))
        #expect(arm64.isEnabled && arm64.isFixed)
        #expect(arm64.interpreter == "/usr/libexec/qemu-binfmt/aarch64-binfmt-P")
        let s390x = try #require(BinaryFormat(name: "qemu-s390x", text: Self.s390x))
        for (format, name) in [(arm64, "arm64"), (s390x, "s390x")] {
            for other in ["386", "amd64", "arm", "arm64", "mips64", "ppc64le", "riscv64", "s390x"] {
                #expect(format.matches(try #require(ProgramHeader(architecture: other))) == (other == name), "\(other)")
            }
        }
    }

    @Test(arguments: [
        "", "enabled\ninterpreter /usr/bin/x\nflags: \nextension .exe\n", "magic 7f4\n", "magic xy\n",
        "magic 7f45\nmask ff\n", "offset -1\nmagic 7f45\n", "status\nenabled\n",
    ])
    func whatIsNotUnderstoodIsLeftOut(text: String) { #expect(BinaryFormat(name: "x", text: text) == nil) }

    @Test func anOffsetBehindTheHeaderMatchesNothing() throws {
        let format = try #require(BinaryFormat(name: "x", text: "enabled\noffset 64\nmagic 7f45\n"))
        #expect(!format.matches(try #require(ProgramHeader(architecture: "amd64"))))
    }

    @Test(arguments: [
        ("arm64", "", "has no emulator", "apt install qemu-user-static binfmt-support"),
        ("riscv64", arm64, "has no emulator", "tonistiigi/binfmt --install riscv64"),
        ("arm64", arm64.replacing("enabled", with: "disabled"), "registered but disabled", "echo 1 >"),
        ("arm64", arm64.replacing("PF", with: "P"), "without the flag F", "register it with F"),
        ("arm64", arm64, "could not start it", "check that /usr/libexec"), ("386", "", "no 32-bit programs", "kernel"),
    ])
    func explanations(architecture: String, registered: String, reason: String, help: String) throws {
        let header = try #require(ProgramHeader(architecture: architecture))
        let program = try #require(ForeignProgram(header, host: "amd64"))
        let formats = [BinaryFormat(name: "qemu-aarch64", text: registered)].compactMap { $0 }
        let explanation = program.explanation(host: "amd64", formats: formats)
        #expect(explanation.reason.contains("it is a program for \(architecture), and this machine is amd64"))
        #expect(explanation.reason.contains(reason), "\(explanation.reason)")
        #expect(explanation.help.contains(help), "\(explanation.help)")
    }

    @Test func programsOfThisMachineAreNotForeign() throws {
        #expect(ForeignProgram(try #require(ProgramHeader(architecture: "amd64")), host: "amd64") == nil)
    }
}
