/// Where everything of this node lives: the one place that knows the layout of our URIs.
///
/// Ids of actors, posts and activities are opaque and never change; pages for people carry names.
public struct Addresses: Sendable, Equatable {
    public let base: ObjectURI

    /// - Parameter base: the node's public origin.
    public init(base: ObjectURI) { self.base = base }

    /// The name by which other nodes know this one, and the host part of its handles.
    public var authority: String { base.authority }

    /// The node's own actor.
    public var node: ObjectURI { base.sibling("/actor") }
    public var sharedInbox: ObjectURI { base.sibling("/inbox") }

    public func actor(_ id: ActorID) -> ObjectURI { base.sibling("/actors/\(id)") }
    public func post(_ id: PostID) -> ObjectURI { base.sibling("/posts/\(id)") }
    public func thread(_ id: PostID) -> ObjectURI { base.sibling("/threads/\(id)") }
    /// Where another node reads which of an actor's followers are its own (FEP-8fcf).
    public func followersPart(of actor: ObjectURI) -> ObjectURI {
        actor.sibling("\(actor.pathAndQuery)/followers_synchronization")
    }
    public func consent(_ id: ConsentID) -> ObjectURI { base.sibling("/consents/\(id)") }
    public func activity(_ id: ActivityID) -> ObjectURI { base.sibling("/activities/\(id)") }

    /// The endpoints of an actor of this node.
    public func endpoints(of actor: ObjectURI) -> Actor.Endpoints {
        let path = actor.pathAndQuery
        return Actor.Endpoints(
            inbox: base.sibling("\(path)/inbox"), sharedInbox: sharedInbox,
            outbox: base.sibling("\(path)/outbox"),
            followers: base.sibling("\(path)/followers"), following: base.sibling("\(path)/following"),
            featured: base.sibling("\(path)/featured")
        )
    }

    public func page(person name: String) -> String { "\(base.origin)/@\(name)" }
    public func page(post id: PostID, by name: String) -> String { "\(base.origin)/@\(name)/\(id)" }
    public func page(hashtag tag: String) -> String { "\(base.origin)/tags/\(tag)" }
    /// The page on which people read what the node asks of them.
    public var guidelines: String { "\(base.origin)/guidelines" }

    /// Whether a URI is one of ours.
    public func isOwn(_ uri: ObjectURI) -> Bool { uri.origin == base.origin }

    /// The actor that one of our URIs names, whether it is the actor's own or one below it.
    public func actorID(_ uri: ObjectURI) -> ActorID? { id(uri, after: "actors") }
    public func postID(_ uri: ObjectURI) -> PostID? { id(uri, after: "posts") }
    public func consentID(_ uri: ObjectURI) -> ConsentID? { id(uri, after: "consents") }

    private func id<Kind>(_ uri: ObjectURI, after word: String) -> ID<Kind>? {
        guard isOwn(uri) else { return nil }
        let parts = uri.pathAndQuery.split(separator: "/")
        guard parts.count >= 2, parts[0] == word else { return nil }
        return ID(decimal: parts[1])
    }
}

/// With whom a node federates (DESIGN §4).
public enum FederationPolicy: String, Sendable, CaseIterable {
    /// Only with the nodes on the directory's signed list.
    case organisation
    /// With any node that is not blocked.
    case open
}
