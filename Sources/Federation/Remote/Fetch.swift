import ActivityStreams
public import Domain
import JSON
import Social
import Storage

/// Reads documents of other nodes: signed, bounded, of the right type and under their own name (FEP-fe34).
struct Fetch: Sendable {
    let world: World

    /// An ActivityStreams document whose `id` shares the origin of where it was found. `strict`: whether `id`
    /// must be the very address; collections pages and keys need only the origin. Throws ``ExchangeFault``.
    func object(_ url: ObjectURI, strict: Bool = true) async throws -> ASObject {
        let (answer, final) = try await follow(url.withoutFragment, accept: Vocabulary.accept)
        guard MediaType.isActivityStreams(answer.field("content-type")) else {
            throw ExchangeFault.unusable("content type \(answer.field("content-type") ?? "missing")")
        }
        let object = try Self.parse(answer.body)
        guard let id = object.id.flatMap({ ObjectURI($0) }) else { throw ExchangeFault.unusable("no id") }
        guard id.origin == final.origin else { throw ExchangeFault.unusable("id of another origin") }
        guard strict, id.withoutFragment != final else { return object }
        // Found under another address of the same origin (a page, an alias): its own address must agree (N37).
        return try await self.object(id, confirming: id)
    }

    /// A JSON document that is no ActivityStreams, such as WebFinger's.
    func json(_ url: ObjectURI, accept: String, limitBytes: Int = 64 * 1024) async throws -> JSONValue {
        let (answer, _) = try await follow(url, accept: accept, limitBytes: limitBytes)
        return try Self.json(answer.body)
    }

    private func object(_ url: ObjectURI, confirming id: ObjectURI) async throws -> ASObject {
        let (answer, final) = try await follow(url, accept: Vocabulary.accept)
        guard MediaType.isActivityStreams(answer.field("content-type")) else {
            throw ExchangeFault.unusable("content type")
        }
        let object = try Self.parse(answer.body)
        guard object.id.flatMap({ ObjectURI($0) }) == id, final.origin == id.origin else {
            throw ExchangeFault.unusable("id is not where it says")
        }
        return object
    }

    /// Follows redirects, each checked and signed like the first (N71).
    private func follow(
        _ start: ObjectURI, accept: String, limitBytes: Int = Limits.fetchedBody
    ) async throws -> (Answer, ObjectURI) {
        var url = start
        let node = try await world.nodeActor()
        for _ in 0...Limits.redirects {
            guard world.isForeign(url) else { throw ExchangeFault.forbidden("not a node to ask") }
            guard try await world.standing(of: url.authority) != .refused else {
                throw ExchangeFault.forbidden("not a node we deal with")
            }
            let request = OutgoingRequest(
                method: "GET", url: url, fields: [("accept", accept)], limitBytes: limitBytes)
            let answer = try await SignedRequests(world: world).send(request, as: node)
            guard [301, 302, 303, 307, 308].contains(answer.code) else {
                guard answer.code == 200 else { throw ExchangeFault.answered(answer.code) }
                return (answer, url)
            }
            guard let location = answer.field("location"),
                let next = location.hasPrefix("/") ? ObjectURI(url.origin + location) : ObjectURI(location),
                next.scheme == url.scheme || next.scheme == "https"
            else { throw ExchangeFault.unusable("redirect") }
            url = next
        }
        throw ExchangeFault.unusable("too many redirects")
    }

    private static func parse(_ bytes: [UInt8]) throws -> ASObject {
        do {
            return try ASObject(try json(bytes))
        } catch let fault as ASFault {
            throw ExchangeFault.unusable("\(fault)")
        }
    }

    private static func json(_ bytes: [UInt8]) throws -> JSONValue {
        do {
            return try JSONParser.parse(bytes, depth: Limits.jsonDepth, nodes: Limits.jsonNodes)
        } catch {
            throw ExchangeFault.unusable("\(error)")
        }
    }
}

extension World {
    /// The node's own actor, which signs whatever nobody in particular asks for.
    public func nodeActor() async throws -> Actor {
        guard let actor = try await needs.store.read({ [needs] in try $0.actor(needs.addresses.node) }) else {
            throw StorageError.damaged("the node's own actor is missing")
        }
        return actor
    }
}
