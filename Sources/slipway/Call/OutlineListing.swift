import BuildGraph
import Dockerfile

/// The answers of `--call outline` and `--call targets` as text, in docker's form.
enum OutlineListing {
    /// What a build can be given, a table for each kind.
    static func text(_ outline: BuildOutline) -> String {
        var tables: [TextTable] = []
        if outline.name != nil || outline.documentation != nil {
            var table = TextTable(header: ["TARGET:", outline.name ?? "(default)"], minimumWidth: 0, gap: 1)
            if let documentation = outline.documentation { table.rows = [["DESCRIPTION:", documentation]] }
            tables.append(table)
        }
        tables += [
            table(["BUILD ARG", "VALUE", "DESCRIPTION"], outline.arguments) {
                [$0.name, $0.value ?? "", $0.documentation ?? ""]
            },
            table(["SECRET", "REQUIRED"], outline.secrets, row), table(["SSH", "REQUIRED"], outline.agents, row),
        ].compactMap { $0 }
        return tables.map { $0.sanitized.text + "\n" }.joined()
    }

    /// The stages, the one that is built by default marked.
    static func text(_ stages: [Stage]) -> String {
        var table = TextTable(header: ["TARGET", "DESCRIPTION"], minimumWidth: 0, gap: 1)
        for stage in stages {
            let isDefault = stage.index == stages.count - 1
            let name = [stage.name, isDefault ? "(default)" : nil].compactMap { $0 }.joined(separator: " ")
            table.rows.append([name, stage.from.documentation ?? ""])
        }
        return table.sanitized.text
    }

    private static func row(_ credential: BuildOutline.Credential) -> [String] {
        [credential.id, credential.isRequired ? "true" : ""]
    }

    private static func table<Element>(
        _ header: [String], _ elements: [Element], _ row: (Element) -> [String]
    ) -> TextTable? {
        elements.isEmpty ? nil : TextTable(header: header, rows: elements.map(row), minimumWidth: 0)
    }
}

extension TextTable {
    /// The table with cells that cannot drive the terminal.
    fileprivate var sanitized: TextTable {
        var table = self
        table.header = header.map { TerminalText.sanitized($0) }
        table.rows = rows.map { $0.map { TerminalText.sanitized($0) } }
        return table
    }
}
