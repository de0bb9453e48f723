public import Domain
public import FoundationEssentials
public import Storage

/// Blocks and mutes: one person's decision not to deal with another.
public struct BlockActor: Sendable {
    let needs: Needs

    public init(needs: Needs) { self.needs = needs }

    /// Neither sees the other's posts any more, follows end both ways, and so does what was agreed to be quoted.
    public func block(_ target: ActorID, by person: ActorID) async throws -> Relation {
        try await needs.store.write { [needs] transaction in
            _ = try transaction.actingPerson(person)
            _ = try transaction.livingActor(target, to: .person(person))
            guard target != person else { throw Refusal.notAllowed(because: "You cannot block yourself") }
            try Self.perform(person, target, uri: needs.activityURI(), at: needs.now(), in: transaction)
            return try transaction.relation(of: person, to: target)
        }
    }

    public func unblock(_ target: ActorID, by person: ActorID) async throws -> Relation {
        try await needs.store.write { transaction in
            _ = try transaction.livingActor(target, to: .person(person))
            if try transaction.deleteBlock(person, target) {
                try transaction.append(.unblocked(person, target: target))
            }
            return try transaction.relation(of: person, to: target)
        }
    }

    /// Hides an actor without its knowing. `duration`: nil for as long as it is not taken back.
    public func mute(
        _ target: ActorID, notifications: Bool, duration: Duration?, by person: ActorID
    ) async throws -> Relation {
        try await needs.store.write { [needs] transaction in
            _ = try transaction.livingActor(target, to: .person(person))
            guard target != person else { throw Refusal.notAllowed(because: "You cannot mute yourself") }
            let now = needs.now()
            let until = duration.map { now + Double($0.components.seconds) }
            try transaction.saveMute(person, target, notifications: notifications, until: until, at: now)
            return try transaction.relation(of: person, to: target)
        }
    }

    public func unmute(_ target: ActorID, by person: ActorID) async throws -> Relation {
        try await needs.store.write { transaction in
            _ = try transaction.livingActor(target, to: .person(person))
            try transaction.deleteMute(person, target)
            return try transaction.relation(of: person, to: target)
        }
    }

    /// A block, written here or received.
    public static func perform(
        _ actor: ActorID, _ target: ActorID, uri: ObjectURI, at date: Date, in transaction: Transaction
    ) throws {
        try FollowActor.end(actor, target, in: transaction)
        if let follow = try transaction.deleteFollow(target, actor) {
            try transaction.clearHome(of: target, from: actor)
            try transaction.append(.followRejected(target, of: actor, uri: follow.uri))
        }
        try transaction.deleteNotifications(of: actor, by: target)
        try QuotePost.withdraw(from: target, by: actor, at: date, in: transaction)
        try transaction.insertBlock(actor, target, uri: uri, at: date)
        try transaction.append(.blocked(actor, target: target))
    }
}
