import ActivityStreams
import Domain
import FoundationEssentials
import JSON
import Social
import Storage

/// What is told of polls. Of totals only the latest is kept and delivered.
extension Composer {
    /// A vote in an open poll of another node: to its author and nobody else.
    func voted(_ person: ActorID, _ id: PostID, option: Int) async throws -> Dispatch? {
        guard let (person, author, post) = try await foreignPost(person, id),
            case .poll(let poll) = post.body, !poll.isAnonymous,
            let note = PollOut.vote(
                for: option, in: poll, of: post, by: person, to: author, at: world.needs.now())
        else { return nil }
        let uri = freshURI()
        let json = ActivityOut.write(
            "Create", id: uri, actor: person.uri, object: note, to: [author.uri.string])
        return try await dispatch(json, uri: uri, by: person, to: inbox(of: author))
    }

    /// What this node's people chose together in an anonymous poll of another: the node speaks, of no one.
    func tallied(_ id: PostID) async throws -> Dispatch? {
        let found = try await world.needs.store.read { transaction -> (Post, Actor, Tally)? in
            guard let post = try transaction.post(id), post.deletedAt == nil,
                let author = try transaction.actor(post.author), !author.isLocal,
                let tally = try transaction.tally(of: "", in: id)
            else { return nil }
            return (post, author, tally)
        }
        guard let (post, author, tally) = found, case .poll(let poll) = post.body else { return nil }
        let node = try await world.nodeActor()
        let uri = freshURI()
        let json = ActivityOut.write(
            "Update", id: uri, actor: node.uri, object: PollOut.tally(tally, of: post, poll, by: node),
            to: [author.uri.string])
        return try await dispatch(json, uri: uri, by: node, post: id, isPassing: true, to: inbox(of: author))
    }

    /// A poll's totals: to everyone who has it, or while they are hidden to the nodes of those who voted.
    func counted(_ id: PostID) async throws -> Dispatch? {
        guard let (post, author) = try await own(id), post.deletedAt == nil, case .poll(let poll) = post.body
        else { return nil }
        let voted = try await world.needs.store.read { [world] transaction in
            try transaction.inboxesThatVoted(in: id).filter { inbox in
                try !poll.hidesTotals
                    || World.standing(of: inbox.authority, needs: world.needs, in: transaction) == .member
            }
        }
        let uri = freshURI()
        guard !poll.hidesTotals || poll.isClosed else {
            let object = PollOut.tally(poll.tally, of: post, poll, by: author)
            let json = ActivityOut.write("Update", id: uri, actor: author.uri, object: object)
            return try await dispatch(json, uri: uri, by: author, post: id, isPassing: true, to: voted)
        }
        let before = try await world.needs.store.read { try $0.inboxesThatKnow(id) }
        let everyone = Self.union(Self.union(try await inboxes(of: post, by: author), before), voted)
        let json = try await envelope("Update", post, by: author, id: uri)
        return try await dispatch(json, uri: uri, by: author, post: id, isPassing: true, to: everyone)
    }
}
