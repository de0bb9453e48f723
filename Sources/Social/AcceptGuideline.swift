public import Domain
import Markup
import Storage

/// Says what the node asks of those who write on it, and takes their word that they read it.
public struct AcceptGuideline: Sendable {
    let needs: Needs

    public init(needs: Needs) { self.needs = needs }

    /// Puts a text in force as the next version; the same text again changes nothing.
    ///
    /// - Throws: ``Refusal`` when a rule of ``Guideline/check()`` says no.
    public func publish(_ text: String, change: String, isRequired: Bool) async throws -> Guideline {
        let draft = Guideline(
            version: 0, text: text, content: Self.html(text, needs.addresses), change: change,
            isRequired: isRequired, publishedAt: needs.now())
        try draft.check()
        return try await needs.store.write { transaction in
            let current = try transaction.guideline()
            if let current, current.text == text, current.isRequired == isRequired { return current }
            var next = draft
            next.version = (current?.version ?? 0) + 1
            try transaction.insert(next)
            return next
        }
    }

    /// Keeps that a person of this node read a version and accepts it; again changes nothing.
    ///
    /// - Throws: ``Refusal`` for any version but the one in force.
    public func accept(_ version: Int, by person: ActorID) async throws -> Guideline.Acceptance {
        try await needs.store.write { [needs] transaction in
            _ = try transaction.actingPerson(person)
            try Guideline.check(accepting: version, current: transaction.guideline())
            let acceptance = Guideline.Acceptance(person: person, version: version, at: needs.now())
            try transaction.insert(acceptance)
            return try transaction.acceptance(of: person) ?? acceptance
        }
    }

    private static func html(_ text: String, _ addresses: Addresses) -> String {
        WrittenText(text).html(mention: { _ in nil }, tag: { addresses.page(hashtag: $0) })
    }
}
