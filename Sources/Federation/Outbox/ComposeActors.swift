import ActivityStreams
import Domain
import FoundationEssentials
import JSON
import Social
import Storage

/// What actors are, and that they are gone or reported.
extension Composer {
    /// `isForAll`: whether every node of the organisation is told, whoever follows.
    func profileChanged(_ id: ActorID, isForAll: Bool = false) async throws -> Dispatch? {
        guard let actor = try await local(id) else { return nil }
        let inboxes = try await world.needs.store.read {
            let near = Self.union(try $0.followerInboxes(of: id), try $0.memberInboxes(of: id))
            return isForAll ? Self.union(near, try memberInboxes(in: $0)) : near
        }
        guard !inboxes.isEmpty else { return nil }
        let uri = freshURI()
        // Others read it at its own address, where who they are decides; a group's document is no message.
        let object: JSONValue =
            actor.kind == .group
            ? ["id": .string(actor.uri.string), "type": "Group"]
            : try await documents.actor(actor, for: .nobody)
        let json = ActivityOut.write(
            "Update", id: uri, actor: actor.uri, object: object,
            to: actor.endpoints.followers.map { [$0.string] } ?? [])
        return try await dispatch(json, uri: uri, by: actor, to: inboxes)
    }

    func actorGone(_ id: ActorID) async throws -> Dispatch? {
        // Whoever is suspended is so on this node alone, and may come back, or be back already: a `Delete` would be for good.
        guard let actor = try await local(id), actor.state == .gone || actor.state == .left else {
            return nil
        }
        let inboxes = try await world.needs.store.read { transaction in
            // Their follows have ended with them.
            let followed = try transaction.formerlyFollowed(by: id, drain: OutboxDrain.cursor)
            let near = Self.union(
                try transaction.followerInboxes(of: id), try transaction.inboxes(of: followed))
            // Anyone of the organisation may have met them: in a group, at an event, in the register.
            return Self.union(near, try memberInboxes(in: transaction))
        }
        let uri = freshURI()
        let json = ActivityOut.write("Delete", id: uri, actor: actor.uri, object: .string(actor.uri.string))
        return try await dispatch(json, uri: uri, by: actor, to: inboxes)
    }

    /// The node speaks, so that the reporter stays unknown.
    func reported(_ id: ReportID) async throws -> Dispatch? {
        let found = try await world.needs.store.read { transaction -> (Actor, [Post], Report)? in
            guard let report = try transaction.report(id), report.isForwarded,
                let target = try transaction.actor(report.target), !target.isLocal
            else { return nil }
            return (target, try transaction.posts(report.posts), report)
        }
        guard let (target, posts, report) = found else { return nil }
        let node = try await world.nodeActor()
        let uri = freshURI()
        let json = ActivityOut.write(
            "Flag", id: uri, actor: node.uri,
            object: .array(([target.uri] + posts.map(\.uri)).map { .string($0.string) }),
            to: [target.uri.string],
            more: [("content", .string(report.comment))])
        return try await dispatch(json, uri: uri, by: node, to: inbox(of: target))
    }
}
