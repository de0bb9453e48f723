import Domain
import Social
import Storage
import Surface

/// Finds people and posts by what somebody typed.
struct Lookup {
    let desk: Desk

    /// The person that a handle names and that is known here.
    func known(_ text: String) async throws -> Actor? {
        let name = text.hasPrefix("@") ? String(text.dropFirst()) : text
        let authority = desk.needs.addresses.authority
        return try await desk.needs.store.read { transaction in
            guard let handle = Handle(name) else {
                return try transaction.localActor(named: name).flatMap { $0.state == .active ? $0 : nil }
            }
            let found =
                handle.host == authority
                ? try transaction.localActor(named: handle.name)
                : try transaction.actor(organisationHandle: handle) ?? transaction.remoteActor(handle)
            return found.flatMap { $0.state == .active ? $0 : nil }
        }
    }

    /// People by handle, address, name, title, department, office or skill. `resolve`: whether other nodes
    /// may be asked for a handle or an address that is unknown here.
    func people(_ text: String, resolve: Bool, limit: Int, followedBy person: ActorID? = nil) async throws
        -> [Actor]
    {
        let text = text.trimmingPrefix { $0.isWhitespace }.description
        if let exact = try await known(text) { return [exact] }
        if resolve, text.contains("@"), let handle = Handle(text), let found = await desk.find(handle) {
            return [found]
        }
        if resolve, let uri = ObjectURI(text), let found = await desk.findActor(uri) { return [found] }
        guard ObjectURI(text) == nil else { return [] }
        return try await desk.needs.store.read { try $0.searchActors(text, limit: limit, followedBy: person) }
    }

    /// Posts by their address, or by their words.
    func posts(_ text: String, resolve: Bool, for viewer: Viewer, limit: Int, offset: Int) async throws
        -> [Post]
    {
        guard let uri = ObjectURI(text) else {
            return try await desk.needs.store.read {
                try $0.searchPosts(SearchQuery(text), for: viewer, Page(limit: limit), offset: offset)
            }
        }
        let known = try await desk.needs.store.read { try $0.postID(uri) ?? $0.postID(page: text) }
        let found: PostID? = if let known { known } else if resolve { await desk.findPost(uri) } else { nil }
        guard let found else { return [] }
        return try await desk.needs.store.read { transaction in
            try transaction.posts([found]).filter { try transaction.maySee($0, viewer) }
        }
    }
}
