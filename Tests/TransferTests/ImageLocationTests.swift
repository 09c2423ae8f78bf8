import OCI
import SystemPackage
import Testing

@testable import Transfer

struct ImageLocationTests {
    @Test(arguments: [
        ("alpine", "alpine:latest"), ("docker://localhost:5000/app:1", "localhost:5000/app:1"),
        ("store:app:1", "store:app:1"), ("oci:dir/layout", "oci:dir/layout"), ("oci:dir:1.2", "oci:dir:1.2"),
        ("oci-archive:app.tar:app:1", "oci-archive:app.tar:app:1"),
        ("docker-archive:/tmp/a.tar", "docker-archive:/tmp/a.tar"),
        ("oci:dir:", "oci:dir"),
    ])
    func reads(_ text: String, _ expected: String) throws {
        #expect(try ImageLocation(parsing: text).description == expected)
    }

    @Test(arguments: ["", "oci:", "oci-archive::tag", "docker://", "store:", "UPPER/lower/Case", "docker-archive:"])
    func refuses(_ text: String) {
        #expect(throws: OCIError.self) { try ImageLocation(parsing: text) }
    }
}
