import ActivityStreams
import Domain
import FoundationEssentials
import JSON
import Social
import Storage

/// What is told of a group on its way to another node (Spec/features/group.md §8).
extension Composer {
    /// The owner, of this node, asks the node of the old group.
    func moveAsked(_ owner: ActorID, _ group: ActorID, _ target: ObjectURI) async throws -> [Dispatch] {
        guard let (person, group) = try await pair(owner, group) else { return [] }
        return try await send(
            "Move", .string(group.uri.string), by: person, to: inbox(of: group),
            more: [("target", .string(target.string)), ("to", [.string(group.uri.string)])])
    }

    /// The old group, of this node, offers itself to the new one.
    func moveOffered(_ group: ActorID, _ target: ObjectURI) async throws -> [Dispatch] {
        let found = try await world.needs.store.read { try $0.actor(target) }
        guard let found, let (source, target) = try await pair(group, found.id) else { return [] }
        return try await send(
            "Offer", .string(source.uri.string), by: source, to: inbox(of: target),
            more: [("target", .string(target.uri.string)), ("to", [.string(target.uri.string)])])
    }

    /// The new group, of this node, has everything, or says why not.
    func moveAnswered(_ group: ActorID, _ source: ObjectURI, reason: String?) async throws -> [Dispatch] {
        let found = try await world.needs.store.read { try $0.actor(source) }
        guard let found, let (target, source) = try await pair(group, found.id) else { return [] }
        return try await answer(
            reason == nil ? "Accept" : "Reject",
            [
                "type": "Offer", "actor": .string(source.uri.string), "object": .string(source.uri.string),
                "target": .string(target.uri.string),
            ], by: target, to: source, because: reason)
    }

    /// The old group says that it has moved (FEP-7628): to every node with members, to followers' and to the new one; or to
    /// the node of one actor.
    func groupMoved(_ id: ActorID, for actor: ActorID?) async throws -> [Dispatch] {
        guard let group = try await local(id), let target = group.movedTo else { return [] }
        let inboxes = try await world.needs.store.read { transaction -> [ObjectURI] in
            if let actor { return try transaction.inboxes(of: [actor]) }
            let new = try transaction.actor(target).map { inbox(of: $0) } ?? []
            return try Self.union(
                Self.union(transaction.memberInboxes(of: id), transaction.followerInboxes(of: id)), new)
        }
        return try await send(
            "Move", .string(group.uri.string), by: group, to: inboxes,
            more: [("target", .string(target.string)), ("to", [.string("\(group.uri)/members")])])
    }

    /// What may have reached the old group's node too late goes to the new one's, which knows it already if not.
    func postRepeated(_ id: PostID) async throws -> [Dispatch] {
        guard let (post, author) = try await own(id), post.deletedAt == nil,
            let group = try await group(of: id), !group.isLocal
        else { return [] }
        let uri = freshURI()
        let json = try await envelope("Create", post, by: author, id: uri, at: post.createdAt)
        return try await dispatch(json, uri: uri, by: author, to: inbox(of: group)).map { [$0] } ?? []
    }
}
