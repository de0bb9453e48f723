import ActivityStreams
import Domain
import FoundationEssentials
import JSON
import Social
import Storage

/// What other nodes are told of who comes to gatherings.
extension Composer {
    /// A wish of one of our people to the organiser's node (`Join`, `Leave`).
    func attendance(_ type: String, _ person: ActorID, _ id: PostID, uri: ObjectURI) async throws -> Dispatch?
    {
        guard let (attendee, organiser, post) = try await foreignPost(person, id) else { return nil }
        let json = ActivityOut.write(
            type, id: uri, actor: attendee.uri, object: .string(post.uri.string), to: [organiser.uri.string])
        return try await dispatch(json, uri: uri, by: attendee, to: inbox(of: organiser))
    }

    /// What became of a wish, as it stands now: a place, the waiting list, or no.
    func attendanceAnswered(_ actor: ActorID, _ id: PostID, uri: ObjectURI) async throws -> Dispatch? {
        guard let post = try await world.needs.store.read({ try $0.post(id) }),
            let (organiser, attendee) = try await pair(post.author, actor)
        else { return nil }
        let state = try await world.needs.store.read { try $0.attendance(actor, of: id)?.state }
        let type =
            switch state {
            case .going: "Accept"
            case .waiting: "TentativeAccept"
            case .asked, .maybe, .declined, .refused, nil: "Reject"
            }
        let join: JSONValue = [
            "type": "Join", "id": .string(uri.string), "actor": .string(attendee.uri.string),
            "object": .string(post.uri.string),
        ]
        let id = freshURI()
        let json = ActivityOut.write(
            type, id: id, actor: organiser.uri, object: join, to: [attendee.uri.string])
        return try await dispatch(json, uri: id, by: organiser, to: inbox(of: attendee))
    }

    /// What one of our people reported, to the organiser's node. Of many reports in a row only the last is told.
    func challengeReported(_ person: ActorID, _ id: PostID, sequence: Int64) async throws -> Dispatch? {
        guard let (reporter, organiser, post) = try await foreignPost(person, id),
            let report = try await world.needs.store.read({ try $0.challengeReport(of: person, in: id) }),
            report.sequence == sequence
        else { return nil }
        let uri = freshURI()
        let json = ActivityOut.write(
            "Update", id: uri, actor: reporter.uri,
            object: ChallengeObject.write(report, of: post, by: reporter), to: [organiser.uri.string])
        return try await dispatch(json, uri: uri, by: reporter, to: inbox(of: organiser))
    }

    /// The totals for whoever has the gathering. Of many changes in a row only the last is told.
    func gatheringCounted(_ id: PostID, sequence: Int64) async throws -> Dispatch? {
        guard let (post, author) = try await own(id), post.deletedAt == nil,
            case .gathering(let gathering) = post.body, gathering.sequence == sequence
        else { return nil }
        let before = try await world.needs.store.read { try $0.inboxesThatKnow(id) }
        let uri = freshURI()
        // In a group it is the group that tells everyone.
        let inboxes = post.group == nil ? Self.union(before, []) : try await inboxes(of: post, by: author)
        return try await dispatch(
            envelope("Update", post, by: author, id: uri), uri: uri, by: author, post: id, isCarried: true,
            isPassing: true, to: inboxes)
    }
}
