import ActivityStreams
import Domain
import JSON
import Storage

/// Sees to it that whoever has a question of this node hears of its answers, wherever those are written
/// (ActivityPub §7.1.2): what their authors' nodes say travels on as it came, with its proof.
enum Relay {
    private static let limitBytes = 256 * 1024

    /// Notes an activity that has taken effect, for those who have the question that `answer` is about.
    static func note(_ activity: Activity, of answer: Post, in transaction: Transaction) throws {
        guard activity.object.json["proof"] != nil, [.anyone, .organisation].contains(answer.audience),
            let question = answer.reply?.post, try transaction.isOwnQuestion(question)
        else { return }
        let bytes = JSONValue.object(activity.object.json).bytes
        guard bytes.count <= limitBytes else { return }
        try transaction.append(
            .relayed(question: question, uri: activity.id, json: String(decoding: bytes, as: UTF8.self)))
    }
}
