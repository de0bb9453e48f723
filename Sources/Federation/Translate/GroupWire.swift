import ActivityStreams
import Domain
import FoundationEssentials
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
            rules: word("hallway:rules")?.shortened(to: Limits.biography + 1),
            kind: word("hallway:groupKind"), posting: word("hallway:posting"),
            department: rule.map { $0["hallway:unit"]?.string ?? "" },
            office: rule.map { $0["hallway:office"]?.string ?? "" })
    }

    /// How someone stands to a group, in its roster.
    struct Standing: Sendable {
        var person: ObjectURI
        var role: Membership.Role
        var state: Membership.State
        var isAutomatic: Bool
        var uri: ObjectURI
        var createdAt: Date
    }

    /// `object`: enough of the person for a node that cannot ask theirs just now.
    static func write(_ membership: Membership, of person: Actor) -> JSONValue {
        [
            "type": "Relationship", "subject": .string(person.uri.string),
            "object": [
                "id": .string(person.uri.string), "type": "Person", "preferredUsername": .string(person.name),
                "name": .string(person.displayName), "inbox": .string(person.endpoints.inbox.string),
                "endpoints": ["sharedInbox": JSONValue(person.endpoints.sharedInbox?.string)],
            ],
            "hallway:role": .string(membership.role.word), "hallway:state": .string(membership.state.word),
            "hallway:byRule": .bool(membership.isAutomatic), "instrument": .string(membership.uri.string),
            "published": .string(ASDate.text(membership.createdAt)),
        ]
    }

    /// Nil for what is not understood.
    static func membership(_ object: ASObject, at now: Date) -> Standing? {
        guard let person = object.uri("subject").flatMap({ ObjectURI($0) }),
            let role = object.json["hallway:role"]?.string.flatMap({ Membership.Role(word: $0) }),
            let state = object.json["hallway:state"]?.string.flatMap({ Membership.State(word: $0) }),
            let uri = object.uri("instrument").flatMap({ ObjectURI($0) })
        else { return nil }
        return Standing(
            person: person, role: role, state: state,
            isAutomatic: object.bool("hallway:byRule") ?? false, uri: uri,
            createdAt: min(object.date("published") ?? now, now))
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
