import Domain
import FoundationEssentials
import Social
import Storage
import Surface

/// What a card and the composer show of announcements.
struct AnnouncementView {
    let desk: Desk

    func values(
        _ announcement: Announcement, of post: Post, for person: ActorID, in transaction: Transaction
    ) throws -> [String: Any] {
        let reader = try transaction.announcementReader(person, of: post.id)
        let now = desk.needs.now()
        var values: [String: Any] = [
            "word": "Announcement", "announcementID": post.id.description,
            "asks": announcement.dueAt != nil && reader?.reachedAt != nil && reader?.acknowledgedAt == nil,
            "isNamed": desk.needs.namesReaders,
            "mayFollow": try post.author == person
                || (transaction.isLocal(post.author)
                    && transaction.login(of: person)?.isAdministrator == true)
                ,
        ]
        let target = announcement.target
        let words = [target.unit, target.office, target.language].filter { !$0.isEmpty }
        if !words.isEmpty { values["target"] = words.joined(separator: ", ") }
        if let dueAt = announcement.dueAt {
            values["due"] = "please acknowledge by \(Self.moment(dueAt))"
            values["dueISO"] = dueAt.ISO8601Format()
            values["isOverdue"] = now >= dueAt && reader?.acknowledgedAt == nil && reader?.reachedAt != nil
        }
        if !announcement.variants.isEmpty {
            let all = [post.language].compactMap { $0 } + announcement.variants.map(\.language)
            values["several"] = [
                "languages": all.filter { $0 != "und" }.joined(separator: ", "),
                "others": announcement.variants.map {
                    ["language": $0.language, "title": $0.title, "content": $0.content]
                },
            ]
        }
        if let at = reader?.acknowledgedAt { values["acknowledged"] = Self.moment(at) }
        return values
    }

    /// The fields of a form for other languages: those that there are, and some that are empty.
    static func variants(_ announcement: Announcement?) -> [[String: Any]] {
        let known = announcement?.variants ?? []
        let empty = min(3, Announcement.mostVariants - known.count)
        return
            (known.map { ($0.language, $0.title, $0.source ?? "") }
            + Array(repeating: ("", "", ""), count: empty))
            .enumerated().map { index, words in
                [
                    "name": "variants[\(index)]", "number": index + 2, "language": words.0, "title": words.1,
                    "text": words.2, "isGiven": !words.0.isEmpty,
                ]
            }
    }

    /// What a person may write besides a post.
    func kinds(for person: ActorID, in transaction: Transaction) throws -> [[String: Any]] {
        try mayAnnounce(person, in: transaction)
            ? [["path": "/new/announcement", "label": "Announcement"]] : []
    }

    func mayAnnounce(_ person: ActorID, in transaction: Transaction) throws -> Bool {
        try transaction.login(of: person).map { $0.isAdministrator || $0.mayAnnounce } ?? false
    }

    /// `2026-05-08 14:00 (UTC+02:00)`: right for every reader.
    static func moment(_ date: Date, offsetMinutes: Int = 0) -> String {
        let text = (date + Double(offsetMinutes) * 60).ISO8601Format()
        return "\(text.prefix(10)) \(text.dropFirst(11).prefix(5)) (\(zone(offsetMinutes)))"
    }

    /// `UTC+02:00`
    static func zone(_ offsetMinutes: Int) -> String {
        guard offsetMinutes != 0 else { return "UTC" }
        let (hours, minutes) = (abs(offsetMinutes) / 60, abs(offsetMinutes) % 60)
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "UTC\(offsetMinutes < 0 ? "−" : "+")\(two(hours)):\(two(minutes))"
    }

    /// The clocks of the earth, for a form. `chosen`: nil to leave it to the browser.
    static func offsets(chosen: Int? = nil) -> [[String: Any]] {
        let hours = (-12...14).map { $0 * 60 }
        let all = (hours + [-570, -210, 210, 270, 330, 345, 390, 525, 570, 630, 765]).sorted()
        // Without a browser's help the first holds.
        return ([0] + all.filter { $0 != 0 }).map { offset in
            ["value": offset, "label": zone(offset), "isChosen": chosen == offset]
        }
    }

    /// What a form's date field and zone say.
    static func date(_ text: String?, offset: String?) throws(Refusal) -> Date? {
        guard let text, !text.isEmpty else { return nil }
        guard text.utf8.count == 16 || text.utf8.count == 19,
            let date = try? Date("\(text.prefix(16)):00Z", strategy: .iso8601),
            let minutes = Int(offset ?? "0"), (-840...840).contains(minutes)
        else { throw .invalid(field: "Date", because: "is no date and time") }
        return date - Double(minutes) * 60
    }
}
