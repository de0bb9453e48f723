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
        try append(activity, question, in: transaction)
    }

    /// Notes that the author of a quoted post took consent back, for those who have the quoting post of this node
    /// (FEP-044f, *Handling a revocation*).
    static func note(
        _ activity: Activity, forReadersOf quoting: Post, in transaction: Transaction
    ) throws {
        guard activity.object.json["proof"] != nil, try transaction.isLocal(quoting.author) else { return }
        try append(activity, quoting.id, in: transaction)
    }

    /// Notes that a recipient took a recognition of this node off the walls, or put it back, for those who have it. What is
    /// in a group, the group passes on.
    static func note(
        _ activity: Activity, ofRecognition post: Post, in transaction: Transaction
    ) throws {
        guard activity.object.json["proof"] != nil, post.group == nil, try transaction.isLocal(post.author)
        else { return }
        try append(activity, post.id, in: transaction)
    }

    private static func append(_ activity: Activity, _ post: PostID, in transaction: Transaction) throws {
        let bytes = JSONValue.object(activity.object.json).bytes
        guard bytes.count <= limitBytes else { return }
        try transaction.append(
            .relayed(question: post, uri: activity.id, json: String(decoding: bytes, as: UTF8.self)))
    }
}
