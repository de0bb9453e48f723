import ActivityStreams
import Domain
import JSON
import Social
import Storage

/// What is told of surveys: each node's count to the author's at the close, then the results to everyone who has it.
extension Composer {
    func surveyClosed(_ id: PostID) async throws -> Dispatch? {
        let found = try await world.needs.store.read { transaction -> (Post, Actor, SurveyTally)? in
            guard let post = try transaction.post(id), post.deletedAt == nil,
                let author = try transaction.actor(post.author), !author.isLocal,
                case .survey(let survey) = post.body,
                let tally = try transaction.surveyTally(of: "", in: id, survey)
            else { return nil }
            return (post, author, tally)
        }
        guard let (post, author, tally) = found else { return nil }
        let node = try await world.nodeActor()
        let uri = freshURI()
        let json = ActivityOut.write(
            "Update", id: uri, actor: node.uri, object: SurveyOut.tally(tally, of: post, by: node),
            to: [author.uri.string])
        return try await dispatch(json, uri: uri, by: node, post: id, isPassing: true, to: inbox(of: author))
    }

    func surveyTold(_ id: PostID) async throws -> Dispatch? {
        guard let (post, author) = try await own(id), post.deletedAt == nil,
            case .survey(let survey) = post.body
        else { return nil }
        let (results, before) = try await world.needs.store.read { transaction in
            (
                try transaction.surveyTally(of: Transaction.result, in: id, survey),
                try transaction.inboxesThatKnow(id) + transaction.inboxesThatVoted(in: id)
            )
        }
        guard let results else { return nil }
        let uri = freshURI()
        let group = try await group(of: id)
        let json = ActivityOut.write(
            "Update", id: uri, actor: author.uri, object: SurveyOut.tally(results, of: post, by: author),
            more: group.map { [("audience", .string($0.uri.string))] } ?? [])
        return try await dispatch(
            json, uri: uri, by: author, post: id, isPassing: true,
            to: Self.union(try await inboxes(of: post, by: author), before))
    }
}
