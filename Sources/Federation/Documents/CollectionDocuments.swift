import ActivityStreams
public import Domain
public import JSON
import Social
import Storage

/// The collections of actors, posts and threads, page by page.
extension Documents {
    public func outbox(of actor: Actor, for viewer: Viewer, before: String?) async throws -> JSONValue {
        try await admit(viewer, to: actor)
        let id = try endpoint(actor.endpoints.outbox)
        guard let before else {
            return Collections.front(id: id, total: actor.counts.posts, first: "\(id)?before=last")
        }
        let activities = try await world.needs.store.read {
            try $0.outbox(of: actor.id, for: viewer, before: Int64(before), limit: Self.pageSize)
        }
        let items = try activities.map { try JSONParser.parse($0.json) }
        let next = activities.count == Self.pageSize ? activities.last.map { "\(id)?before=\($0.id)" } : nil
        return Collections.page(id: "\(id)?before=\(before)", of: id, items: items, next: next)
    }

    public func followers(of actor: Actor, for viewer: Viewer, after: String?) async throws -> JSONValue {
        try await admit(viewer, to: actor)
        return try await people(
            try endpoint(actor.endpoints.followers), total: actor.counts.followers, for: viewer, after: after
        ) {
            try $0.followers(of: actor.id, after: $1, limit: Self.pageSize)
        }
    }

    /// The followers of an actor that live on the reader's own node (FEP-8fcf).
    public func followersPart(of actor: Actor, for viewer: Viewer) async throws -> JSONValue {
        try await admit(viewer, to: actor)
        guard let authority = viewer.authority else { throw Refusal.notFound("Record") }
        let followers = try await world.needs.store.read { try $0.followers(of: actor.id, on: authority) }
        return Collections.whole(
            id: world.needs.addresses.followersPart(of: actor.uri).string,
            items: followers.map { .string($0.string) })
    }

    public func following(of actor: Actor, for viewer: Viewer, after: String?) async throws -> JSONValue {
        try await admit(viewer, to: actor)
        return try await people(
            try endpoint(actor.endpoints.following), total: actor.counts.following, for: viewer, after: after
        ) {
            try $0.following(of: actor.id, after: $1, limit: Self.pageSize)
        }
    }

    /// Pinned posts.
    public func featured(of actor: Actor, for viewer: Viewer) async throws -> JSONValue {
        try await admit(viewer, to: actor)
        let posts = try await world.needs.store.read {
            try $0.timeline(
                actor.kind == .group ? .pinnedInGroup(actor.id) : .pinned(actor.id), for: viewer,
                Page(limit: 20))
        }
        return Collections.whole(
            id: try endpoint(actor.endpoints.featured), items: posts.map { .string($0.uri.string) })
    }

    /// The members of a group: for the organisation where the group is open, or else for members' nodes.
    public func members(of actor: Actor, for viewer: Viewer, after: String?) async throws -> JSONValue {
        try await admit(viewer, to: actor)
        let (group, total, isInside) = try await world.needs.store.read { transaction in
            (
                try transaction.group(actor.id), try transaction.countMembers(of: actor.id),
                try viewer.authority.map { try transaction.countMembers(of: actor.id, on: $0) > 0 } ?? false
            )
        }
        guard let group else { throw Refusal.notFound("Record") }
        let id = "\(actor.uri)/members"
        guard isInside || group.kind == .open else {
            return Collections.front(id: id, total: total, first: nil)
        }
        return try await people(id, total: total, for: viewer, after: after) {
            try $0.memberships(in: actor.id, state: .member, after: $1, limit: Self.pageSize).map(\.person)
        }
    }

    /// The owner and the moderators of a group (FEP-1b12).
    public func moderators(of actor: Actor, for viewer: Viewer) async throws -> JSONValue {
        try await admit(viewer, to: actor)
        let people = try await world.needs.store.read { transaction in
            try transaction.actors(try transaction.moderators(of: actor.id).map(\.person))
        }
        return Collections.whole(
            id: "\(actor.uri)/moderators", items: people.map { .string($0.uri.string) },
            attributedTo: actor.uri.string)
    }

    /// The answers to a post of this node: of another's only its own node knows whom its author has blocked.
    public func replies(to id: PostID, for viewer: Viewer) async throws -> JSONValue {
        let (post, replies) = try await world.needs.store.read { transaction -> (Post, [ObjectURI]) in
            guard let post = try transaction.post(id), try transaction.mayFetch(post, viewer),
                try transaction.isLocal(post.author)
            else { throw Refusal.notFound("Record") }
            return (post, try transaction.replies(to: id, for: viewer))
        }
        return Collections.whole(id: "\(post.uri)/replies", items: replies.map { .string($0.string) })
    }

    /// A thread that began on this node (FEP-f228): what of it the reader may see, oldest first.
    public func thread(_ id: PostID, for viewer: Viewer) async throws -> JSONValue {
        let (owner, posts) = try await world.needs.store.read { transaction -> (Actor, [ObjectURI]) in
            guard let root = try transaction.post(id), root.thread == id,
                try transaction.maySee(root, viewer),
                let owner = try transaction.actor(root.author), owner.isLocal
            else { throw Refusal.notFound("Record") }
            return (owner, try transaction.threadPosts(id, for: viewer))
        }
        return Collections.whole(
            id: world.needs.addresses.thread(id).string, items: posts.map { .string($0.string) },
            attributedTo: owner.uri.string)
    }

    private func people(
        _ id: String, total: Int, for viewer: Viewer, after: String?,
        list: @escaping @Sendable (Transaction, ActorID?) throws -> [ActorID]
    ) async throws -> JSONValue {
        // Who follows whom is for the organisation; outside, the number must do.
        guard viewer.isOfOrganisation else { return Collections.front(id: id, total: total, first: nil) }
        guard let after else { return Collections.front(id: id, total: total, first: "\(id)?after=0") }
        let people = try await world.needs.store.read { transaction in
            try transaction.actors(try list(transaction, ActorID(decimal: after)))
        }
        let next = people.count == Self.pageSize ? people.last.map { "\(id)?after=\($0.id)" } : nil
        return Collections.page(
            id: "\(id)?after=\(after)", of: id, items: people.map { .string($0.uri.string) }, next: next)
    }

    private func endpoint(_ uri: ObjectURI?) throws -> String {
        guard let uri else { throw Refusal.notFound("Record") }
        return uri.string
    }
}
