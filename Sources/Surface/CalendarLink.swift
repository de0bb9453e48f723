public import Domain
import Signatures
public import Social
import Storage

/// The link by which a person's calendar reads what they go to: a secret that can be revoked.
public struct CalendarLink: Sendable {
    private let needs: Needs

    public init(needs: Needs) { self.needs = needs }

    /// Makes a new link; the one before it ends. The secret is told once and only its hash is kept.
    public func make(for person: ActorID) async throws -> String {
        let secret = RandomBytes.word()
        try await needs.store.write { [needs] in
            try $0.saveCalendarLink(of: person, hash: Digest.sha256(secret.utf8), at: needs.now())
        }
        return "\(needs.addresses.base.origin)/calendar/\(secret).ics"
    }

    public func revoke(of person: ActorID) async throws {
        try await needs.store.write { try $0.deleteCalendarLink(of: person) }
    }

    /// The calendar behind a link. `file`: the last part of its address.
    ///
    /// - Throws: ``Refusal/notFound(_:)`` for a link that was revoked, or never was.
    public func read(_ file: String) async throws -> String {
        guard file.hasSuffix(".ics") else { throw Refusal.notFound("Calendar") }
        return try await GatheringCalendar(needs: needs).read(hash: Digest.sha256(file.dropLast(4).utf8))
    }
}
