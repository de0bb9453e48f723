public import Domain
import FoundationEssentials

extension Transaction {
    /// Adds a line to the node's log, in the transaction that makes it true.
    public func append(_ event: Event) throws {
        let row = event.columns
        try run(
            """
            INSERT INTO event (kind, subject, other, uri, note, at)
            VALUES ($1, $2, $3, $4, $5, \(dialect.clock))
            """,
            [.number(row.kind), row.subject, row.other, row.uri, row.note]
        )
    }

    /// What a drain has not seen yet, oldest first, up to the first that only a later release knows. Of the kinds that this
    /// one knows, rows that are damaged are left out.
    ///
    /// - Throws: ``UnknownEvent`` when it is the very next.
    public func events(after position: Int64, limit: Int = 200) throws -> [LoggedEvent] {
        var passed = position
        while true {
            let rows = try all(
                """
                SELECT position, kind, subject, other, uri, note, at FROM event WHERE position > $1
                ORDER BY position LIMIT $2
                """,
                [.int(passed), .number(limit)]
            ) { ReadEvent(position: $0.int(0), kind: $0.number(1), event: Event($0), at: $0.optionalDate(6)) }
            let known = rows.prefix { $0.event != nil || Event.naming.contains($0.kind) }
            let events = known.compactMap { row in
                row.event.map { LoggedEvent(position: row.position, event: $0, at: row.at) }
            }
            guard events.isEmpty, let last = rows.last else { return events }
            if known.count < rows.count {
                let next = rows[known.count]
                throw UnknownEvent(kind: next.kind, position: next.position)
            }
            // Nothing but damaged rows: what lies behind them must be found all the same.
            passed = last.position
        }
    }

    /// Those whom an actor ceased to follow, of the last thousand events and those that a drain has not seen.
    public func formerlyFollowed(by actor: ActorID, drain: String) throws -> [ActorID] {
        try all(
            "SELECT DISTINCT other FROM event WHERE position > $2 AND kind = 9 AND subject = $1",
            [.id(actor), .int(try cursor(drain) - 1000)]
        ) { $0.id(0) }
    }

    /// Where a drain stands.
    public func cursor(_ name: String) throws -> Int64 {
        try first("SELECT position FROM cursor WHERE name = $1", [.text(name)]) { $0.int(0) } ?? 0
    }

    /// Moves a drain's cursor, in the transaction that holds the effects of what it passed.
    public func setCursor(_ name: String, to position: Int64) throws {
        try run(
            """
            INSERT INTO cursor (name, position) VALUES ($1, $2)
            ON CONFLICT (name) DO UPDATE SET position = excluded.position
            """,
            [.text(name), .int(position)]
        )
    }

    /// Forgets events that every drain has passed.
    public func trimEvents() throws {
        try run("DELETE FROM event WHERE position <= (SELECT MIN(position) FROM cursor) - 1000")
    }
}

/// The next event is of a kind that only a later release knows: a drain of this one must not pass it.
public struct UnknownEvent: Error, Equatable, Sendable {
    public let kind: Int
    public let position: Int64
}

/// A row of the log; without an event where it is damaged, or its kind is not known.
private struct ReadEvent {
    let position: Int64
    let kind: Int
    let event: Event?
    let at: Date?
}

extension Dialect {
    /// The machine's clock in milliseconds since 1970: for how long something waits, which is nobody's rule.
    fileprivate var clock: String {
        switch self {
        case .sqlite: "CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)"
        case .postgres: "CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)"
        }
    }
}

extension Event {
    fileprivate typealias Columns = (
        kind: Int, subject: SQLValue, other: SQLValue, uri: SQLValue, note: SQLValue
    )

    fileprivate var columns: Columns {
        switch self {
        case .published(let post): (1, .id(post), .null, .null, .null)
        case .edited(let post): (2, .id(post), .null, .null, .null)
        case .deleted(let post): (3, .id(post), .null, .null, .null)
        case .liked(let actor, let post, let uri, let content):
            (4, .id(actor), .id(post), .uri(uri), .string(content))
        case .unliked(let actor, let post, let uri): (5, .id(actor), .id(post), .uri(uri), .null)
        case .followAsked(let follower, let followee): (6, .id(follower), .id(followee), .null, .null)
        case .followAccepted(let follower, let followee, let uri):
            (7, .id(follower), .id(followee), .uri(uri), .null)
        case .followRejected(let follower, let followee, let uri):
            (8, .id(follower), .id(followee), .uri(uri), .null)
        case .unfollowed(let follower, let followee, let uri):
            (9, .id(follower), .id(followee), .uri(uri), .null)
        case .blocked(let actor, let target): (10, .id(actor), .id(target), .null, .null)
        case .unblocked(let actor, let target): (11, .id(actor), .id(target), .null, .null)
        case .profileChanged(let actor): (12, .id(actor), .null, .null, .null)
        case .honoursChanged(let actor): (120, .id(actor), .null, .null, .null)
        case .actorGone(let actor): (13, .id(actor), .null, .null, .null)
        case .reported(let report): (14, .id(report), .null, .null, .null)
        case .notified(let notification): (15, .id(notification), .null, .null, .null)
        case .recognitionHidden(let post, let recipient, let isHidden):
            (isHidden ? 30 : 31, .id(post), .id(recipient), .null, .null)
        case .settled(let question): (40, .id(question), .null, .null, .null)
        case .counted(let answer): (41, .id(answer), .null, .null, .null)
        case .relayed(let question, let uri, let json): (42, .id(question), .null, .uri(uri), .text(json))
        case .announcementCounted(let post, let sequence): (50, .id(post), .int(sequence), .null, .null)
        case .announcementAcknowledged(let person, let post, let uri):
            (51, .id(person), .id(post), .uri(uri), .null)
        case .announcementReminded(let post, let uri): (52, .id(post), .null, .uri(uri), .null)
        case .attendanceAsked(let person, let post, let uri): (60, .id(person), .id(post), .uri(uri), .null)
        case .attendanceLeft(let person, let post, let uri): (61, .id(person), .id(post), .uri(uri), .null)
        case .attendanceAnswered(let actor, let post, let uri): (62, .id(actor), .id(post), .uri(uri), .null)
        case .gatheringCounted(let post, let sequence): (63, .id(post), .int(sequence), .null, .null)
        case .challengeReported(let person, let post, let sequence):
            (121, .id(person), .id(post), .null, .text(String(sequence)))
        case .joinAsked(let person, let group, let uri): (70, .id(person), .id(group), .uri(uri), .null)
        case .joinAnswered(let person, let group, let uri, let isAccepted):
            (71, .id(person), .id(group), .uri(uri), .text(isAccepted ? "yes" : "no"))
        case .groupLeft(let person, let group, let uri, let wasInvited):
            (72, .id(person), .id(group), .uri(uri), .text(wasInvited ? "yes" : "no"))
        case .affiliated(let person, let group): (73, .id(person), .id(group), .null, .null)
        case .moderated(let actor, let group, let about, let word):
            (74, .id(actor), .id(group), .uri(about), .text(word))
        case .carried(let activity, let group): (75, .id(activity), .id(group), .null, .null)
        case .groupPost(let post, let group, let word): (76, .id(post), .id(group), .null, .text(word))
        case .groupChangeAsked(let person, let group, let wish):
            (110, .id(person), .id(group), .null, .text(wish))
        case .groupMoveAsked(let person, let group, let target):
            (111, .id(person), .id(group), .uri(target), .null)
        case .groupMoveOffered(let group, let target): (112, .id(group), .null, .uri(target), .null)
        case .groupMoveAnswered(let group, let source, let reason):
            (113, .id(group), .null, .uri(source), .string(reason))
        case .groupMoved(let group, let actor): (114, .id(group), .id(actor), .null, .null)
        case .groupPostRepeated(let post): (115, .id(post), .null, .null, .null)
        case .voted(let person, let post, let option):
            (20, .id(person), .id(post), .null, .text(String(option)))
        case .pollCounted(let post): (21, .id(post), .null, .null, .null)
        case .tallied(let post): (22, .id(post), .null, .null, .null)
        case .pollClosed(let post): (23, .id(post), .null, .null, .null)
        case .surveyClosed(let post): (24, .id(post), .null, .null, .null)
        case .surveyTold(let post): (25, .id(post), .null, .null, .null)
        case .quoteAsked(let post): (80, .id(post), .null, .null, .null)
        case .quoteAllowed(let consent): (81, .id(consent), .null, .null, .null)
        case .quoteRefused(let actor, let post, let request, let quoting):
            (82, .id(actor), .id(post), .uri(request), .text(quoting.string))
        case .quoteSettled(let post): (83, .id(post), .null, .null, .null)
        case .quoteWithdrawn(let consent): (84, .id(consent), .null, .null, .null)
        }
    }

    /// Kinds that are nothing without a URI; where that is missing the row is damaged.
    fileprivate static let naming: Set<Int> = [
        4, 5, 7, 8, 9, 42, 51, 52, 60, 61, 62, 70, 71, 72, 74, 82, 111, 112, 113,
    ]

    fileprivate init?(_ row: any SQLRow) {
        let uri = row.optionalURI(4)
        switch (row.number(1), uri) {
        case (1, _): self = .published(row.id(2))
        case (2, _): self = .edited(row.id(2))
        case (3, _): self = .deleted(row.id(2))
        case (4, let uri?): self = .liked(row.id(2), row.id(3), uri: uri, content: row.optionalText(5))
        case (5, let uri?): self = .unliked(row.id(2), row.id(3), uri: uri)
        case (6, _): self = .followAsked(row.id(2), of: row.id(3))
        case (7, let uri?): self = .followAccepted(row.id(2), of: row.id(3), uri: uri)
        case (8, let uri?): self = .followRejected(row.id(2), of: row.id(3), uri: uri)
        case (9, let uri?): self = .unfollowed(row.id(2), of: row.id(3), uri: uri)
        case (10, _): self = .blocked(row.id(2), target: row.id(3))
        case (11, _): self = .unblocked(row.id(2), target: row.id(3))
        case (12, _): self = .profileChanged(row.id(2))
        case (120, _): self = .honoursChanged(row.id(2))
        case (13, _): self = .actorGone(row.id(2))
        case (14, _): self = .reported(row.id(2))
        case (15, _): self = .notified(row.id(2))
        case (30, _): self = .recognitionHidden(row.id(2), by: row.id(3), isHidden: true)
        case (31, _): self = .recognitionHidden(row.id(2), by: row.id(3), isHidden: false)
        case (40, _): self = .settled(row.id(2))
        case (41, _): self = .counted(row.id(2))
        case (42, let uri?): self = .relayed(question: row.id(2), uri: uri, json: row.text(5))
        case (50, _): self = .announcementCounted(row.id(2), sequence: row.int(3))
        case (51, let uri?): self = .announcementAcknowledged(row.id(2), row.id(3), uri: uri)
        case (52, let uri?): self = .announcementReminded(row.id(2), uri: uri)
        case (60, let uri?): self = .attendanceAsked(row.id(2), row.id(3), uri: uri)
        case (61, let uri?): self = .attendanceLeft(row.id(2), row.id(3), uri: uri)
        case (62, let uri?): self = .attendanceAnswered(row.id(2), row.id(3), uri: uri)
        case (63, _): self = .gatheringCounted(row.id(2), sequence: row.int(3))
        case (121, _):
            self = .challengeReported(row.id(2), row.id(3), sequence: Int64(row.text(5)) ?? 0)
        case (70, let uri?): self = .joinAsked(row.id(2), group: row.id(3), uri: uri)
        case (71, let uri?):
            self = .joinAnswered(row.id(2), group: row.id(3), uri: uri, isAccepted: row.text(5) == "yes")
        case (72, let uri?):
            self = .groupLeft(row.id(2), group: row.id(3), uri: uri, wasInvited: row.text(5) == "yes")
        case (73, _): self = .affiliated(row.id(2), group: row.id(3))
        case (74, let uri?):
            self = .moderated(row.id(2), group: row.id(3), about: uri, word: row.text(5))
        case (75, _): self = .carried(row.id(2), group: row.id(3))
        case (76, _): self = .groupPost(row.id(2), group: row.id(3), word: row.text(5))
        case (110, _): self = .groupChangeAsked(row.id(2), group: row.id(3), wish: row.text(5))
        case (111, let uri?): self = .groupMoveAsked(row.id(2), group: row.id(3), target: uri)
        case (112, let uri?): self = .groupMoveOffered(row.id(2), target: uri)
        case (113, let uri?):
            self = .groupMoveAnswered(row.id(2), source: uri, reason: row.optionalText(5))
        case (114, _): self = .groupMoved(row.id(2), for: row.optionalID(3))
        case (115, _): self = .groupPostRepeated(row.id(2))
        case (20, _): self = .voted(row.id(2), row.id(3), option: Int(row.text(5)) ?? 0)
        case (21, _): self = .pollCounted(row.id(2))
        case (22, _): self = .tallied(row.id(2))
        case (23, _): self = .pollClosed(row.id(2))
        case (24, _): self = .surveyClosed(row.id(2))
        case (25, _): self = .surveyTold(row.id(2))
        case (80, _): self = .quoteAsked(row.id(2))
        case (81, _): self = .quoteAllowed(row.id(2))
        case (82, let uri?):
            guard let quoting = row.optionalURI(5) else { return nil }
            self = .quoteRefused(row.id(2), row.id(3), request: uri, quoting: quoting)
        case (83, _): self = .quoteSettled(row.id(2))
        case (84, _): self = .quoteWithdrawn(row.id(2))
        default: return nil
        }
    }
}
