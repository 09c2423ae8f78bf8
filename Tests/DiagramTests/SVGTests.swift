import BuildGraph
import Testing

@testable import Diagram

@Suite struct SVGTests {
    @Test(arguments: 0..<60 as Range<UInt64>)
    func isWellFormedAndTheSameEachTime(seed: UInt64) throws {
        let graph = try stageGraph(randomDockerfile(seed))
        let svg = try Diagram.draw(graph, as: .svg)
        try XMLCheck.check(svg)
        #expect(try Diagram.draw(graph, as: .svg) == svg)
    }

    /// Estimated by the widths of a wide font, all text lies within the picture, and that of a box within the box.
    @Test(arguments: 0..<60 as Range<UInt64>)
    func textStaysInside(seed: UInt64) throws {
        let elements = try XMLCheck.check(try Diagram.draw(try stageGraph(randomDockerfile(seed)), as: .svg))
        let view = try #require(elements.first?.attributes["viewBox"]).split(separator: " ").compactMap { Double($0) }
        var origin: [(x: Double, y: Double)] = [(0, 0)]
        var box: (width: Double, height: Double)?
        for element in elements {
            while origin.count > element.depth + 1 { origin.removeLast() }
            var here = origin[origin.count - 1]
            if let transform = element.attributes["transform"] {
                let numbers = transform.dropFirst("translate(".count).dropLast().split(separator: " ").compactMap {
                    Double($0)
                }
                here = (here.x + numbers[0], here.y + numbers[1])
            }
            origin.append(here)
            if element.name == "rect", element.attributes["class"] == "box" {
                box = (element.number("width"), element.number("height"))
                #expect(here.x >= 0 && here.x + element.number("width") <= view[2])
                #expect(here.y >= 0 && here.y + element.number("height") <= view[3])
            }
            guard element.name == "text", let kind = element.attributes["class"] else { continue }
            let isBold = ["name", "headline", "keyword", "badge-text"].contains(kind)
            let sizes: [String: Double] = ["name": 13, "headline": 13, "keyword": 9, "badge-text": 9, "paths": 11]
            let size = sizes[kind] ?? 10.5
            let width =
                kind == "paths"
                ? TextMetrics.monospaced(element.text, size: size)
                : TextMetrics.sans(element.text, size: size, isBold: isBold)
            let x = element.number("x") - (kind == "badge-text" ? width / 2 : 0)
            #expect(here.x + x >= 0 && here.x + x + width <= view[2], "\(kind) \(element.text)")
            #expect(here.y + element.number("y") <= view[3])
            if let box, !["legend", "headline"].contains(kind) {
                #expect(x >= 0 && x + width <= box.width, "\(kind) \(element.text)")
                #expect(element.number("y") <= box.height)
            }
        }
    }

    static let hostile = [
        "FROM a AS x\nFROM scratch\nCOPY --from=x \"/<script>&'\\\"]]>\" /<!--",
        "FROM a\nCOPY \"/\u{1B}[31m\u{7}\u{202E}\u{FFFE}\" /\u{1}\u{9F}",
        "FROM a\n" + #"COPY ["/\\n %%{init}%% ```", "/&#0;&amp;"]"#,
        "FROM a AS end\nFROM end AS subgraph\nFROM subgraph AS style\nFROM style AS classdef\nFROM classdef AS click",
        "FROM a\nCOPY /日本語/\u{1F6A2}/e\u{301}\u{301} /\u{5D0}\u{5D1}",
        "FROM a\nCOPY \"/style:#1;\" \"/x\"\nCOPY \"\u{301}\" \"/\u{301}\"",
        "FROM a\nADD https://x.org/?a=1&b=<c>#\"d\" /e",
        "FROM a\nCOPY \(String(repeating: "/x", count: 20_000)) /y",
    ]

    @Test(arguments: hostile)
    func nothingInADockerfileBreaksAForm(text: String) throws {
        let graph = try stageGraph(text)
        try XMLCheck.check(try Diagram.draw(graph, as: .svg))
        for format in Diagram.Format.allCases {
            let drawing = try Diagram.draw(graph, as: format)
            #expect(drawing.hasSuffix("\n"))
            // JSON escapes them; the others replace them.
            let controls = drawing.unicodeScalars.filter { $0 != "\n" && ($0.value < 0x20 || $0.value == 0x7F) }
            #expect(controls.isEmpty, "\(format)")
        }
    }

    @Test func tellsPartsAndLinesApart() throws {
        let graph = try stageGraph(
            """
            FROM alpine AS build
            FROM build AS unused
            FROM debian
            COPY --from=build /a /b
            RUN --mount=from=build,target=/m x
            """)
        let svg = try Diagram.draw(graph, as: .svg)
        for text in [
            "class=\"node stage target\"", "class=\"node stage pruned\"", "class=\"node source shipped\"",
            "class=\"edge from pruned\"", "class=\"edge from ship\"", "class=\"edge copy\"", "class=\"edge mount\"",
            ">TARGET</text>", "lines 3-5, 3 steps", "@media (prefers-color-scheme:dark)", "role=\"img\"",
            "<desc>Stage build (left behind) starts from alpine. Stage unused (pruned: the target does not need it) "
                + "starts from build. Stage stage-2 (target: this is the image) starts from debian; COPY from build: "
                + "/a to /b; MOUNT from build: / to /m.</desc>",
        ] {
            #expect(svg.contains(text), "\(text)")
        }
        #expect(!svg.contains("<script"))
        #expect(!svg.contains("href"))
    }

    @Test func longPathsAreShortenedButNotLost() throws {
        let path = "/usr/share/" + String(repeating: "long/", count: 20) + "end.txt"
        let svg = try Diagram.draw(try stageGraph("FROM a\nCOPY x \(path)"), as: .svg)
        #expect(svg.contains("line 2: COPY from build context: x → \(path)</title>"))
        #expect(!svg.contains("\(path)</text>"))
        #expect(svg.contains("end.txt</text>"))
    }

    @Test func aSmallPictureIsSmall() throws {
        #expect(
            try Diagram.draw(try stageGraph("FROM a AS b\nFROM scratch\nCOPY --from=b /x /x"), as: .svg).utf8.count
                < 8_000)
    }
}
