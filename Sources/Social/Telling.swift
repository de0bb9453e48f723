import Domain
import Storage

/// Tells people of what no post brings: a date that comes, a place that is free, a duty that is handed over.
enum Telling {
    /// Keeps a notification and has the streams told; nothing of a kind that the person stopped, nor of a group of which
    /// they want to hear nothing.
    static func tell(
        _ person: ActorID, _ kind: Notification.Kind, by actor: ActorID, about post: PostID, needs: Needs,
        in transaction: Transaction
    ) throws {
        guard try !transaction.notificationHabits(of: person).stopped.contains(kind),
            try !transaction.isSilenced(post, for: person)
        else { return }
        let notification = Notification(
            id: needs.ids.next(), person: person, kind: kind, actor: actor, post: post,
            createdAt: needs.now())
        guard try transaction.insert(notification) else { return }
        try transaction.append(.notified(notification.id))
    }
}
