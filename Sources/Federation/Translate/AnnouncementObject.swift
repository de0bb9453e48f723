import ActivityStreams
import Domain
import FoundationEssentials
import JSON
import Markup

/// Writes what makes a post an announcement (Spec/features/announcement.md §4).
struct AnnouncementOut {
    static func add(_ announcement: Announcement, of post: Post, to json: inout JSONObject) {
        json["name"] = .string(announcement.title)
        json["hallway:announcement"] = true
        json["hallway:acknowledge"] = announcement.dueAt.map { ["endTime": .string(ASDate.text($0))] }
        let target = announcement.target
        if !target.isEveryone {
            json["hallway:target"] = .object(
                JSONObject(
                    [("unit", target.unit), ("office", target.office), ("language", target.language)]
                        .filter { !$0.1.isEmpty }.map { ("hallway:\($0.0)", .string($0.1)) }))
        }
        func whole(_ title: String, _ content: String) -> JSONValue {
            .string(heading(title) + content + footing(announcement.dueAt, url: post.url))
        }
        let content = whole(announcement.title, post.content)
        json["content"] = content
        guard post.language != nil || !announcement.variants.isEmpty else { return }
        // The first language is the first; `und` where its author did not say.
        let first = post.language ?? "und"
        json["contentMap"] = .object(
            JSONObject(
                [(first, content)] + announcement.variants.map { ($0.language, whole($0.title, $0.content)) })
        )
        guard !announcement.variants.isEmpty else { return }
        json["nameMap"] = .object(
            JSONObject(
                [(first, .string(announcement.title))]
                    + announcement.variants.map { ($0.language, .string($0.title)) }))
    }

    /// Above the text, for readers that know notes alone.
    static func heading(_ title: String) -> String { "<p><strong>\(title.escapedHTML)</strong></p>" }

    /// Below it.
    static func footing(_ dueAt: Date?, url: String) -> String {
        guard let dueAt else { return "" }
        return "<p><a href=\"\(url.escapedHTML)\">Please acknowledge this by \(ASDate.text(dueAt))</a></p>"
    }
}

/// Reads an announcement. Whether it counts as one is another question (`PostIn.isHonoured`).
struct AnnouncementIn {
    static func isOne(_ object: ASObject) -> Bool { object.bool("hallway:announcement") == true }

    static func read(_ object: ASObject, title: String, at now: Date) throws(Refusal) -> Announcement {
        let target = object.json["hallway:target"]
        var announcement = Announcement(
            title: title, dueAt: try dueAt(object),
            target: Announcement.Target(
                unit: try word(target, "unit"), office: try word(target, "office"),
                language: try word(target, "language")))
        announcement.variants = variants(of: object)
        try announcement.checkForm(at: now)
        return announcement
    }

    /// Every language of the text but the one of the text itself.
    private static func variants(of object: ASObject) -> [Announcement.Variant] {
        let (texts, titles) = (object.json["contentMap"]?.object, object.json["nameMap"]?.object)
        let first = object.language("content")
        return (texts?.members ?? []).prefix(Announcement.mostVariants + 2).compactMap { member in
            guard member.name != first, member.name.lowercased() != "und", let text = member.value.string,
                let title = titles?[member.name]?.string
            else { return nil }
            let line = ActorIn.line(title, limit: Limits.profileWord + 1)
            return Announcement.Variant(
                language: member.name, title: line,
                content: SafeHTML.sanitise(
                    Self.text(text, of: object, title: line), limit: Limits.remoteContent))
        }
    }

    /// The text as its author wrote it.
    static func text(_ text: String, of object: ASObject, title: String) -> String {
        let dueAt = (try? dueAt(object)) ?? nil
        let body = AddedText.take(heading: AnnouncementOut.heading(title), off: text)
        return AddedText.take(
            footing: AnnouncementOut.footing(dueAt, url: object.uri("url") ?? ""), off: body)
    }

    private static func dueAt(_ object: ASObject) throws(Refusal) -> Date? {
        guard let asked = object.json["hallway:acknowledge"], asked != .null else { return nil }
        guard let date = asked["endTime"]?.string.flatMap(ASDate.date) else {
            throw .invalid(field: "hallway:acknowledge", because: "has no date")
        }
        return date
    }

    /// A target that is not understood must not become everyone.
    private static func word(_ target: JSONValue?, _ name: String) throws(Refusal) -> String {
        guard let target, target != .null else { return "" }
        guard let object = target.object else {
            throw .invalid(field: "hallway:target", because: "is no object")
        }
        guard let value = object["hallway:\(name)"] else { return "" }
        guard let text = value.string else {
            throw .invalid(field: "hallway:target", because: "\(name) is no text")
        }
        return text
    }
}

/// Writes and reads what a node tells of an announcement of another: totals of its people (§5).
struct AnnouncementProgressObject {
    static func write(_ progress: AnnouncementProgress, about post: ObjectURI, by node: ObjectURI)
        -> JSONValue
    {
        [
            "type": .string(Vocabulary.announcementProgress), "attributedTo": .string(node.string),
            "id": .string("\(node)#progress-of-\(post.string.percentSafe)"), "context": .string(post.string),
            "hallway:sequence": .int(progress.sequence), "hallway:targeted": JSONValue(progress.targeted),
            "hallway:reached": JSONValue(progress.reached),
            "hallway:acknowledged": JSONValue(progress.acknowledged),
            "hallway:units": .array(
                progress.units.map { unit in
                    [
                        "name": .string(unit.name), "hallway:targeted": JSONValue(unit.targeted),
                        "hallway:acknowledged": JSONValue(unit.acknowledged),
                    ]
                }),
        ]
    }

    /// `node`: the authority of the sender.
    static func read(_ object: ASObject, node: String) throws(Refusal) -> AnnouncementProgress {
        var units: [AnnouncementProgress.Unit] = []
        for unit in (object.json["hallway:units"]?.list ?? []).prefix(AnnouncementProgress.mostUnits + 1) {
            guard let name = unit["name"]?.string else {
                throw .invalid(field: "progress", because: "a unit has no name")
            }
            units.append(
                AnnouncementProgress.Unit(
                    name: name, targeted: try number(unit, "targeted"),
                    acknowledged: try number(unit, "acknowledged")))
        }
        let json = JSONValue.object(object.json)
        let progress = AnnouncementProgress(
            node: node, sequence: Int64(try number(json, "sequence")),
            targeted: try number(json, "targeted"), reached: try number(json, "reached"),
            acknowledged: try number(json, "acknowledged"), units: units)
        try progress.check()
        return progress
    }

    private static func number(_ json: JSONValue, _ name: String) throws(Refusal) -> Int {
        guard let number = json["hallway:\(name)"]?.int, number >= 0 else {
            throw .invalid(field: "progress", because: "\(name) is no number")
        }
        return Int(number)
    }
}

extension String {
    /// Fit for a fragment.
    fileprivate var percentSafe: String {
        String(map { $0.isASCII && ($0.isLetter || $0.isNumber || "-._~/:".contains($0)) ? $0 : "-" })
    }
}
