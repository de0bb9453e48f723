import Domain
import Social
import Storage
import Surface

/// Finds people and posts by what somebody typed.
struct Lookup {
    let desk: Desk

    /// People by handle, address, name, title, department, office or skill. `resolve`: whether other nodes
    /// may be asked for a handle or an address that is unknown here.
    func people(
        _ text: String, resolve: Bool, limit: Int, followedBy person: ActorID? = nil, for viewer: Viewer
    ) async throws -> [Actor] {
        let text = text.trimmingPrefix { $0.isWhitespace }.description
        if let exact = try await desk.known(text, to: viewer) { return [exact] }
        if resolve, text.contains("@"), let handle = Handle(text), let found = await desk.find(handle) {
            return try await isKnown(found, to: viewer) ? [found] : []
        }
        if resolve, let uri = ObjectURI(text), let found = await desk.findActor(uri) {
            return try await isKnown(found, to: viewer) ? [found] : []
        }
        guard ObjectURI(text) == nil else { return [] }
        return try await desk.needs.store.read {
            try $0.searchActors(text, limit: limit, followedBy: person, for: viewer.actor)
        }
    }

    private func isKnown(_ actor: Actor, to viewer: Viewer) async throws -> Bool {
        try await desk.needs.store.read { try $0.mayKnow(actor.id, viewer) }
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
