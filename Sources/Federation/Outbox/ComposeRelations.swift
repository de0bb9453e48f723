import ActivityStreams
import Domain
import FoundationEssentials
import JSON
import Social
import Storage

/// Likes, follows and blocks.
extension Composer {
    func liked(_ actor: ActorID, _ id: PostID, uri: ObjectURI, content: String?) async throws
        -> Dispatch?
    {
        if let group = try await group(of: id), let person = try await local(actor),
            let post = try await world.needs.store.read({ try $0.post(id) })
        {
            let json = ActivityOut.write(
                "Like", id: uri, actor: person.uri, object: .string(post.uri.string), to: [group.uri.string],
                more: content.map { [("content", .string($0))] } ?? [])
            return try await dispatch(
                json, uri: uri, by: person, isCarried: true, to: group.isLocal ? [] : inbox(of: group))
        }
        guard let (person, author, post) = try await foreignPost(actor, id) else { return nil }
        let json = ActivityOut.write(
            "Like", id: uri, actor: person.uri, object: .string(post.uri.string), to: [author.uri.string],
            more: content.map { [("content", .string($0))] } ?? [])
        return try await dispatch(json, uri: uri, by: person, to: inbox(of: author))
    }

    func unliked(_ actor: ActorID, _ id: PostID, uri: ObjectURI) async throws -> Dispatch? {
        if let group = try await group(of: id), let person = try await local(actor),
            let post = try await world.needs.store.read({ try $0.post(id) })
        {
            let fresh = freshURI()
            let json = ActivityOut.write(
                "Undo", id: fresh, actor: person.uri,
                object: [
                    "type": "Like", "id": .string(uri.string), "actor": .string(person.uri.string),
                    "object": .string(post.uri.string),
                ], to: [group.uri.string])
            return try await dispatch(
                json, uri: fresh, by: person, isCarried: true, to: group.isLocal ? [] : inbox(of: group))
        }
        guard let (person, author, post) = try await foreignPost(actor, id) else { return nil }
        let object: JSONValue = [
            "type": "Like", "id": .string(uri.string), "actor": .string(person.uri.string),
            "object": .string(post.uri.string),
        ]
        return try await undo(object, by: person, to: author)
    }

    func followAsked(_ follower: ActorID, _ followee: ActorID) async throws -> Dispatch? {
        guard let (person, target) = try await pair(follower, followee),
            let follow = try await world.needs.store.read({ try $0.follow(follower, followee) })
        else { return nil }
        let json = ActivityOut.write(
            "Follow", id: follow.uri, actor: person.uri, object: .string(target.uri.string),
            to: [target.uri.string])
        return try await dispatch(json, uri: follow.uri, by: person, to: inbox(of: target))
    }

    func answer(
        _ type: String, _ follower: ActorID, _ followee: ActorID, uri: ObjectURI
    ) async throws -> Dispatch? {
        guard let (person, asker) = try await pair(followee, follower) else { return nil }
        let object: JSONValue = [
            "type": "Follow", "id": .string(uri.string), "actor": .string(asker.uri.string),
            "object": .string(person.uri.string),
        ]
        let id = freshURI()
        let json = ActivityOut.write(type, id: id, actor: person.uri, object: object, to: [asker.uri.string])
        return try await dispatch(json, uri: id, by: person, to: inbox(of: asker))
    }

    func unfollowed(_ follower: ActorID, _ followee: ActorID, uri: ObjectURI) async throws
        -> Dispatch?
    {
        guard let (person, target) = try await pair(follower, followee) else { return nil }
        let object: JSONValue = [
            "type": "Follow", "id": .string(uri.string), "actor": .string(person.uri.string),
            "object": .string(target.uri.string),
        ]
        return try await undo(object, by: person, to: target)
    }

    func block(_ actor: ActorID, _ target: ActorID, isUndone: Bool) async throws -> Dispatch? {
        guard let (person, other) = try await pair(actor, target) else { return nil }
        guard isUndone else {
            guard let id = try await world.needs.store.read({ try $0.blockURI(actor, target) }) else {
                return nil
            }
            let json = ActivityOut.write(
                "Block", id: id, actor: person.uri, object: .string(other.uri.string), to: [other.uri.string])
            return try await dispatch(json, uri: id, by: person, to: inbox(of: other))
        }
        let object: JSONValue = [
            "type": "Block", "actor": .string(person.uri.string), "object": .string(other.uri.string),
        ]
        return try await undo(object, by: person, to: other)
    }

    func undo(_ object: JSONValue, by person: Actor, to other: Actor) async throws -> Dispatch? {
        let id = freshURI()
        let json = ActivityOut.write(
            "Undo", id: id, actor: person.uri, object: object, to: [other.uri.string])
        return try await dispatch(json, uri: id, by: person, to: inbox(of: other))
    }
}
