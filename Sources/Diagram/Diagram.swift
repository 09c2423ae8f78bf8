public import BuildGraph

/// Draws the stages of a Dockerfile and what passes between them.
///
/// This module is pure: from a `StageGraph` (module BuildGraph) it makes text, and the same text each time. Each form is
/// a type with a function: `TextDrawing` for terminals, `MermaidDrawing` and `DOTDrawing` for other programs to lay out,
/// `JSONDrawing` for programs to read. `SVGDrawing` draws by itself: `Layout` gives each node a box and each edge a way
/// around the boxes, in whole units that do not depend on a font being there, and `SVGDrawing` writes that down.
///
/// What comes out of a Dockerfile is shown through ``shown(_:)``, so that nothing in it can break a form or a terminal.
public enum Diagram {
    /// The form of a drawing.
    public enum Format: String, Sendable, CaseIterable {
        case text, mermaid, dot, svg, json
    }

    /// How a drawing as text looks.
    public struct TextStyle: Sendable, Hashable {
        /// Whether characters outside ASCII may be used for lines; names keep theirs if so.
        public var isUnicode: Bool
        /// The greatest width of a line in columns, at least 40; what is longer is shortened in the middle.
        public var columns: Int

        /// A style of the given parts.
        public init(isUnicode: Bool = true, columns: Int = 100) {
            self.isUnicode = isUnicode
            self.columns = max(40, columns)
        }
    }

    /// What a line of text is about, for those who can show colours.
    public enum Emphasis: Sendable, Hashable {
        case plain, target, pruned
    }

    /// The drawing in a form, with a line feed at its end.
    ///
    /// Throws ``DiagramError`` for a picture of more stages than one can look at.
    public static func draw(
        _ graph: StageGraph, as format: Format, style: TextStyle = .init()
    ) throws(DiagramError) -> String {
        switch format {
        case .text: lines(graph, style: style).map { $0.text + "\n" }.joined()
        case .mermaid: MermaidDrawing(graph).text
        case .dot: DOTDrawing(graph).text
        case .svg: try SVGDrawing(graph).text
        case .json: JSONDrawing(graph).text
        }
    }

    /// The drawing as lines of text.
    public static func lines(
        _ graph: StageGraph, style: TextStyle = .init()
    ) -> [(text: String, emphasis: Emphasis)] {
        TextDrawing(graph, style: style).lines
    }

    /// Text of unknown origin without what would act on a terminal or break a document: control characters, characters
    /// that reorder text and those that XML forbids become U+FFFD.
    static func shown(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0..<0x20, 0x7F...0x9F, 0x200E...0x200F, 0x2028...0x202E, 0x2066...0x2069, 0xFEFF:
                result.append("\u{FFFD}")
            case let value where value & 0xFFFE == 0xFFFE || (0xFDD0...0xFDEF).contains(value):
                result.append("\u{FFFD}")
            default: result.append(scalar)
            }
        }
        return String(result)
    }
}
