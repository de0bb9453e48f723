import ActivityStreams
public import Domain
import FoundationEssentials
public import JSON
import Social
import Storage

/// The documents that this node serves at its ids. Who may read them was found out before.
public struct Documents: Sendable {
    static let pageSize = 20
    let world: World
    let version: String

    /// `version`: of this release, for NodeInfo.
    public init(world: World, version: String) {
        self.world = world
        self.version = version
    }

    /// An actor's document, for one viewer: contacts that are for the organisation are for nobody outside it.
    public func actor(_ actor: Actor, for viewer: Viewer) async throws -> JSONValue {
        try await admit(viewer, to: actor)
        let needs = world.needs
        let (group, honours) = try await needs.store.read { transaction in
            let isTold = viewer.isOfOrganisation && actor.kind == .person && actor.isLocal
            return (
                try transaction.group(actor.id),
                isTold ? try RankPeople(needs: needs).honours(of: actor, transaction) : nil
            )
        }
        let keys = try await world.keys.publicKeys(of: actor)
        return try ActorOut(addresses: world.needs.addresses).write(
            actor, keys: keys, reach: viewer.isOfOrganisation ? .organisation : nil, group: group,
            honours: honours)
    }

    /// - Throws: ``Refusal/notFound(_:)`` where the viewer may not know that there is such an actor.
    func admit(_ viewer: Viewer, to actor: Actor) async throws {
        guard try await world.needs.store.read({ try $0.mayKnow(actor.id, viewer) }) else {
            throw Refusal.notFound("Record")
        }
    }

    /// A post's document, or its tombstone.
    public func post(_ id: PostID, for viewer: Viewer) async throws -> JSONValue {
        let (post, author, group) = try await world.needs.store.read { transaction -> (Post, Actor, Actor?) in
            guard let post = try transaction.post(id), let author = try transaction.actor(post.author),
                author.isLocal
            else { throw Refusal.notFound("Record") }
            // Whoever was told of it may know that it is gone; to others it never was (N107).
            let mayKnow =
                try post.deletedAt == nil
                ? transaction.mayFetch(post, viewer)
                : transaction.inboxesThatKnow(id).contains { $0.authority == viewer.authority }
            guard mayKnow else { throw Refusal.notFound("Record") }
            return (post, author, try post.group.flatMap { try transaction.actor($0) })
        }
        if post.deletedAt != nil { return ActivityOut.tombstone(post) }
        guard post.body.announced == nil else { return try await activity(post.uri, for: viewer) }
        let object = PostOut(addresses: world.needs.addresses, group: group?.uri)
            .write(post, by: author, context: true)
        return try await RecognitionOut.prove(object, of: post, by: author, world: world)
    }

    /// The stamp of a consent that stands, for whoever may see the quoted post.
    public func consent(_ id: ConsentID, for viewer: Viewer) async throws -> JSONValue {
        let (consent, post, author) = try await world.needs.store.read { transaction in
            guard let consent = try transaction.consent(id), consent.withdrawnAt == nil,
                let post = try transaction.post(consent.quoted), try transaction.mayFetch(post, viewer),
                let author = try transaction.actor(post.author), author.isLocal
            else { throw Refusal.notFound("Record") }
            return (consent, post, author)
        }
        return QuoteOut.stamp(consent, of: post, by: author, at: world.needs.addresses.consent(id))
    }

    /// An activity's document; those about no post are for their addressees alone and were delivered to them.
    public func activity(_ uri: ObjectURI, for viewer: Viewer) async throws -> JSONValue {
        let activity = try await world.needs.store.read { transaction -> OutgoingActivity in
            guard let activity = try transaction.activity(uri),
                let post = try activity.post.flatMap({ try transaction.post($0) }),
                try transaction.mayFetch(post, viewer)
            else { throw Refusal.notFound("Record") }
            return activity
        }
        return try JSONParser.parse(activity.json)
    }

    public func nodeInfo(name: String, acceptsRegistrations: Bool) -> JSONValue {
        NodeInfo(
            version: version, name: name, isOpen: world.needs.policy == .open,
            acceptsRegistrations: acceptsRegistrations
        ).json
    }

    public func nodeInfoLinks() -> JSONValue {
        NodeInfo.links(
            base: world.needs.addresses.base.origin, application: world.needs.addresses.node.string)
    }
}
