import ActivityStreams
import Domain
import FoundationEssentials
import JSON
import Signatures

/// Writes an actor's document.
struct ActorOut {
    let addresses: Addresses

    /// `keys`: those in force, one of each kind. `reach`: for whom it is written; contacts of a narrower
    /// reach are left out, and all of them for outsiders, whose reach is nil.
    /// `group`: how it is run, where it is a group. `honours`: what readers of the organisation are told of a person.
    func write(
        _ actor: Actor, keys: [ActorKey], reach: WorkProfile.Reach?, group: Group? = nil,
        honours: Honours? = nil
    ) throws -> JSONValue {
        let ends = actor.endpoints
        var json = JSONObject([
            ("@context", Vocabulary.actorContext), ("id", .string(actor.uri.string)),
            ("type", .string(Self.type(actor))), ("preferredUsername", .string(actor.name)),
            ("name", .string(actor.displayName)), ("summary", .string(actor.summary)),
            ("inbox", .string(ends.inbox.string)), ("url", .string(actor.url)),
            ("manuallyApprovesFollowers", .bool(actor.isLocked)),
            ("discoverable", .bool(actor.isDiscoverable)),
            ("indexable", .bool(actor.isIndexable)), ("published", .string(ASDate.text(actor.createdAt))),
        ])
        json["outbox"] = ends.outbox.map { .string($0.string) }
        json["followers"] = ends.followers.map { .string($0.string) }
        json["following"] = ends.following.map { .string($0.string) }
        json["featured"] = ends.featured.map { .string($0.string) }
        json["endpoints"] = ends.sharedInbox.map { ["sharedInbox": .string($0.string)] }
        json["webfinger"] = .string(
            actor.organisationHandle?.description ?? "\(actor.name)@\(addresses.authority)")
        json["icon"] = actor.avatar.map { ["type": "Image", "url": .string($0)] }
        json["image"] = actor.header.map { ["type": "Image", "url": .string($0)] }
        json["movedTo"] = actor.movedTo.map { .string($0.string) }
        if !actor.alsoKnownAs.isEmpty {
            json["alsoKnownAs"] = .array(actor.alsoKnownAs.map { .string($0.string) })
        }
        try add(keys, to: &json, of: actor)
        if let group {
            json["attributedTo"] = .string("\(actor.uri)/moderators")
            json["hallway:members"] = .string("\(actor.uri)/members")
            json["hallway:groupKind"] = .string(group.kind.word)
            json["hallway:posting"] = .string(group.posting.word)
            json["hallway:rules"] = .string(group.rules)
            json["hallway:rule"] = group.rule.map(GroupWire.write)
        }
        add(actor, to: &json, reach: reach)
        if let honours { HonoursObject.write(honours, to: &json) }
        if actor.kind == .application {
            json["implements"] = Self.capabilities
        } else {
            json["generator"] = [
                "type": "Application", "id": .string(addresses.node.string), "implements": Self.capabilities,
            ]
        }
        return .object(json)
    }

    /// FEP-844e.
    private static let capabilities: JSONValue = [
        ["type": "Link", "href": .string(Vocabulary.rfc9421), "name": "RFC 9421: HTTP Message Signatures"],
        ["type": "Link", "href": .string(Vocabulary.rfc9421Ed25519), "name": "RFC 9421 with Ed25519"],
        ["type": "Link", "href": .string(Vocabulary.batchedDelivery), "name": "Batched delivery"],
    ]

    private static func type(_ actor: Actor) -> String {
        switch actor.kind {
        case .person: actor.isBot ? "Service" : "Person"
        case .group: "Group"
        case .application: "Application"
        }
    }

    private func add(_ keys: [ActorKey], to json: inout JSONObject, of actor: Actor) throws {
        for key in keys {
            switch key.kind {
            case .rsa:
                json["publicKey"] = [
                    "id": .string(key.id.string), "owner": .string(actor.uri.string),
                    "publicKeyPem": .string(PublicKey.pem(der: key.publicKey)),
                ]
            case .ed25519:
                json["assertionMethod"] = [
                    [
                        "id": .string(key.id.string), "type": "Multikey",
                        "controller": .string(actor.uri.string),
                        "publicKeyMultibase": .string(Multikey.encode(raw: key.publicKey)),
                    ]
                ]
            }
        }
    }

    /// Work and other lines of the profile, in schema.org's terms and as lines that every reader shows (FEP-fb2a).
    private func add(_ actor: Actor, to json: inout JSONObject, reach: WorkProfile.Reach?) {
        let work = actor.work
        let contacts = reach.map { work.limited(to: $0).contacts } ?? []
        var lines = actor.fields.map { ($0.name, $0.value) }
        if !work.title.isEmpty { json["jobTitle"] = .string(work.title) }
        if !work.department.isEmpty {
            json["worksFor"] = ["type": "schema:Organization", "name": .string(work.department)]
        }
        if !work.office.isEmpty { json["workLocation"] = ["type": "Place", "name": .string(work.office)] }
        if !work.skills.isEmpty { json["knowsAbout"] = .array(work.skills.map { .string($0) }) }
        for contact in contacts { lines.append((contact.kind.rawValue, contact.value)) }
        guard !lines.isEmpty else { return }
        json["attachment"] = .array(
            lines.map { name, value in
                ["type": "PropertyValue", "name": .string(name), "value": .string(value)]
            })
    }
}
