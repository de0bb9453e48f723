/// How an inbox says that one activity has to wait while it takes others (Spec/federation.md, *ActivityPub*).
public enum ActivityWaits {
    /// The problem's type (RFC 9457).
    public static let problemType = "https://hallway.social/ns#activityWaits"
    /// As long as a key that could not be had is not asked for again.
    static let seconds = 60

    /// What the answer's head says: of a single delivery nothing else is read. Names in lower case.
    public static var fields: [(name: String, value: String)] {
        [("link", "<\(problemType)>; rel=\"type\""), ("retry-after", String(seconds))]
    }

    /// Whether another node's answer says so.
    static func isSaid(by answer: Answer) -> Bool {
        answer.fields.contains { $0.name == "link" && $0.value.contains("<\(problemType)>") }
    }
}
