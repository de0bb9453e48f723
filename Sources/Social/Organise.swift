public import Domain
public import FoundationEssentials
import Storage

/// Changes or calls off a gathering; everyone who comes is told.
public struct Organise: Sendable {
    let needs: Needs

    public init(needs: Needs) { self.needs = needs }

    /// Replaces what calendars show. Who comes stays; if there is more room, those who wait move up.
    ///
    /// - Throws: ``Refusal`` for anyone but its author, or a rule of ``Gathering/check(at:)``.
    public func change(_ id: PostID, to gathering: Gathering, by person: ActorID) async throws -> Post {
        try gathering.check(at: needs.now())
        return try await perform(id, by: person) { stored in
            var changed = gathering
            (changed.going, changed.waiting) = (stored.going, stored.waiting)
            changed.isCancelled = stored.isCancelled
            // A challenge stays one, and an event stays an event.
            changed.challenge = stored.challenge.map { challenge in
                Challenge(goal: gathering.challenge?.goal ?? challenge.goal, reported: challenge.reported)
            }
            (changed.version, changed.sequence) = (stored.version, stored.sequence)
            return changed
        }
    }

    /// Calls it off. It stays to be seen, as cancelled.
    public func cancel(_ id: PostID, by person: ActorID) async throws -> Post {
        try await perform(id, by: person) { stored in
            var changed = stored
            changed.isCancelled = true
            return changed
        }
    }

    private func perform(
        _ id: PostID, by person: ActorID, _ change: @escaping @Sendable (Gathering) -> Gathering
    ) async throws -> Post {
        try await needs.store.write { [needs] transaction in
            _ = try transaction.writingPerson(person, needs: needs)
            var post = try transaction.visiblePost(id, to: .person(person))
            guard post.author == person, case .gathering(let stored) = post.body else {
                throw Refusal.notFound("Record")
            }
            try transaction.admitChange(of: post)
            guard !stored.isCancelled else { throw Refusal.notAllowed(because: "This event was cancelled") }
            post.body = .gathering(change(stored))
            post.editedAt = needs.now()
            try transaction.update(post, recipients: [])
            try Attend.fillPlaces(of: post, needs: needs, in: transaction)
            try transaction.append(.edited(id))
            return try transaction.visiblePost(id, to: .person(person))
        }
    }

    /// The rules for what a composer brings; anything but a gathering passes.
    public static func check(_ draft: Draft, at now: Date) throws(Refusal) {
        guard case .gathering(let gathering)? = draft.body else { return }
        guard draft.replyTo == nil else {
            throw .invalid(field: "Event", because: "is no answer to something")
        }
        try gathering.check(at: now)
    }
}
