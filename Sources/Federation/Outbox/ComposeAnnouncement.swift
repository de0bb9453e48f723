import ActivityStreams
import Domain
import FoundationEssentials
import JSON
import Social
import Storage

/// What other nodes are told of announcements.
extension Composer {
    /// The shared inboxes of every node of the organisation: an announcement is for its people, whomever they follow.
    func memberInboxes(in transaction: Transaction) throws -> [ObjectURI] {
        try transaction.members().filter { member in
            member.isAdmitted(at: world.needs.now()) && member.authority != world.needs.addresses.authority
        }.map { member in
            let known = try transaction.actor(member.application)
            // A node that was never spoken to has its inbox where every node of ours has it.
            return known?.endpoints.sharedInbox ?? member.application.sibling("/inbox")
        }
    }

    /// This node's totals for the author's node. Of many changes in a row only the last is told.
    func announcementCounted(_ id: PostID, sequence: Int64) async throws -> Dispatch? {
        let authority = world.needs.addresses.authority
        let found = try await world.needs.store.read { transaction -> (Post, Actor, AnnouncementProgress)? in
            guard let post = try transaction.post(id), post.deletedAt == nil,
                let author = try transaction.actor(post.author), !author.isLocal
            else { return nil }
            let progress = try transaction.ownProgress(of: id, node: authority)
            return progress.sequence == sequence ? (post, author, progress) : nil
        }
        guard let (post, author, progress) = found else { return nil }
        let node = try await world.nodeActor()
        let uri = freshURI()
        let json = ActivityOut.write(
            "Update", id: uri, actor: node.uri,
            object: AnnouncementProgressObject.write(progress, about: post.uri, by: node.uri),
            to: [author.uri.string])
        return try await dispatch(json, uri: uri, by: node, to: inbox(of: author))
    }

    /// A name, where this node's policy tells names.
    func announcementAcknowledged(_ person: ActorID, _ id: PostID, uri: ObjectURI) async throws -> Dispatch? {
        guard world.needs.namesReaders, let (reader, author, post) = try await foreignPost(person, id) else {
            return nil
        }
        let json = ActivityOut.write(
            "Read", id: uri, actor: reader.uri, object: .string(post.uri.string), to: [author.uri.string])
        return try await dispatch(json, uri: uri, by: reader, to: inbox(of: author))
    }

    /// Told to every node that has the announcement.
    func announcementReminded(_ id: PostID, uri: ObjectURI) async throws -> Dispatch? {
        guard let (post, author) = try await own(id), post.deletedAt == nil else { return nil }
        let inboxes = try await world.needs.store.read { try $0.inboxesThatKnow(id) }
        let json = ActivityOut.write(
            Vocabulary.remind, id: uri, actor: author.uri, object: .string(post.uri.string),
            to: [Vocabulary.authenticated])
        return try await dispatch(json, uri: uri, by: author, to: Self.union(inboxes, []))
    }
}
