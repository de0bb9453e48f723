public import Domain
public import FoundationEssentials
public import Storage

/// What every verb is given by `Assembly`.
public struct Needs: Sendable {
    public let store: any Store
    public let ids: IDSource
    public let addresses: Addresses
    public let policy: FederationPolicy
    public let now: @Sendable () -> Date
    public let recognition: RecognitionRules
    /// Whether an announcement's author learns who acknowledged it, and not only how many did.
    public let namesReaders: Bool
    /// Whether there are badges, points and leaderboards.
    public let ranksPeople: Bool

    public init(
        store: any Store, ids: IDSource, addresses: Addresses, policy: FederationPolicy,
        namesReaders: Bool = false, now: @escaping @Sendable () -> Date,
        recognition: RecognitionRules = RecognitionRules(), ranksPeople: Bool = true
    ) {
        self.store = store
        self.ids = ids
        self.addresses = addresses
        self.policy = policy
        self.now = now
        self.recognition = recognition
        self.namesReaders = namesReaders
        self.ranksPeople = ranksPeople
    }

    /// A fresh name for an activity that has no row of its own, such as a like.
    func activityURI() -> ObjectURI { addresses.activity(ids.next()) }
}

extension Transaction {
    /// A person of this node who may act.
    ///
    /// - Throws: ``Refusal`` for anyone else.
    func actingPerson(_ id: ActorID) throws -> Actor {
        guard let actor = try actor(id), actor.isLocal, actor.state == .active else {
            throw Refusal.notAllowed(because: "Your login is currently disabled")
        }
        return actor
    }

    /// A person of this node who may publish words: one who accepted the guidelines, where they must be. Every verb that
    /// publishes what somebody wrote asks here, and nowhere else (Spec/features/guideline.md §2).
    ///
    /// - Throws: ``Refusal`` for anyone else.
    func writingPerson(_ id: ActorID, needs: Needs) throws -> Actor {
        let actor = try actingPerson(id)
        guard try !mustAccept(id) else {
            throw Refusal.notAllowed(
                because:
                    "Before you write here, please read and accept the guidelines: \(needs.addresses.guidelines)"
            )
        }
        return actor
    }

    /// A living post that the viewer may see; anything else does not exist for them (N107).
    public func visiblePost(_ id: PostID, to viewer: Viewer) throws -> Post {
        guard let post = try post(id), try maySee(post, viewer) else { throw Refusal.notFound("Record") }
        return post
    }

    /// An actor that can be dealt with. `viewer`: who wants to; nil for the node itself.
    public func livingActor(_ id: ActorID, to viewer: Viewer? = nil) throws -> Actor {
        guard let actor = try actor(id), actor.state == .active, actor.kind != .application,
            try viewer.map({ try mayKnow(id, $0) }) ?? true
        else {
            throw Refusal.notFound("Record")
        }
        return actor
    }
}
