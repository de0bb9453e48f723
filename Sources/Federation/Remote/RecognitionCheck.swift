import ActivityStreams
import Domain
import JSON
import Storage

/// Finds out whether thanks bear their giver's own proof (FEP-8b32), and keeps what was proved: the giver's words, as they
/// stand (Spec/features/recognition.md §4, §6).
struct RecognitionCheck: Sendable {
    let world: World

    /// The object as its giver signed it; nil for a post that thanks nobody.
    ///
    /// - Throws: ``Refusal`` for thanks without their giver's own proof.
    func verify(_ object: ASObject, _ reading: PostIn.Reading, by giver: Actor) async throws -> [UInt8]? {
        guard !reading.thanked.isEmpty else { return nil }
        let document = JSONValue.object(object.json)
        _ = try await Verifier(world: world).prover(of: document, claimed: giver.uri)
        return document.bytes
    }

    /// An edit of thanks is proved as they were, and changes their words alone. `version`: what was read, with the rows that
    /// it names.
    static func check(
        _ reading: PostIn.Reading, _ version: Post, of stored: Post
    ) throws(Refusal) {
        guard case .recognition(let given) = stored.body else { return }
        guard reading.proved != nil else {
            throw .notAllowed(because: "thanks bear their giver's own proof, also when they are edited")
        }
        guard case .recognition(let said) = version.body, said.value == given.value,
            said.points == given.points, given.recipients.allSatisfy({ said.recipients.contains($0) })
        else { throw .notAllowed(because: "an edit of thanks changes their words alone") }
    }

    /// Keeps what was proved beside the thanks, where it says what is shown: an older version than that proves nothing.
    static func keep(_ reading: PostIn.Reading, in transaction: Transaction) throws {
        guard let document = reading.proved, let stored = try transaction.post(reading.post.uri),
            stored.deletedAt == nil, case .recognition = stored.body,
            stored.content == reading.post.content, stored.summary == reading.post.summary
        else { return }
        try transaction.keepRecognitionDocument(document, of: stored.id)
    }
}
