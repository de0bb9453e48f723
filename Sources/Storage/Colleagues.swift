public import Domain

/// What people are searched by.
public struct ColleagueQuery: Sendable, Equatable {
    /// Words of name, handle, title, department, office or skills; all of them must be there.
    public var text = ""
    public var title = ""
    public var department = ""
    public var office = ""
    public var skill = ""
    /// A node's authority; empty for this node's own.
    public var node: String?

    public init() {}

    public var isEmpty: Bool { self == ColleagueQuery() }
}

extension Transaction {
    /// People of this node and of the organisation as the register names them, by name. `after`: the last of
    /// the page before.
    public func colleagues(_ query: ColleagueQuery, after: Actor? = nil, limit: Int = 40) throws -> [Actor] {
        var values: [SQLValue] = []
        func bind(_ value: SQLValue) -> String {
            values.append(value)
            return "$\(values.count)"
        }
        var conditions = [
            "a.state = 0", "a.kind = 0", "(a.host IS NULL OR a.organisation_handle IS NOT NULL)",
        ]
        if let words = searchWords(query.text) {
            let search = matching("actor_search", bind(.text(words)))
            conditions.append("a.id IN (SELECT \(search.id) FROM actor_search s WHERE \(search.condition))")
        }
        for (column, text) in [
            ("title", query.title), ("department", query.department), ("office", query.office),
        ] where !text.isEmpty {
            conditions.append("LOWER(a.\(column)) = \(bind(.text(text.lowercased())))")
        }
        if !query.skill.isEmpty {
            // One skill a line: whoever has it has another text once that line is taken out.
            let (skill, end) = (bind(.text("\n\(query.skill.lowercased())\n")), bind(.text("\n")))
            let skills = "\(end) || LOWER(a.skills) || \(end)"
            conditions.append("REPLACE(\(skills), \(skill), '') <> \(skills)")
        }
        if let node = query.node {
            conditions.append(node.isEmpty ? "a.host IS NULL" : "a.host = \(bind(.text(node)))")
        }
        if let after {
            let (name, id) = (bind(.text(after.displayName)), bind(.id(after.id)))
            conditions.append("(a.display_name, a.id) > (\(name), \(id))")
        }
        let ids: [ActorID] = try all(
            """
            SELECT a.id FROM actor a WHERE \(conditions.joined(separator: " AND "))
            ORDER BY a.display_name, a.id LIMIT \(limit)
            """,
            values
        ) { $0.id(0) }
        return try actors(ids)
    }

    /// The departments and offices that occur, for the filters, with how many people each has.
    public func facets() throws -> (departments: [(String, Int)], offices: [(String, Int)]) {
        func count(_ column: String) throws -> [(String, Int)] {
            try all(
                """
                SELECT \(column), COUNT(*) FROM actor
                WHERE state = 0 AND kind = 0 AND \(column) <> '' AND (host IS NULL OR organisation_handle IS NOT NULL)
                GROUP BY \(column) ORDER BY \(column) LIMIT 100
                """
            ) { ($0.text(0), $0.number(1)) }
        }
        return (try count("department"), try count("office"))
    }
}
