/// The tables of today's schema and their columns, read off the statements that make them.
enum Tables {
    struct Table: Sendable, Equatable {
        var name: String
        var columns: [String]
        /// Whether the engine numbers its rows by itself.
        var isNumbered: Bool
    }

    /// Every table that holds rows of its own; what full-text search keeps is made from others.
    static let all: [Table] = Migrations.steps.flatMap { $0 }.compactMap(table)

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
