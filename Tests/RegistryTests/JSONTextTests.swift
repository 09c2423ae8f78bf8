import HTTP
import OCI
import Testing

@testable import Registry

/// Files of other programs that a login is written into.
@Suite struct JSONTextTests {
    static func text(_ bytes: String) throws -> JSONText { try JSONText(Array(bytes.utf8), file: "config.json") }

    @Test(arguments: [
        ("", "{\n\t\"auths\": {\n\t\t\"a.io\": {\n\t\t\t\"auth\": \"x\"\n\t\t}\n\t}\n}\n"),
        (" \n", "{\n\t\"auths\": {\n\t\t\"a.io\": {\n\t\t\t\"auth\": \"x\"\n\t\t}\n\t}\n}\n"),
        (
            #"{"z":1,"auths":{}, "b" : [ 2 ]}"#,
            "{\"z\":1,\"auths\":{\n\t\t\"a.io\": {\n\t\t\t\"auth\": \"x\"\n\t\t}\n\t}, \"b\" : [ 2 ]}"
        ),
        (
            #"{"auths":{"z.io":{"auth":"y"}},"psFormat":"}\"{"}"#,
            #"{"auths":{"z.io":{"auth":"y"},"a.io": {"# + "\n\t\t\t\"auth\": \"x\"\n\t\t}},\"psFormat\":\"}\\\"{\"}"
        ),
        (
            #"{"auths": {"a.io": {"auth":"old","email":"e"}, "b": {}}}"#,
            "{\"auths\": {\"a.io\": {\n\t\t\t\"auth\": \"x\"\n\t\t}, \"b\": {}}}"
        ),
        (
            #"{"auths": null, "HttpHeaders": {}}"#,
            "{\"HttpHeaders\": {},\"auths\": {\n\t\t\"a.io\": {\n\t\t\t\"auth\": \"x\"\n\t\t}\n\t}}"
        ),
    ])
    func sets(before: String, after: String) throws {
        var text = try Self.text(before)
        try text.set("a.io", in: "auths", to: ["auth": "x"])
        let result = String(decoding: text.bytes, as: UTF8.self)
        let parsed = try JSONValue(parsing: result)
        #expect(parsed["auths"]?["a.io"] == ["auth": "x"])
        #expect(result == after)
    }

    @Test(arguments: [
        (#"{"auths":{"a.io":{"auth":"y"}},"x":1}"#, #"{"auths":{},"x":1}"#),
        (#"{"auths":{"a.io":{"auth":"y"}, "b":{}}}"#, #"{"auths":{"b":{}}}"#),
        (#"{"auths":{"b":{}, "a.io":{"auth":"y"} }}"#, #"{"auths":{"b":{} }}"#),
        (#"{"auths":{"b":{},"a.io":1,"c":{}}}"#, #"{"auths":{"b":{},"c":{}}}"#),
        (#"{"auths":{"a.io":1,"a.io":{}}}"#, #"{"auths":{}}"#),
        (#"{"auths":{"\u0061.io":1}}"#, #"{"auths":{}}"#),
        (#"{"a.io":{}}"#, #"{"a.io":{}}"#),
    ])
    func removes(before: String, after: String) throws {
        var text = try Self.text(before)
        try text.remove("a.io", in: "auths")
        #expect(String(decoding: text.bytes, as: UTF8.self) == after)
        _ = try JSONValue(parsing: text.bytes)
    }

    @Test(arguments: ["[]", "{", "1", #"{"auths":[]}"#, #"{"auths":"s3cret"}"#, "null"])
    func refuses(text: String) {
        let error = #expect(throws: RegistryError.self) { try Self.text(text) }
        #expect(error?.code == .invalidConfiguration)
        #expect(error?.message.contains("s3cret") == false)
    }
}
