public import Domain
import Federation
import Foundation
import Social
import Storage

/// What journeys have done at a node again and again.
extension TestNode {
    /// Has the directory's word that another node belongs; it holds for some days.
    public func admit(_ authority: String, days: Double = 1) async throws {
        let member = Member(
            authority: authority, name: authority, application: try theURI("https://\(authority)/actor"),
            entity: "organisation", key: "", ranges: [], expiresAt: needs.now() + days * 86400,
            state: .admitted, document: [])
        try await store.write { try $0.save(member) }
    }

    /// Makes somebody of this node its administrator.
    public func appoint(_ person: Actor) async throws {
        try await store.write { transaction in
            guard var login = try transaction.login(of: person.id) else {
                throw Refusal.notFound("Login")
            }
            login.isAdministrator = true
            try transaction.save(login)
        }
    }

    /// Somebody of this node follows someone of another, whom they look up. `handle`: `ada@oslo.example`.
    public func follow(_ handle: String, by person: Actor) async throws {
        guard let found = await find(try theHandle(handle)) else { throw NoSuchName(text: handle) }
        _ = try await FollowActor(needs: needs).follow(found.id, by: person.id)
    }

    /// Somebody of this node writes a post. `answered`: the one that it answers, as this node calls it.
    @discardableResult
    public func post(
        _ text: String, by author: Actor, for audience: Audience, answering answered: PostID? = nil
    ) async throws -> Post {
        try await publish.publish(Draft(text: text, audience: audience, replyTo: answered), by: author.id)
    }

    /// Gives every reminder that is due.
    public func remind() async throws {
        let reminders = Reminders(needs: needs, logger: world.logger) {}
        while try await reminders.drain() {}
    }
}
