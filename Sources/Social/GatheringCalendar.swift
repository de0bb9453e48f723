public import Domain
import FoundationEssentials
import Markup
import Storage

/// Gatherings as calendars read them (RFC 5545).
public struct GatheringCalendar: Sendable {
    private let needs: Needs

    public init(needs: Needs) { self.needs = needs }

    /// The calendar behind a link: what its person goes to and may still see, and was not over a month ago.
    ///
    /// - Parameter hash: SHA-256 of the link's secret.
    /// - Returns: an iCalendar document.
    /// - Throws: ``Refusal/notFound(_:)`` for a link that was revoked, or never was.
    public func read(hash: [UInt8]) async throws -> String {
        let since = needs.now() - 31 * 86400
        return try await needs.store.read { [self] transaction in
            guard let person = try transaction.personOfCalendar(hash: hash) else {
                throw Refusal.notFound("Calendar")
            }
            let posts = try transaction.calendar(of: person, since: since)
            let states = try transaction.attendances(of: person, to: posts.map(\.id))
            return write(posts.map { ($0, states[$0.id]) })
        }
    }

    /// One gathering by itself.
    public func read(_ id: PostID, for person: ActorID) async throws -> String {
        try await needs.store.read { [self] transaction in
            let post = try transaction.visiblePost(id, to: .person(person))
            guard case .gathering = post.body else { throw Refusal.notFound("Record") }
            return write([(post, try transaction.attendance(person, of: id)?.state)])
        }
    }

    func write(_ posts: [(Post, Attendance.State?)]) -> String {
        var lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Hallway//Events//EN", "CALSCALE:GREGORIAN"]
        for (post, state) in posts {
            guard case .gathering(let gathering) = post.body else { continue }
            lines += Self.event(gathering, of: post, state: state)
        }
        lines.append("END:VCALENDAR")
        return lines.map { Self.fold($0) + "\r\n" }.joined()
    }

    private static func event(_ gathering: Gathering, of post: Post, state: Attendance.State?) -> [String] {
        let changedAt = stamp(post.editedAt ?? post.createdAt)
        var lines = [
            "BEGIN:VEVENT", "UID:\(escape(post.uri.string))", "DTSTAMP:\(changedAt)",
            "LAST-MODIFIED:\(changedAt)", "SEQUENCE:\(gathering.version)",
            "DTSTART:\(stamp(gathering.startsAt))",
            "DTEND:\(stamp(gathering.endsAt ?? gathering.startsAt + 3600))",
            "SUMMARY:\(escape(gathering.title))", "STATUS:\(status(gathering, state))",
        ]
        if !gathering.place.isEmpty { lines.append("LOCATION:\(escape(gathering.place))") }
        var text = SafeHTML.plainText(post.content)
        if !gathering.call.isEmpty { text += "\n\n\(gathering.call)" }
        lines.append("DESCRIPTION:\(escape(text))")
        if ObjectURI(post.url) != nil { lines.append("URL:\(post.url)") }
        lines.append("END:VEVENT")
        return lines
    }

    private static func status(_ gathering: Gathering, _ state: Attendance.State?) -> String {
        if gathering.isCancelled { return "CANCELLED" }
        return switch state {
        case .going, nil: "CONFIRMED"
        case .asked, .waiting, .maybe, .declined, .refused: "TENTATIVE"
        }
    }

    /// `20260508T120000Z`
    private static func stamp(_ date: Date) -> String {
        date.ISO8601Format().filter { $0 != "-" && $0 != ":" }
    }

    /// RFC 5545 §3.3.11; what is no text there, such as control characters, is left out.
    static func escape(_ text: String) -> String {
        var out = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": out += "\\\\"
            case ";": out += "\\;"
            case ",": out += "\\,"
            case "\n": out += "\\n"
            case _ where scalar.value < 0x20 || scalar.value == 0x7f: break
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out
    }

    /// Lines of 75 octets at most, never cut inside a character (RFC 5545 §3.1).
    static func fold(_ line: String) -> String {
        var out = ""
        var length = 0
        for scalar in line.unicodeScalars {
            let size = String(scalar).utf8.count
            if length + size > 75 {
                out += "\r\n "
                length = 1
            }
            out.unicodeScalars.append(scalar)
            length += size
        }
        return out
    }
}
