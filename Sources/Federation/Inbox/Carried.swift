import ActivityStreams
import Domain
import FoundationEssentials
import JSON
import Logging
import Social
import Storage

/// What members do in a group travels inside the group's Announce, unchanged, so that their proofs survive (FEP-1b12).
struct Carried {
    /// What a group passes on; anything else it keeps to itself.
    static let types: Set<String> = ["Create", "Update", "Delete", "Like", "EmojiReact", "Ignore", "Undo"]
    let world: World
    let threads: Threads

    // MARK: On the group's node

    /// Adds to what a member's activity does here that their group passes it on.
    func carrying(_ plan: Plan, _ activity: Activity) -> Plan {
        guard Self.types.contains(activity.object.type), isForGroup(activity.object) else { return plan }
        let carry: Plan.Effect = { [needs = world.needs] transaction in
            try Self.carry(activity, needs: needs, in: transaction)
        }
        @Sendable func whole(_ effect: @escaping Plan.Effect) -> Plan.Effect {
            { [world] transaction in
                guard try !Self.isTooLate(activity, world: world, in: transaction) else { return }
                try effect(transaction)
                try carry(transaction)
            }
        }
        switch plan {
        case .effect(let effect): return .effect(whole(effect))
        case .errand(let errand): return .errand { whole(try await errand()) }
        }
    }

    /// Whether the group for which it is has moved: then it takes nothing any more, and whoever did not know is told again.
    private static func isTooLate(
        _ activity: Activity, world: World, in transaction: Transaction
    ) throws -> Bool {
        let object = activity.object
        let named = (object.uris("to") + object.uris("cc") + object.uris("audience")).prefix(
            Limits.recipients)
        for uri in Set(named.compactMap { ObjectURI($0) }) where world.needs.addresses.actorID(uri) != nil {
            guard try transaction.isMovedGroup(uri), let group = try transaction.actorID(uri) else {
                continue
            }
            world.logger.debug("activity dropped", metadata: ["because": "the group has moved"])
            try transaction.append(.groupMoved(group, for: activity.actor.id))
            return true
        }
        return false
    }

    private func isForGroup(_ object: ASObject) -> Bool {
        (object.uris("to") + object.uris("cc") + object.uris("audience")).prefix(Limits.recipients).contains {
            ObjectURI($0).flatMap { world.needs.addresses.actorID($0) } != nil
        }
    }

    private static func carry(_ activity: Activity, needs: Needs, in transaction: Transaction) throws {
        let object = activity.object
        let inner = object.objects("object").first
        let name =
            switch (object.type, inner?.type) {
            case ("Undo", _): inner?.uri("object")
            case ("Update", SurveyOut.tallyType): inner?.uri("inReplyTo")
            default: object.uri("object")
            }
        guard let post = try name.flatMap({ ObjectURI($0) }).flatMap({ try transaction.post($0) }),
            let group = try transaction.group(ofPost: post.id), try transaction.isLocal(group),
            // Of what is gone nothing more is said.
            post.deletedAt == nil || object.type == "Delete"
        else { return }
        // What somebody takes back is taken back everywhere, also when they are no member any more; how many took part in
        // what they asked is told, and an Update that said more than that was refused before; and whoever was thanked may
        // hide it.
        let mayOtherwise =
            switch (object.type, post.body) {
            case ("Delete", _): post.author == activity.actor.id
            case ("Update", _): post.author == activity.actor.id && isJudged(object)
            case ("Ignore", .recognition(let thanks)), ("Undo", .recognition(let thanks)):
                thanks.recipients.contains(activity.actor.id)
            default: false
            }
        guard try mayOtherwise || transaction.isMember(activity.actor.id, of: group) else { return }
        // Sent again after the group moved here, by a node that could not know whether it had arrived.
        if object.type == "Create", try transaction.hasActivity(of: post.id, by: activity.actor.id) { return }
        var kept = OutgoingActivity(
            id: needs.ids.next(), uri: activity.id, actor: activity.actor.id,
            post: ["Create", "Update"].contains(object.type) ? post.id : nil,
            json: JSONValue.object(object.json).bytes, isListed: false, createdAt: activity.receivedAt)
        // Of totals the latest takes the place of those before (Spec/decisions/0021).
        kept.isPassing =
            object.type == "Update" && (post.body.isCounted || inner?.type == SurveyOut.tallyType)
        // Received twice, it is passed on once.
        guard try transaction.insert(kept) else { return }
        try transaction.append(.carried(kept.id, group: group))
    }

    /// Whether others take from an Update what this node found in it: it is of a kind that was looked at, and bears a proof, so
    /// that nobody has to ask what its author says elsewhere.
    private static func isJudged(_ update: ASObject) -> Bool {
        guard update.json["proof"] != nil, let inner = update.objects("object").first else { return false }
        return inner.type == SurveyOut.tallyType
            || Vocabulary.postTypes.contains(inner.type) && inner.id == update.uri("object")
    }

    /// Keeps what another node's group holds, as it came, because that group moves here.
    static func keep(_ inner: ASObject, needs: Needs, in transaction: Transaction) throws {
        guard let uri = inner.id.flatMap({ ObjectURI($0) }), !needs.addresses.isOwn(uri),
            let actor = try inner.uri("actor").flatMap({ ObjectURI($0) }).flatMap({
                try transaction.actorID($0)
            }),
            let post = try inner.uri("object").flatMap({ ObjectURI($0) }).flatMap({ try transaction.post($0) }
            ),
            post.author == actor
        else { return }
        try transaction.insert(
            OutgoingActivity(
                id: needs.ids.next(), uri: uri, actor: actor, post: post.id,
                json: JSONValue.object(inner.json).bytes, isListed: false, createdAt: needs.now()))
    }

    // MARK: On the nodes of its members

    /// What an activity that a group passed on will do.
    ///
    /// - Throws: ``Refusal`` for one that nothing shows to be its actor's own (N55).
    func prepare(
        _ inner: ASObject, by group: Actor, at date: Date, isNews: Bool = true
    ) async throws -> Plan.Effect {
        guard let name = inner.uri("actor").flatMap({ ObjectURI($0) }),
            let id = inner.id.flatMap({ ObjectURI($0) }), id.origin == name.origin
        else { throw Refusal.malformed(because: "an activity has one actor and an id of its origin") }
        // Our own came back: it has had its effect here.
        guard !world.needs.addresses.isOwn(name) else { return { _ in } }
        // Whoever has a post hears that it is gone, and whoever is thanked that they are: member or not.
        let isThanked = inner.objects("object").first.map { object in
            ((try? RecognitionIn(object))?.recipients ?? []).contains(where: world.needs.addresses.isOwn)
        }
        let isWanted = try await world.needs.store.read { transaction in
            if isThanked == true { return true }
            if inner.type == "Delete", let gone = inner.uri("object").flatMap({ ObjectURI($0) }),
                try transaction.postID(gone) != nil
            {
                return true
            }
            return try !transaction.localMembers(of: group.id).isEmpty
                || transaction.hasLocalFollower(group.id)
        }
        guard isWanted else { return { _ in } }
        try await meetFormer(of: group, namedIn: inner)
        let (actor, genuine) = try await prove(inner, name)
        let activity = Activity(id: id, actor: actor, object: genuine, receivedAt: date)
        switch genuine.type {
        case "Create":
            return try await effect(
                try HandleCreate(world: world, threads: threads, via: group, isNews: isNews).plan(activity))
        case "Update":
            return try await effect(
                try HandleUpdate(world: world, threads: threads, via: group).plan(activity))
        case "Delete": return try HandleDelete(world: world).effect(activity)
        case "Like", "EmojiReact": return try HandleLike(world: world, via: group).effect(activity)
        case "Ignore": return try HandleIgnore(world: world).effect(activity)
        case "Undo": return try HandleUndo(world: world).effect(activity)
        default: return { _ in }
        }
    }

    /// What was written before a group moved names the one that it was. Whether that one moved here is its own to say, so it
    /// is looked up where it is not known.
    private func meetFormer(of group: Actor, namedIn inner: ASObject) async throws {
        let parts = [inner] + inner.objects("object").prefix(1)
        let named = parts.flatMap { $0.uris("to") + $0.uris("cc") + $0.uris("audience") }
            .prefix(Limits.recipients)
        for former in group.alsoKnownAs where named.contains(former.string) && world.isForeign(former) {
            let isKnown = try await world.needs.store.read { try $0.actorID(former) != nil }
            if !isKnown { _ = try await RemoteActors(world: world).actor(former) }
        }
    }

    private func effect(_ plan: Plan) async throws -> Plan.Effect {
        switch plan {
        case .effect(let effect): effect
        case .errand(let errand): try await errand()
        }
    }

    /// By its actor's proof, or else by what its origin says of the object.
    private func prove(_ inner: ASObject, _ name: ObjectURI) async throws -> (Actor, ASObject) {
        do {
            let value = JSONValue.object(inner.json)
            return (try await Verifier(world: world).prover(of: value, claimed: name), inner)
        } catch let refusal as Refusal {
            guard let object = inner.uri("object").flatMap({ ObjectURI($0) }), object.origin == name.origin,
                world.isForeign(name), try await world.standing(of: name.authority) != .refused
            else { throw refusal }
            let actor = try await RemoteActors(world: world).actor(name)
            guard actor.state == .active else { throw refusal }
            switch inner.type {
            case "Create", "Update":
                let found = try await Fetch(world: world).object(object)
                guard found.uris("attributedTo") == [name.string],
                    try inner.type == "Create" || confirms(found, inner, by: actor)
                else { throw refusal }
                var json = inner.json
                json["object"] = .object(found.json)
                return (actor, try ASObject(.object(json)))
            case "Delete":
                do {
                    _ = try await Fetch(world: world).object(object)
                } catch ExchangeFault.answered(404), ExchangeFault.answered(410) {
                    return (actor, inner)
                }
                throw refusal
            default: throw refusal
            }
        }
    }

    /// Whether its origin says of a post what the group passed on: the group's node has judged that, and nothing else.
    private func confirms(_ found: ASObject, _ update: ASObject, by actor: Actor) throws -> Bool {
        guard let told = update.objects("object").first else { return true }
        guard told.type == found.type, told.id == found.id, told.date("updated") == found.date("updated")
        else {
            return false
        }
        guard Vocabulary.postTypes.contains(told.type) else { return true }
        let reader = PostIn(world: world)
        return try HandleUpdate.says(
            reader.read(told, by: actor), theSameAs: reader.read(found, by: actor))
    }
}

extension PostBody {
    /// Whether each `Update` of it says how many took part, besides all that the one before it said.
    fileprivate var isCounted: Bool {
        switch self {
        case .poll, .gathering: true
        case .note, .article, .announce, .survey, .recognition, .question, .announcement: false
        }
    }
}
