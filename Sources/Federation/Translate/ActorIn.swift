import ActivityStreams
import Domain
import FoundationEssentials
import JSON
import Markup
import Signatures
import Social

/// Reads an actor's document.
struct ActorIn {
    let world: World

    struct Reading {
        var actor: Actor
        var keys: [ActorKey]
        /// What its software announces (FEP-844e); nil where the document says nothing of it.
        var capabilities: Capabilities?
        /// How it is run, where it is a group whose software tells.
        var group: Group?
        /// What it tells the organisation of a person.
        var honours: Honours?
    }

    /// - Throws: `ExchangeFault.unusable` for a document that is no actor we can deal with.
    func read(_ object: ASObject) throws -> Reading {
        guard let uri = object.id.flatMap({ ObjectURI($0) }), world.isForeign(uri),
            let kind = Self.kind(object.type), let inbox = Self.own(object.uri("inbox"), uri)
        else { throw ExchangeFault.unusable("not an actor") }
        guard let name = object.json["preferredUsername"]?.string, Handle.isName(name) else {
            throw ExchangeFault.unusable("preferredUsername")
        }
        let now = world.needs.now()
        var actor = Actor(
            id: world.needs.ids.next(), uri: uri, kind: kind, name: name, host: uri.authority,
            displayName: Self.line(object.text("name") ?? "", limit: Limits.displayName),
            summary: SafeHTML.sanitise(object.text("summary") ?? "", limit: Limits.remoteContent),
            endpoints: Actor.Endpoints(
                inbox: inbox, sharedInbox: Self.own(object.json["endpoints"]?["sharedInbox"]?.string, uri),
                outbox: Self.own(object.uri("outbox"), uri),
                followers: Self.own(object.uri("followers"), uri),
                following: Self.own(object.uri("following"), uri),
                featured: Self.own(object.uri("featured"), uri)
            ),
            url: object.uri("url").flatMap { Link.safe($0) }, createdAt: object.date("published") ?? now
        )
        actor.isLocked = object.bool("manuallyApprovesFollowers") ?? false
        actor.isBot = object.type == "Service"
        actor.isDiscoverable = object.bool("discoverable") ?? false
        actor.isIndexable = object.bool("indexable") ?? false
        actor.avatar = Self.image(object, "icon")
        actor.header = Self.image(object, "image")
        actor.movedTo = object.uri("movedTo").flatMap { ObjectURI($0) }
        actor.alsoKnownAs = object.uris("alsoKnownAs").prefix(20).compactMap { ObjectURI($0) }
        actor.fields = Self.fields(object)
        actor.work = Self.work(object)
        actor.fetchedAt = now
        return Reading(
            actor: actor, keys: keys(object, of: actor), capabilities: Self.capabilities(object),
            group: Self.group(object, actor),
            honours: kind == .person ? HonoursObject.read(object, now: now) : nil)
    }

    private static func group(_ object: ASObject, _ actor: Actor) -> Group? {
        guard actor.kind == .group,
            let kind = object.json["hallway:groupKind"]?.string.flatMap({ Group.Kind(word: $0) })
        else { return nil }
        var group = Group(actor: actor.id, kind: kind)
        group.posting =
            object.json["hallway:posting"]?.string.flatMap { Group.Posting(word: $0) } ?? .moderators
        group.rules = SafeHTML.plainText(
            object.json["hallway:rules"]?.string ?? "", limit: Limits.biography)
        group.rule = GroupWire.rule(object)
        return group
    }

    /// Keys that the actor claims and that claim the actor; others are left out, not fatal (FEP-521a).
    private func keys(_ object: ASObject, of actor: Actor) -> [ActorKey] {
        var keys: [ActorKey] = []
        for value in (object.json["publicKey"] ?? .null).list.prefix(8) {
            guard let id = Self.keyID(value["id"]?.string, actor.uri),
                value["owner"]?.string == actor.uri.string,
                let pem = value["publicKeyPem"]?.string, let key = try? PublicKey(pem: pem),
                key.algorithm == .rsaSHA256
            else { continue }
            keys.append(ActorKey(id: id, actor: actor.id, kind: .rsa, publicKey: key.der))
        }
        for value in (object.json["assertionMethod"] ?? .null).list.prefix(8) {
            guard let id = Self.keyID(value["id"]?.string, actor.uri), value["type"]?.string == "Multikey",
                value["controller"]?.string == actor.uri.string,
                let text = value["publicKeyMultibase"]?.string,
                let key = try? Multikey.decode(text)
            else { continue }
            keys.append(ActorKey(id: id, actor: actor.id, kind: .ed25519, publicKey: key.raw))
        }
        return keys
    }

    private static func kind(_ type: String) -> Actor.Kind? {
        switch type {
        case "Person", "Service": .person
        case "Group", "Organization": .group
        case "Application": .application
        default: nil
        }
    }

    /// A URI on the actor's own origin; one elsewhere could make us write to strangers.
    private static func own(_ text: String?, _ actor: ObjectURI) -> ObjectURI? {
        guard let uri = text.flatMap({ ObjectURI($0) }), uri.origin == actor.origin else { return nil }
        return uri
    }

    /// A key is named by its actor: a fragment of it, or a path below it. Another actor's key is not to be claimed.
    private static func keyID(_ text: String?, _ actor: ObjectURI) -> ObjectURI? {
        guard let id = own(text, actor) else { return nil }
        return id.withoutFragment == actor || id.string.hasPrefix("\(actor)/") ? id : nil
    }

    private static func image(_ object: ASObject, _ name: String) -> String? {
        let value = object.json[name]?.list.first
        return (value?["url"]?.list.first.flatMap(ASObject.uri) ?? value?.string).flatMap { Link.safe($0) }
    }

    private static func fields(_ object: ASObject) -> [ProfileField] {
        object.objects("attachment").prefix(Limits.fields).compactMap { field in
            guard ["PropertyValue", "Note"].contains(field.type), let name = field.text("name"),
                let value = field.json["value"]?.string ?? field.text("content")
            else { return nil }
            return ProfileField(name: line(name, limit: 255), value: SafeHTML.sanitise(value, limit: 4096))
        }
    }

    private static func work(_ object: ASObject) -> WorkProfile {
        var work = WorkProfile()
        work.title = line(object.json["jobTitle"]?.string ?? "", limit: Limits.profileWord)
        work.department = line(object.json["worksFor"]?["name"]?.string ?? "", limit: Limits.profileWord)
        work.office = line(object.json["workLocation"]?["name"]?.string ?? "", limit: Limits.profileWord)
        work.skills = (object.json["knowsAbout"] ?? .null).list.prefix(Limits.skills)
            .compactMap { $0.string.map { line($0, limit: Limits.skill) } }
        return work
    }

    private static func capabilities(_ object: ASObject) -> Capabilities? {
        guard let list = object.json["generator"]?["implements"] ?? object.json["implements"] else {
            return nil
        }
        let links = Set(list.list.prefix(64).compactMap { $0["href"]?.string })
        var capabilities: Capabilities = []
        if links.contains(Vocabulary.rfc9421Ed25519) { capabilities.insert(.signsModern) }
        if links.contains(Vocabulary.batchedDelivery) { capabilities.insert(.takesBatches) }
        return capabilities
    }

    /// Plain text on one line, without the invisible characters by which one name is made to look like another.
    static func line(_ text: String, limit: Int) -> String {
        let scalars = text.unicodeScalars.filter { scalar in
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse:
                scalar == "\u{200d}"
            default: true
            }
        }
        // By scalars: a letter may carry any number of marks.
        return String(String.UnicodeScalarView(scalars.prefix(limit)))
    }
}
