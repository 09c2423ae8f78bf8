import Testing

@testable import Dockerfile

struct MountTests {
    private static func resolve(_ value: String) throws -> Mount {
        let file = try parse("FROM a\nRUN --mount=\(value) x")
        guard case .run(let run) = file.stages[0].instructions[0].body else { throw Missing() }
        let flag = try #require(run.mounts.first)
        return try flag.resolve(
            Expander(source: file.source) { ["TYPE": "cache", "DIR": "/mycache"][$0] })
    }

    private struct Missing: Error {}

    @Test func bind() throws {
        #expect(
            try Self.resolve("target=/x") == .bind(Mount.Bind(source: "", target: "/x", isReadOnly: true)))
        #expect(
            try Self.resolve("from=build,src=out,dst=/out,rw")
                == .bind(Mount.Bind(from: "build", source: "out", target: "/out", isReadOnly: false)))
    }

    @Test func cache() throws {
        guard case .cache(let cache) = try Self.resolve("TYPE=$TYPE,target=$DIR,sharing=Locked,mode=0773,uid=1,gid=2")
        else {
            Issue.record("no cache")
            return
        }
        #expect(cache.target == "/mycache")
        #expect(cache.sharing == .locked)
        #expect(cache.mode == 0o773)
        #expect(cache.uid == 1)
        #expect(cache.gid == 2)
        #expect(cache.id == nil)
        #expect(!cache.isReadOnly)
    }

    @Test func tmpfs() throws {
        #expect(
            try Self.resolve("type=tmpfs,target=/t,size=64m")
                == .tmpfs(Mount.Tmpfs(target: "/t", size: 64 << 20, isReadOnly: false)))
    }

    @Test(
        arguments: [
            ("type=secret,id=s", "s", "/run/secrets/s", nil),
            ("type=secret,target=/a/b", "b", "/a/b", nil),
            ("type=secret,id=d/s", "d/s", "/run/secrets/s", nil),
            ("type=secret,id=s,env=E", "s", nil, "E"),
            ("type=secret,source=s,env=E,target=/f", "s", "/f", "E"),
        ] as [(String, String, String?, String?)])
    func secret(value: String, id: String, target: String?, environment: String?) throws {
        guard case .secret(let secret) = try Self.resolve(value) else {
            Issue.record("no secret")
            return
        }
        #expect(secret.id == id)
        #expect(secret.target == target)
        #expect(secret.environmentName == environment)
        #expect(secret.mode == 0o400)
        #expect(!secret.isRequired)
    }

    @Test func ssh() throws {
        #expect(
            try Self.resolve("type=ssh,required")
                == .ssh(Mount.SSH(id: "default", isRequired: true, mode: 0o600, uid: 0, gid: 0)))
    }

    @Test func quotedFields() throws {
        #expect(
            try Self.resolve("'\"target=/a,b\",\"source=x y\"'")
                == .bind(Mount.Bind(source: "x y", target: "/a,b", isReadOnly: true)))
    }

    @Test(arguments: [
        ("type=foo", "unsupported mount type \"foo\""),
        ("type=tmp", "unsupported mount type \"tmp\""),
        ("typ=tmpfs", "unexpected key 'typ' in 'typ=tmpfs'"),
        ("type=bind,target=/", "invalid mount target \"/\""),
        ("type=cache,target=/..", "invalid mount target \"/\""),
        ("target=/x,foo", "invalid field 'foo' must be a key=value pair"),
        ("target=/x,mode=0755", "mode not allowed for \"bind\" type mounts"),
        ("type=tmpfs,target=/x,uid=1", "uid not allowed for \"tmpfs\" type mounts"),
        ("type=cache,target=/x,mode=9", "invalid value 9 for mode"),
        ("type=cache,target=/x,uid=-1", "invalid value -1 for uid"),
        ("type=cache,target=/x,sharing=x", "unsupported sharing value \"x\""),
        ("target=/x,sharing=shared", "invalid cache sharing set for bind mount"),
        ("target=/x,ro=maybe", "invalid value for ro: maybe"),
        ("target=/x,size=1", "unexpected key 'size' for mount type 'bind'"),
        ("type=tmpfs,target=/x,size=q", "invalid value for size: q"),
        ("target=/x,required", "unexpected key 'required' for mount type 'bind'"),
        ("type=secret", "invalid secret mount. one of source, target required"),
        ("type=secret,id=a,from=b", "secret mount should not have a from"),
        ("type=secret,id=a,source=b", "both source and id can't be set"),
        ("type=ssh,source=a", "ssh does not support source"),
    ])
    func errors(value: String, message: String) {
        let error = #expect(throws: DockerfileError.self) { try Self.resolve(value) }
        #expect(error?.message == message)
        #expect(error?.diagnostic.range?.start.line == 2)
    }
}
