public import Domain
import Foundation

/// Someone who may know, and why.
public struct Expert: Sendable, Equatable {
    public var person: Actor
    /// Those of their skills that the question names.
    public var skills: [String]
}

extension Transaction {
    /// A page of questions, newest first, of those that the viewer may see. `skills`: the reader's own, for ``Question/Filter/forMe``.
    public func questions(
        _ filter: Question.Filter, skills: [String] = [], for viewer: Viewer, _ page: Page
    ) throws -> [Post] {
        var values: [SQLValue] = [.id(viewer.actor)]
        func bind(_ value: SQLValue) -> String {
            values.append(value)
            return "$\(values.count)"
        }
        var conditions = Self.visibleQuestions(viewer)
        switch filter {
        case .all: break
        case .unanswered: conditions += Self.open
        case .accepted: conditions.append(Self.isAccepted)
        case .mine: conditions.append("p.author = $1")
        case .forMe:
            let phrases = Self.phrases(of: skills)
            guard !phrases.isEmpty else { return [] }
            conditions += Self.open + ["p.author <> $1", "p.id IN (\(matchingAny(phrases, bind)))"]
        }
        for (sign, bound) in [("<", page.before), (">", page.since), (">", page.after)] {
            if let bound { conditions.append("p.id \(sign) \(bind(.int(bound)))") }
        }
        let found = try all(
            """
            SELECT \(Self.postColumns) FROM question q JOIN post p ON p.id = q.post
            WHERE \(conditions.joined(separator: " AND "))
            ORDER BY q.post \(page.after == nil ? "DESC" : "ASC") LIMIT \(page.limit)
            """, values, Self.post)
        return try complete(page.after == nil ? found : found.reversed())
    }

    /// The best answers to a question that the viewer may see, in the order of ``Question/ranked(_:)``.
    public func answers(to question: Post, for viewer: Viewer, limit: Int = 200) throws -> [Post] {
        let found = try complete(
            all(
                """
                SELECT \(Self.postColumns) FROM post p LEFT JOIN question q ON q.post = p.reply_post
                WHERE p.reply_post = $2 AND p.deleted_at IS NULL AND p.announced IS NULL
                    AND (CAST($1 AS BIGINT) IS NULL OR 1 = 1) AND \(Self.seenBy(viewer, place: 1))
                ORDER BY CASE WHEN p.uri = q.accepted THEN 0 ELSE 1 END, p.like_count DESC, p.created_at, p.uri
                LIMIT $3
                """,
                [.id(viewer.actor), .id(question.id), .number(limit)], Self.post))
        guard case .question(let body) = question.body else { return found }
        return body.ranked(found)
    }

    /// Questions that hold any of the words, those with the most telling ones first.
    ///
    /// Words are weighed among the newest thousand questions that hold them: one that few hold tells more. The weighing
    /// is done here, so that both engines come to the same order.
    public func similarQuestions(_ text: String, for viewer: Viewer, limit: Int = 5) throws -> [Post] {
        var finds: [[PostID]] = []
        for word in Self.tellingWords(text) {
            guard let asked = searchWords(word) else { continue }
            let search = matching("post_search", "$2")
            finds.append(
                try all(
                    """
                    SELECT p.id FROM post_search s JOIN post p ON p.id = \(search.id)
                        JOIN question q ON q.post = p.id
                    WHERE \(search.condition) AND \(Self.visibleQuestions(viewer).joined(separator: " AND "))
                    ORDER BY p.id DESC LIMIT 1000
                    """, [.id(viewer.actor), .text(asked)]
                ) { $0.id(0) })
        }
        return try posts(Self.best(finds, limit: limit))
    }

    /// People of the register whose skills a text names, across offices, the best first. `person`: who asks.
    public func experts(_ text: String, for person: ActorID, limit: Int = 5) throws -> [Expert] {
        let words = Self.tellingWords(text)
        var people: [ActorID: Actor] = [:]
        var finds: [[ActorID]] = []
        for word in words {
            var query = ColleagueQuery()
            query.text = word
            let found = try colleagues(query, limit: 200).filter { actor in
                actor.id != person && actor.work.skills.contains { Self.names([word], $0) }
            }
            for actor in found { people[actor.id] = actor }
            finds.append(found.map(\.id))
        }
        return Self.best(finds, limit: limit).compactMap { id in
            people[id].map { actor in
                Expert(person: actor, skills: actor.work.skills.filter { Self.names(words, $0) })
            }
        }
    }

    /// Placeholder `$1` is the viewer.
    static func visibleQuestions(_ viewer: Viewer) -> [String] {
        [
            "p.deleted_at IS NULL", "(CAST($1 AS BIGINT) IS NULL OR 1 = 1)", seenBy(viewer, place: 1),
            """
            NOT EXISTS (SELECT 1 FROM mute m WHERE m.actor = $1 AND m.target = p.author)
            AND NOT EXISTS (SELECT 1 FROM block x WHERE x.actor = $1 AND x.target = p.author)
            """,
        ]
    }

    /// As ``questions(of:)`` reads it: what is gone or no answer is not accepted.
    static let isAccepted = """
        (q.accepted IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM post a WHERE a.uri = q.accepted
                AND (a.deleted_at IS NOT NULL OR a.reply_post IS NULL OR a.reply_post <> q.post)))
        """

    private static let open = ["q.duplicate_of IS NULL", "NOT \(isAccepted)"]

    /// Words of a text by which something can be found: short ones are in everything.
    static func tellingWords(_ text: String) -> [String] {
        var seen: Set<String> = []
        return text.prefix(5000).lowercased().split { !$0.isLetter && !$0.isNumber }.map(String.init)
            .filter {
                ($0.count > 2 || $0.unicodeScalars.contains { $0.value > 0x2E80 }) && seen.insert($0).inserted
            }
            .prefix(16).map { $0 }
    }

    /// Whether any of the words is one of a skill's words.
    private static func names(_ words: [String], _ skill: String) -> Bool {
        let parts = skill.lowercased().split { !$0.isLetter && !$0.isNumber }
        return parts.contains { part in words.contains { $0 == part } }
    }

    /// A skill as it may stand in a text: as it is, and in one word as hashtags are.
    private static func phrases(of skills: [String]) -> [String] {
        let plain = skills.prefix(Limits.skills).map { skill in
            skill.lowercased().split { !$0.isLetter && !$0.isNumber }.joined(separator: " ")
        }.filter { !$0.isEmpty }
        return Array(Set(plain + plain.map { $0.replacing(" ", with: "") })).sorted()
    }

    /// Those that were found by most, each find weighing the more the less it found.
    private static func best<Kind>(_ finds: [[ID<Kind>]], limit: Int) -> [ID<Kind>] {
        let total = Double(Set(finds.flatMap { $0 }).count)
        var weights: [ID<Kind>: Double] = [:]
        for find in finds {
            for id in find { weights[id, default: 0] += 1 + log(total / Double(find.count)) }
        }
        return weights.sorted { ($0.value, $0.key) > ($1.value, $1.key) }.prefix(limit).map(\.key)
    }
}
