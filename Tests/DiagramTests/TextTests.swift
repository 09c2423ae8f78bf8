import BuildGraph
import OCI
import Testing

@testable import Diagram

/// Whole drawings, character by character.
@Suite struct TextTests {
    private static let dockerfile = """
        FROM golang:1.22 AS build
        WORKDIR /src
        COPY go.* ./
        FROM build AS test
        RUN --mount=from=busybox,source=/bin,target=/opt go test
        FROM build AS docs
        FROM scratch
        COPY --from=build /out/app /app
        COPY --from=test /report /report
        """

    @Test func unicode() throws {
        #expect(
            try Diagram.draw(stageGraph(Self.dockerfile), as: .text) == """
                Dockerfile: target stage-3, 4 stages, 1 pruned

                     golang:1.22 (image)
                1-3  └─ build (3 steps)
                  3     │  COPY from build context: go.* → /src/
                4-5     ├─ test (1 step)
                  5     │     MOUNT from busybox: /bin → /opt
                  6     └╌ docs (0 steps, pruned)

                     scratch (empty)
                7-9  └─ stage-3 (2 steps)  ◀ TARGET
                  8        COPY from build: /out/app → /app
                  9        COPY from test: /report → /report

                target:      stage-3
                built on:    scratch
                left behind: build, test, golang:1.22, build context, busybox
                pruned:      docs

                """)
    }

    @Test func ascii() throws {
        let text = try Diagram.draw(
            stageGraph("FROM a AS b\nFROM a AS c\nCOPY --from=b /é /x", target: "b"), as: .text,
            style: .init(isUnicode: false))
        #expect(
            text == """
                Dockerfile: target b, 2 stages, 1 pruned

                     a (image)
                  1  |-- b (1 step)  <= TARGET
                2-3  `.. c (2 steps, pruned)
                  3          COPY from b: /? -> /x

                target:      b
                built on:    a
                pruned:      c

                """)
    }

    @Test(arguments: 0..<40 as Range<UInt64>, [60, 100])
    func linesFit(seed: UInt64, columns: Int) throws {
        let graph = try stageGraph(randomDockerfile(seed))
        for isUnicode in [true, false] {
            for line in Diagram.lines(graph, style: .init(isUnicode: isUnicode, columns: columns)) {
                #expect(TextMetrics.columns(line.text) <= columns, "\(line.text)")
                #expect(isUnicode || line.text.utf8.allSatisfy { $0 < 0x80 })
            }
        }
    }

    @Test func aChainOfManyStagesStaysNarrow() throws {
        let text = "FROM a AS s0\n" + (1..<400).map { "FROM s\($0 - 1) AS s\($0)\n" }.joined()
        for line in Diagram.lines(try stageGraph(text)) { #expect(line.text.count <= 100) }
    }

    @Test func linesSayWhatTheyAreAbout() throws {
        let lines = Diagram.lines(try stageGraph(Self.dockerfile))
        #expect(lines.filter { $0.emphasis == .target }.map { $0.text.contains("stage-3") } == [true, true])
        #expect(lines.filter { $0.emphasis == .pruned }.count == 2)
    }

    @Test func mermaid() throws {
        #expect(
            try Diagram.draw(stageGraph(Self.dockerfile), as: .mermaid) == """
                flowchart LR
                  accTitle: Stages of a Dockerfile
                  n0["build<br/>lines 1-3, 3 steps"]:::behind
                  n1["test<br/>lines 4-5, 1 step"]:::behind
                  n2["docs<br/>line 6, 0 steps"]:::pruned
                  n3["stage-3<br/>lines 7-9, 2 steps<br/>TARGET"]:::target
                  n4[("golang:1.22<br/>image")]:::behind
                  n5[/"build context<br/>your files"/]:::behind
                  n6[("busybox<br/>image")]:::behind
                  n7(["scratch<br/>empty"]):::shipped
                  n4 ==>|FROM| n0
                  n5 -->|"COPY go.#42; → /src/"| n0
                  n0 ==>|FROM| n1
                  n6 -.->|"MOUNT /bin → /opt"| n1
                  n0 ==>|FROM| n2
                  n7 ==>|FROM| n3
                  n0 -->|"COPY /out/app → /app"| n3
                  n1 -->|"COPY /report → /report"| n3
                  classDef target fill:#1a7f37,stroke:#1a7f37,color:#ffffff,stroke-width:3px
                  classDef shipped stroke:#1a7f37,stroke-width:2px
                  classDef behind stroke-width:1px
                  classDef pruned fill:none,stroke:#8c959f,color:#8c959f,stroke-dasharray:4 3
                  linkStyle 4 stroke:#8c959f,stroke-dasharray:4 3

                """)
    }

    /// Mermaid's own reading of a line: what looks like a style loses the last semicolon (mermaid's encodeEntities).
    @Test func mermaidEscapes() throws {
        let text = try Diagram.draw(
            stageGraph("FROM a AS end\nCOPY \"/style:#1;\\\"<b>`[x](y)\" /a|b&c"), as: .mermaid)
        #expect(text.contains("\"COPY /style#58;#35;1#59;#34;#60;b#62;#96;#91;x#93;#40;y#41; → /a#124;b#38;c\""))
        #expect(text.contains("n0[\"end<br/>"))
    }

    @Test func dot() throws {
        let text = try Diagram.draw(stageGraph("FROM a AS b\n" + #"COPY ["/x \\\"y\\\\N", "/z"]"#), as: .dot)
        #expect(
            text == #"""
                digraph stages {
                  label="Dockerfile: target b, one stage"; labelloc=t; rankdir=LR;
                  node [shape=box, style="rounded,filled", fillcolor=white, fontname=Helvetica, fontsize=11];
                  edge [fontname=Helvetica, fontsize=9];
                  n0 [label="b\nlines 1-2, 2 steps", penwidth=3, color="#1a7f37", fillcolor="#dafbe1", xlabel="target"];
                  n1 [label="a\nimage", shape=cylinder, color="#1a7f37"];
                  n2 [label="build context\nyour files", shape=folder];
                  n1 -> n0 [penwidth=2, color="#57606a"];
                  n2 -> n0 [label="COPY /x \"y\\N → /z", color="#0969da", fontcolor="#0969da"];
                }

                """#)
    }

    @Test func json() throws {
        let value = try JSONValue(parsing: Array(Diagram.draw(stageGraph(Self.dockerfile), as: .json).utf8))
        #expect(value["dockerfile"] == "Dockerfile")
        #expect(value["target"] == 3)
        #expect(
            value["nodes"]?.arrayValue?[3]
                == [
                    "id": 3, "kind": "stage", "name": "stage-3", "named": false, "index": 3, "part": "target",
                    "firstLine": 7, "lastLine": 9, "steps": 2,
                ])
        #expect(value["nodes"]?.arrayValue?[7] == ["id": 7, "kind": "scratch", "name": "scratch", "part": "shipped"])
        #expect(
            value["edges"]?.arrayValue?.last
                == [
                    "from": 1, "to": 3, "kind": "copy", "line": 9, "needed": true, "paths": ["/report"],
                    "path": "/report",
                ])
    }
}
