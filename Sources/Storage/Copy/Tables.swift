/// The tables of today's schema and their columns, read off the statements that make them.
enum Tables {
    struct Table: Sendable, Equatable {
        var name: String
        var columns: [String]
        /// Whether the engine numbers its rows by itself.
        var isNumbered: Bool
    }

    /// Every table that holds rows of its own; what full-text search keeps is made from others.
    static let all = made(by: Migrations.steps)

    /// Those that are there after some steps.
    static func made(by steps: [[String]]) -> [Table] {
        steps.flatMap { $0 }.reduce(into: []) { tables, statement in
            if let table = table(statement) { tables.append(table) }
            // ALTER TABLE table ADD COLUMN column type
            let words = statement.split { $0 == " " || $0 == "\n" }.map(String.init)
            guard words.starts(with: ["ALTER", "TABLE"]), words.count > 5, words[3...4] == ["ADD", "COLUMN"]
            else { return }
            for index in tables.indices where tables[index].name == words[2] {
                tables[index].columns.append(words[5])
            }
        }
    }

    private static func table(_ statement: String) -> Table? {
        guard statement.hasPrefix("CREATE TABLE "), let open = statement.firstIndex(of: "("),
            let close = statement.lastIndex(of: ")")
        else { return nil }
        let name = statement.dropFirst("CREATE TABLE ".count).prefix { $0 != " " && $0 != "(" }
        let columns = parts(statement[statement.index(after: open)..<close])
            .compactMap { $0.split { $0 == " " || $0 == "\n" }.first.map(String.init) }
            .filter { !["PRIMARY", "UNIQUE", "CHECK", "FOREIGN"].contains($0) }
        return Table(
            name: String(name), columns: columns, isNumbered: statement.contains("AUTOINCREMENT"))
    }

    /// What stands between commas that are in no brackets.
    private static func parts(_ text: Substring) -> [Substring] {
        var parts: [Substring] = []
        var depth = 0
        var start = text.startIndex
        for index in text.indices {
            switch text[index] {
            case "(": depth += 1
            case ")": depth -= 1
            case "," where depth == 0:
                parts.append(text[start..<index])
                start = text.index(after: index)
            default: break
            }
        }
        return parts + [text[start...]]
    }
}
