import ActivityStreams
import Domain
import JSON

/// Reads the thanks that a post of another node carries (Spec/features/recognition.md §4).
struct RecognitionIn {
    /// Whom it thanks, by their URIs; the rows are looked up later.
    let recipients: [ObjectURI]
    /// Without its recipients.
    let recognition: Recognition

    /// nil for a post that carries none. Whose the post is was checked before.
    ///
    /// - Throws: ``Refusal`` for one of another shape, or that breaks a rule.
    init?(_ object: ASObject) throws(Refusal) {
        guard let part = object.json["hallway:recognition"] else { return nil }
        guard let named = part["hallway:recipients"]?.list, let value = part["hallway:value"]?.string else {
            throw .malformed(because: "a recognition names its value and its recipients")
        }
        guard (1...Recognition.recipientsLimit).contains(named.count) else {
            throw .invalid(
                field: "Recipients", because: "must be one to \(Recognition.recipientsLimit) people")
        }
        var recipients: [ObjectURI] = []
        for name in named {
            guard let uri = name.string.flatMap({ ObjectURI($0) }) else {
                throw .malformed(because: "a recipient is named by a URI")
            }
            guard uri.string != object.uri("attributedTo") else {
                throw .notAllowed(because: "Nobody can thank themself")
            }
            guard !recipients.contains(uri) else {
                throw .invalid(field: "Recipients", because: "name someone twice")
            }
            recipients.append(uri)
        }
        recognition = Recognition(
            recipients: [], value: value, points: try Self.number(part, "hallway:points") ?? 0,
            allowance: try Self.number(part, "hallway:allowance"))
        self.recipients = recipients
        // The rows of the recipients are not known yet: the other rules are checked with one who is nobody.
        var checked = recognition
        checked.recipients = [ActorID(0)]
        try checked.check(by: ActorID(1))
    }

    private static func number(_ part: JSONValue, _ name: String) throws(Refusal) -> Int? {
        guard let value = part[name] else { return nil }
        guard let number = value.int, let small = Int(exactly: number) else {
            throw .malformed(because: "\(name) is a whole number")
        }
        return small
    }
}
