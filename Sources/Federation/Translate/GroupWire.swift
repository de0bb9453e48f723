import ActivityStreams
import Domain
import JSON
import Markup
import Social

/// How a group is run, on the wire (Spec/features/group.md §5): what its owner wishes, and whom its rule brings in.
enum GroupWire {
    /// The part of a group that its owner wants otherwise.
    static func write(_ wish: RunGroup.Wish, of group: ObjectURI, addresses: Addresses) -> JSONValue {
        var json = JSONObject([("id", .string(group.string)), ("type", "Group")])
        json["name"] = wish.displayName.flatMap { $0.isEmpty ? nil : .string($0) }
        json["summary"] = wish.summary.map { text in
            .string(WrittenText(text).html(mention: { _ in nil }, tag: { addresses.page(hashtag: $0) }))
        }
        json["hallway:rules"] = wish.rules.map { .string($0) }
        json["hallway:groupKind"] = wish.kind.map { .string($0.word) }
        json["hallway:posting"] = wish.posting.map { .string($0.word) }
        json["hallway:rule"] = wish.rule.map(write)
        return .object(json)
    }

    /// - Throws: ``Refusal`` for words that are in no list.
    static func wish(_ object: ASObject) throws(Refusal) -> RunGroup.Wish {
        let rule = object.json["hallway:rule"]
        func word(_ name: String) -> String? { object.json[name]?.string }
        return try RunGroup.Wish(
            // One character more than there may be, so that what is too long is refused rather than cut.
            displayName: object.text("name").map { ActorIn.line($0, limit: Limits.displayName + 1) },
            summary: object.text("summary").map { SafeHTML.plainText($0, limit: 4 * Limits.biography) },
            rules: word("hallway:rules").map { String($0.prefix(Limits.biography + 1)) },
            kind: word("hallway:groupKind"), posting: word("hallway:posting"),
            department: rule.map { $0["hallway:unit"]?.string ?? "" },
            office: rule.map { $0["hallway:office"]?.string ?? "" })
    }

    static func write(_ rule: Group.Rule) -> JSONValue {
        ["hallway:unit": .string(rule.department), "hallway:office": .string(rule.office)]
    }

    /// The rule that a group's document tells of; nil where people come by themselves.
    static func rule(_ object: ASObject) -> Group.Rule? {
        guard let rule = object.json["hallway:rule"] else { return nil }
        let read = Group.Rule(
            department: ActorIn.line(rule["hallway:unit"]?.string ?? "", limit: Limits.profileWord),
            office: ActorIn.line(rule["hallway:office"]?.string ?? "", limit: Limits.profileWord))
        return read.department.isEmpty && read.office.isEmpty ? nil : read
    }
}
