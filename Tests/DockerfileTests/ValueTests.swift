import Dockerfile
import Testing

struct ValueTests {
    @Test(
        arguments: [
            ("644", 0o755, false, 0o644), ("0", 0o755, false, 0), ("07777", 0, false, 0o7777),
            ("0413", 0, false, 0o413),
            ("+x", 0o644, false, 0o755), ("u=rwX,go=rX", 0o600, false, 0o644), ("u=rwX,go=rX", 0o600, true, 0o755),
            ("u=rwX,go=rX", 0o700, false, 0o755), ("go-w", 0o666, false, 0o644), ("u=rw,g=r,o=r", 0o777, false, 0o644),
            ("a+X", 0o666, false, 0o666), ("a+X", 0o124, true, 0o135), ("u+rw,g+r,o-x,o+w", 0o124, true, 0o766),
            ("g=u", 0o640, false, 0o660), ("o=g", 0o750, false, 0o755), ("u+s", 0o755, false, 0o4755),
            ("g+s", 0o755, true, 0o2755), ("+t", 0o777, true, 0o1777), ("o+t", 0o777, true, 0o777),
            ("a=", 0o4755, false, 0), ("u=", 0o4755, false, 0o055), ("u-x+w", 0o555, false, 0o655),
            ("=r", 0o777, false, 0o444),
            ("a-X", 0o755, false, 0o644), ("o+gX", 0o106, true, 0o107), ("+rg", 0o1520, true, 0o1766),
            ("g-uX", 0o31, true, 0o21), ("-rro", 0o1622, true, 0o1000), ("=or", 0o4601, true, 0o444),
            ("u=rg", 0o640, false, 0o440), ("u=gr", 0o640, false, 0o440), ("=ou", 0o2753, true, 0o2333),
            ("a=tow", 0o6444, false, 0o222), ("ug=tur-o", 0o3766, false, 0o6), ("+rt", 0o600, true, 0o1644),
        ] as [(String, UInt16, Bool, UInt16)])
    func modes(text: String, mode: UInt16, isDirectory: Bool, expected: UInt16) throws {
        #expect(try ModeChange(parsing: text).applied(to: mode, isDirectory: isDirectory) == expected)
    }

    @Test(arguments: ["", "999", "64a", "10000", "-1x", "u", "ux", "u=q", "u+r,", ",u+r", "0x1", "u=r u", "rwx", "+x "])
    func badModes(text: String) {
        let error = #expect(throws: ModeChange.ParsingError.self) { try ModeChange(parsing: text) }
        #expect(
            error?.description
                == "invalid chmod parameter: '\(text)'. it should be octal string and between 0 and 07777")
    }

    @Test func absoluteMode() throws {
        #expect(try ModeChange(parsing: "755").absoluteMode == 0o755)
        #expect(try ModeChange(parsing: "+x").absoluteMode == nil)
    }

    @Test(arguments: [
        ("80", ["80/tcp"], false), ("53/UDP", ["53/udp"], false),
        ("8000-8002", ["8000/tcp", "8001/tcp", "8002/tcp"], false),
        ("127.0.0.1:80:80", ["80/tcp"], true), ("[::1]:8080:8080", ["8080/tcp"], true),
        ("5000:5000", ["5000/tcp"], true),
        ("::1:80:90/sctp", ["90/sctp"], true), ("80/", ["80/tcp"], false), ("8000-8001:80", ["80/tcp"], true),
        ("0", ["0/tcp"], false), ("::ffff:1.2.3.4:1:2", ["2/tcp"], true),
    ])
    func ports(text: String, keys: [String], hasHostPart: Bool) throws {
        let port = try PortSpecification(parsing: text)
        #expect(port.keys == keys)
        #expect(port.hasHostPart == hasHostPart)
        #expect(port.hasCapitalTransport == text.contains("UDP"))
    }

    @Test(arguments: [
        ("99999", "invalid containerPort: 99999"), ("a", "invalid containerPort: a"), ("", "no port specified"),
        ("/tcp", "no port specified"), ("80/foo", "invalid proto: foo"), ("90-80", "invalid containerPort: 90-80"),
        ("x:80", "invalid hostPort: x"), ("1.2.3:80:80", "invalid IP address: 1.2.3"),
        (":::1:80:80", "invalid IP address: :::1"), ("1-3:80-81", "invalid ranges specified"), ("-80", "containerPort"),
        ("80-", "containerPort"), ("+80", "containerPort"),
    ])
    func badPorts(text: String, message: String) {
        let error = #expect(throws: PortSpecification.ParsingError.self) { try PortSpecification(parsing: text) }
        #expect(error?.message.contains(message) == true)
    }

    @Test(arguments: [
        ("SIGTERM", 15), ("term", 15), ("9", 9), ("SIGRTMIN", 34), ("RTMIN+3", 37), ("SIGRTMAX-1", 63), ("WINCH", 28),
        ("sigusr1", 10),
    ])
    func signals(text: String, number: Int) {
        #expect(SignalName(parsing: text)?.number == number)
    }

    @Test(arguments: ["", "FOO", "0", "-1", "65", "SIG", "RTMIN-1", "RTMIN+16", "RTMAX-15", "RTMIN+", "RTMIN+01"])
    func badSignals(text: String) {
        #expect(SignalName(parsing: text) == nil)
    }

    @Test(
        arguments: [
            ("0", 0), ("5s", 5_000_000_000), ("1m30s", 90_000_000_000), ("1.5h", 5_400_000_000_000),
            ("-1.5s", -1_500_000_000),
            ("100µs", 100_000), (".5s", 500_000_000), ("2562047h47m16.854775807s", Int64.max),
        ] as [(String, Int64)])
    func durations(text: String, nanoseconds: Int64) throws {
        #expect(try GoDuration(parsing: text).nanoseconds == nanoseconds)
    }

    @Test(arguments: ["", "5", "s", "1x", "1.s.", "--1s", "9999999999999h", "99999999999999999999s", ".s", "1 s"])
    func badDurations(text: String) {
        #expect(throws: GoDuration.ParsingError.self) { try GoDuration(parsing: text) }
    }

    @Test(
        arguments: [
            ("64m", 64 << 20), ("1.5GB", 3 << 29), ("2 KiB", 2048), ("7", 7), ("7b", 7), ("1T", 1 << 40), ("0", 0),
            (".5k", 512),
            ("5.", 5), ("5 ", 5), ("1e2k", 102_400), ("+7kib", 7168), ("-0", 0),
        ] as [(String, Int64)])
    func sizes(text: String, bytes: Int64) {
        #expect(ByteSize(parsing: text)?.bytes == bytes)
    }

    @Test(arguments: [
        "", "m", "-1m", "1x", "1mm", "1.2.3m", "9999999999y", "1  m", "1 000", "0x10", "inf", "nan", "e5", " 5",
        "7kibb",
    ])
    func badSizes(text: String) {
        #expect(ByteSize(parsing: text) == nil)
    }

    @Test func owners() {
        #expect(Ownership(parsing: "1000:www").user == .id(1000))
        #expect(Ownership(parsing: "1000:www").group == .name("www"))
        #expect(Ownership(parsing: "daemon").group == nil)
        #expect(Ownership(parsing: ":5") == Ownership(parsing: ":5"))
        #expect(Ownership(parsing: ":5").user == nil)
        #expect(Ownership(parsing: "+5").user == .name("+5"))
        #expect(Ownership(parsing: "99999999999").user == .name("99999999999"))
    }
}
