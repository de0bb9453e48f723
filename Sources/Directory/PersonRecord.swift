public import Domain
public import FoundationEssentials
public import JSON

/// A person as their home node describes them to the directory (Spec/features/directory.md §3).
public struct PersonRecord: Sendable, Equatable {
    public var handle: Handle
    public var actor: Actor
    /// The home node's authority.
    public var node: String

    /// What the home node signs. `reach`: for which log: contacts of a narrower reach are left out.
    public static func document(for actor: Actor, handle: Handle, reach: WorkProfile.Reach, now: Date)
        -> JSONValue
    {
        let ends = actor.endpoints
        let work = actor.work.limited(to: reach)
        var json = JSONObject([
            ("type", "PersonRecord"), ("handle", .string(handle.description)),
            ("actor", .string(actor.uri.string)),
            ("node", .string(actor.uri.authority)), ("username", .string(actor.name)),
            ("name", .string(actor.displayName)), ("url", .string(actor.url)),
            ("inbox", .string(ends.inbox.string)), ("jobTitle", .string(work.title)),
            ("department", .string(work.department)), ("office", .string(work.office)),
            ("skills", .array(work.skills.map { .string($0) })),
            (
                "contacts",
                .array(
                    work.contacts.map { contact in
                        [
                            "kind": .string(contact.kind.rawValue), "value": .string(contact.value),
                            "reach": .string(contact.reach.rawValue),
                        ]
                    })
            ),
            ("locked", .bool(actor.isLocked)), ("updated", .string(now.ISO8601Format())),
        ])
        for (name, uri) in [
            ("sharedInbox", ends.sharedInbox), ("outbox", ends.outbox), ("followers", ends.followers),
            ("following", ends.following), ("featured", ends.featured),
        ] {
            json[name] = uri.map { .string($0.string) }
        }
        json["avatar"] = actor.avatar.map { .string($0) }
        return .object(json)
    }

    /// Reads a record. Whose proof it bears, the caller checks against the node's key.
    ///
    /// - Throws: ``DirectoryFault`` for a record that says more than its node may (N110).
    public init(_ json: JSONValue, id: ActorID, now: Date) throws(DirectoryFault) {
        guard json["type"]?.string == "PersonRecord",
            let handle = json["handle"]?.string.flatMap({ Handle($0) }),
            let uri = json["actor"]?.string.flatMap({ ObjectURI($0) }), let node = json["node"]?.string,
            let name = json["username"]?.string, Handle.isName(name),
            let inbox = json["inbox"]?.string.flatMap({ ObjectURI($0) })
        else { throw .malformed("person record") }
        guard uri.authority == node, inbox.origin == uri.origin else { throw .outsideConstraint(uri.string) }
        func own(_ name: String) -> ObjectURI? {
            json[name]?.string.flatMap { ObjectURI($0) }.flatMap { $0.origin == uri.origin ? $0 : nil }
        }
        func word(_ name: String) -> String { (json[name]?.string ?? "").shortened(to: Limits.profileWord) }
        var actor = Actor(
            id: id, uri: uri, kind: .person, name: name, host: node, displayName: word("name"),
            endpoints: Actor.Endpoints(
                inbox: inbox, sharedInbox: own("sharedInbox"), outbox: own("outbox"),
                followers: own("followers"),
                following: own("following"), featured: own("featured")
            ),
            url: own("url")?.string, createdAt: now
        )
        actor.work.title = word("jobTitle")
        actor.work.department = word("department")
        actor.work.office = word("office")
        actor.work.skills = (json["skills"] ?? .null).list.prefix(Limits.skills)
            .compactMap { $0.string?.shortened(to: Limits.skill) }
        actor.work.contacts = (json["contacts"] ?? .null).list.prefix(Limits.contacts).compactMap { contact in
            guard let kind = contact["kind"]?.string.flatMap({ WorkProfile.Contact.Kind(rawValue: $0) }),
                let value = contact["value"]?.string,
                let reach = contact["reach"]?.string.flatMap({ WorkProfile.Reach(rawValue: $0) })
            else { return nil }
            return WorkProfile.Contact(
                kind: kind, value: value.shortened(to: Limits.profileWord), reach: reach)
        }
        actor.isLocked = json["locked"]?.bool ?? false
        actor.avatar = own("avatar")?.string
        actor.organisationHandle = handle
        self.handle = handle
        self.actor = actor
        self.node = node
    }
}
