/// A table of text in columns, laid out as docker's tables.
struct TextTable {
    var header: [String]
    var rows: [[String]] = []
    /// A column has at least this many characters, the gap included.
    var minimumWidth = 10
    /// Blanks between columns.
    var gap = 3

    /// The lines of the table, the header first.
    var text: String {
        let lines = [header] + rows
        let widths = header.indices.map { column in
            let longest = lines.map { DisplayWidth.of($0[column]) }.max() ?? 0
            return max(longest + gap, minimumWidth)
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
