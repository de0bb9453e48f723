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
        desk.noteShown.see([post.id], by: person)
        var values: [String: Any] = [
            "word": "Announcement", "announcementID": post.id.description,
            "asks": announcement.dueAt != nil && reader?.broughtAt != nil && reader?.acknowledgedAt == nil,
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
            values["due"] = Moments.clock(dueAt)
            values["isOverdue"] = now >= dueAt && reader?.acknowledgedAt == nil && reader?.broughtAt != nil
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
        if let at = reader?.acknowledgedAt { values["acknowledged"] = Moments.clock(at) }
        return values
    }

    /// The fields of a form for other languages: those that there are, and some that are empty.
    static func variants(_ announcement: Announcement?) -> [[String: Any]] {
        let known = announcement?.variants ?? []
        let empty = max(0, min(3, Announcement.mostVariants - known.count))
        return
            (known.map { ($0.language, $0.title, $0.source ?? "") }
            + Array(repeating: ("", "", ""), count: empty))
            .enumerated().map { index, words in
                [
                    "name": "variants[\(index)]", "number": index + 2, "language": words.0, "title": words.1,
                    "text": words.2, "isGiven": !(words.0 + words.1 + words.2).isEmpty,
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
}
