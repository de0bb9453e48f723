public import Domain
import FoundationEssentials
public import Storage

/// Follows an actor here or elsewhere, and answers those who ask to follow.
public struct FollowActor: Sendable {
    let needs: Needs

    public init(needs: Needs) { self.needs = needs }

    /// Asks to follow; an unlocked actor of this node accepts at once. `showsAnnounces`: whether what the
    /// actor passes on is shown; nil leaves it as it is. `notifies`: whether each of the actor's posts is a
    /// notification.
    public func follow(
        _ target: ActorID, showsAnnounces: Bool? = nil, notifies: Bool? = nil, by person: ActorID
    ) async throws -> Relation {
        try await needs.store.write { [needs] transaction in
            _ = try transaction.actingPerson(person)
            let followee = try transaction.livingActor(target, to: .person(person))
            guard target != person else { throw Refusal.notAllowed(because: "You cannot follow yourself") }
            guard try !transaction.isBlocked(person, by: target),
                try !transaction.isBlocked(target, by: person)
            else {
                throw Refusal.notAllowed(because: "This action is not allowed")
            }
            var follow =
                try transaction.follow(person, target)
                ?? Follow(
                    follower: person, followee: target, state: .asked, uri: needs.activityURI(),
                    createdAt: needs.now()
                )
            follow.showsAnnounces = showsAnnounces ?? follow.showsAnnounces
            follow.notifies = notifies ?? follow.notifies
            let isNew = try transaction.follow(person, target) == nil
            try transaction.save(follow)
            if isNew {
                // A group of this node lets in whom it lets read.
                if followee.isLocal, let group = try transaction.group(target) {
                    try GroupRoster.join(
                        try transaction.actingPerson(person), group, uri: follow.uri, needs: needs,
                        in: transaction)
                }
                try Self.ask(follow, followee: followee, in: transaction)
            }
            return try transaction.relation(of: person, to: target)
        }
    }

    /// Ends a follow or a request. Whoever unfollows a group leaves it, as by ``GroupRoster/leave(_:by:)``.
    public func unfollow(_ target: ActorID, by person: ActorID) async throws -> Relation {
        try await needs.store.write { [needs] transaction in
            let followee = try transaction.livingActor(target, to: .person(person))
            if followee.movedTo == nil, try transaction.follow(person, target) != nil,
                let group = try transaction.group(target),
                let known = try transaction.membership(of: person, in: target), known.state != .banned
            {
                try GroupRoster.leave(known, in: group, needs: needs, in: transaction)
            }
            try Self.end(person, target, in: transaction)
            return try transaction.relation(of: person, to: target)
        }
    }

    /// Lets someone follow who asked.
    public func accept(_ follower: ActorID, by person: ActorID) async throws -> Relation {
        try await needs.store.write { transaction in
            guard let follow = try transaction.follow(follower, person) else {
                throw Refusal.notFound("Record")
            }
            if follow.state == .asked { try Self.accept(follow, in: transaction) }
            return try transaction.relation(of: person, to: follower)
        }
    }

    /// Says no to someone who asked, or ends it for a follower.
    public func reject(_ follower: ActorID, by person: ActorID) async throws -> Relation {
        try await needs.store.write { transaction in
            guard let follow = try transaction.deleteFollow(follower, person) else {
                throw Refusal.notFound("Record")
            }
            try transaction.deleteNotifications(kind: .followAsked, actor: follower, person: person)
            try transaction.append(.followRejected(follower, of: person, uri: follow.uri))
            return try transaction.relation(of: person, to: follower)
        }
    }

    /// What a new request leads to: the followee's node decides for an actor of another node.
    static func ask(_ follow: Follow, followee: Actor, in transaction: Transaction) throws {
        try transaction.append(.followAsked(follow.follower, of: follow.followee))
        if followee.isLocal, !followee.isLocked { try accept(follow, in: transaction) }
    }

    /// Takes in a request from another node.
    public static func receive(_ follow: Follow, followee: Actor, in transaction: Transaction) throws {
        try transaction.save(follow)
        let stored = try transaction.follow(follow.follower, follow.followee)
        if stored?.state == .accepted {
            // Asked again because the answer was lost: answer again.
            try transaction.append(.followAccepted(follow.follower, of: follow.followee, uri: follow.uri))
        } else {
            try ask(follow, followee: followee, in: transaction)
        }
    }

    /// Makes a request a follow, and shows the follower what there is to read.
    public static func accept(_ follow: Follow, in transaction: Transaction) throws {
        var accepted = follow
        accepted.state = .accepted
        try transaction.save(accepted)
        try transaction.deleteNotifications(
            kind: .followAsked, actor: follow.follower, person: follow.followee)
        if let follower = try transaction.actor(follow.follower), follower.isLocal {
            try transaction.fillHome(of: follow.follower, from: follow.followee)
        }
        try transaction.append(.followAccepted(follow.follower, of: follow.followee, uri: follow.uri))
    }

    /// Ends a follow or a request, if there is one.
    public static func end(_ follower: ActorID, _ followee: ActorID, in transaction: Transaction) throws {
        guard let follow = try transaction.deleteFollow(follower, followee) else { return }
        try transaction.clearHome(of: follower, from: followee)
        for kind in [Notification.Kind.follow, .followAsked] {
            try transaction.deleteNotifications(kind: kind, actor: follower, person: followee)
        }
        try transaction.append(.unfollowed(follower, of: followee, uri: follow.uri))
    }
}
