/// A table of text in columns, laid out as docker's tables: at least ten characters a column, three blanks between.
struct TextTable {
    private static let minimumWidth = 10
    private static let gap = 3

    var header: [String]
    var rows: [[String]] = []

    /// The lines of the table, the header first.
    var text: String {
        let lines = [header] + rows
        let widths = header.indices.map { column in
            let longest = lines.map { DisplayWidth.of($0[column]) }.max() ?? 0
            return max(longest + Self.gap, Self.minimumWidth)
        }
        return lines.map { line in
            var text = ""
            for (column, cell) in line.enumerated() {
                text += cell
                guard column < line.count - 1 else { continue }
                text += String(repeating: " ", count: widths[column] - DisplayWidth.of(cell))
            }
            return text + "\n"
        }.joined()
    }
}
