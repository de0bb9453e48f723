import ActivityStreams
import Domain
import JSON

/// A challenge's own terms on its `Event`, and what someone who takes part reports.
enum ChallengeObject {
    static let reportType = "hallway:ChallengeReport"
    /// More is no total of any number of people.
    private static let mostReported: Int64 = 1_000_000_000_000

    static func add(_ challenge: Challenge, to json: inout JSONObject) {
        json["hallway:gatheringKind"] = "challenge"
        json["hallway:goal"] = .string(challenge.goal)
        json["hallway:reported"] = JSONValue(challenge.reported)
    }

    /// nil for an event that is no challenge.
    static func read(_ object: ASObject) -> Challenge? {
        guard object.json["hallway:gatheringKind"]?.string == "challenge" else { return nil }
        let goal = ActorIn.line(object.json["hallway:goal"]?.string ?? "", limit: Limits.profileWord)
        return Challenge(goal: goal, reported: reported(object) ?? 0)
    }

    /// What all reported together; nil where it is not said, or is no such number.
    static func reported(_ object: ASObject) -> Int? {
        object.json["hallway:reported"]?.int.flatMap { (0...mostReported).contains($0) ? Int($0) : nil }
    }

    static func write(_ report: ChallengeReport, of post: Post, by reporter: Actor) -> JSONValue {
        [
            "type": .string(reportType), "attributedTo": .string(reporter.uri.string),
            "context": .string(post.uri.string), "hallway:amount": JSONValue(report.amount),
            "hallway:sequence": .int(report.sequence),
        ]
    }

    /// Reads a report: for which event, by whom it says it is, and what.
    static func report(
        _ object: ASObject
    ) throws(Refusal) -> (event: ObjectURI, by: ObjectURI, report: ChallengeReport) {
        guard let event = object.uri("context").flatMap({ ObjectURI($0) }),
            let reporter = object.uri("attributedTo").flatMap({ ObjectURI($0) }),
            let sequence = object.json["hallway:sequence"]?.int, (1...9_999_999_999_999).contains(sequence),
            let amount = object.json["hallway:amount"]?.int
        else { throw .malformed(because: "the report lacks an event, a reporter or a number") }
        return (event, reporter, ChallengeReport(amount: Int(clamping: amount), sequence: sequence))
    }
}
