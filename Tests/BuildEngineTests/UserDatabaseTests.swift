import Testing

@testable import BuildEngine

@Suite struct UserDatabaseTests {
    private let database = UserDatabase(
        passwd: """
            root:x:0:0:root:/root:/bin/sh
            app:x:1000:33:App:/home/app:/bin/sh
            broken line
            nohome:x:7:7:::
            """,
        group: "root:x:0:\nwww:x:33:\nextra:x:44:app,other\n")

    @Test(
        arguments: [
            ("", 0, 0, "/root", [0]), ("root", 0, 0, "/root", [0]), ("app", 1000, 33, "/home/app", [33, 44]),
            ("1000", 1000, 33, "/home/app", [33, 44]), ("app:extra", 1000, 44, "/home/app", [44]),
            ("app:55", 1000, 55, "/home/app", [55]), ("4711", 4711, 0, "/", [0]), ("4711:12", 4711, 12, "/", [12]),
            ("nohome", 7, 7, "/", [7]),
        ] as [(String, UInt32, UInt32, String, [UInt32])])
    func processes(_ text: String, _ uid: UInt32, _ gid: UInt32, _ home: String, _ groups: [UInt32]) throws {
        let user = try database.process(text)
        #expect(user == ImageUser(uid: uid, gid: gid, supplementaryGroups: groups, home: home))
    }

    @Test(
        arguments: [
            ("app", 1000, 33), ("app:www", 1000, 33), ("5", 5, 5), ("5:6", 5, 6), ("root", 0, 0), (":44", 0, 44),
            ("5:", 5, 0), ("app:", 1000, 0),
        ] as [(String, UInt32, UInt32)])
    func owners(_ text: String, _ uid: UInt32, _ gid: UInt32) throws {
        let owner = try database.owner(text)
        #expect(owner.uid == uid)
        #expect(owner.gid == gid)
    }

    @Test(arguments: ["nosuch", "app:nosuch"])
    func unknownNamesAreErrors(_ text: String) {
        #expect(throws: UnknownUser.self) { try database.process(text) }
        #expect(throws: UnknownUser.self) { try database.owner(text) }
    }

    /// (uid_t)-1 means "do not change" to setresuid(2): a process would stay root.
    @Test(arguments: ["4294967295", "2147483648", "-1", "app:4294967295", "99999999999"])
    func numbersOutOfRangeAreErrors(_ text: String) {
        #expect(throws: UnknownUser.self) { try database.process(text) }
    }

    @Test func anImageWithoutFilesHasRoot() throws {
        let empty = UserDatabase(passwd: nil, group: nil)
        #expect(try empty.process("").uid == 0)
        #expect(try empty.process("").home == "/")
        #expect(try empty.process("12:13").gid == 13)
        #expect(throws: UnknownUser.self) { try empty.owner("app") }
    }
}
