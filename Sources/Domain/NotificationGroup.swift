import FoundationEssentials

/// Notifications that are one for the reader: likes of the same post, answers in the same thread.
public struct NotificationGroup: Sendable, Equatable {
    public var key: String
    public var kind: Notification.Kind
    /// The newest of them stands for all.
    public var newest: Notification
    public var oldest: NotificationID
    /// Who caused them, the latest first, each once.
    public var actors: [ActorID]
    public var count: Int

    /// Puts a page together; groups stand where their newest stands. `threads`: the thread of each post.
    public static func fold(_ page: [Notification], threads: [PostID: PostID]) -> [NotificationGroup] {
        var groups: [NotificationGroup] = []
        var places: [String: Int] = [:]
        for notification in page {
            let key = Self.key(of: notification, threads: threads)
            guard let place = places[key] else {
                places[key] = groups.count
                groups.append(
                    NotificationGroup(
                        key: key, kind: notification.kind, newest: notification, oldest: notification.id,
                        actors: [notification.actor], count: 1))
                continue
            }
            groups[place].count += 1
            groups[place].oldest = notification.id
            if !groups[place].actors.contains(notification.actor) {
                groups[place].actors.append(notification.actor)
            }
        }
        return groups
    }

    private static func key(of notification: Notification, threads: [PostID: PostID]) -> String {
        switch notification.kind {
        case .mention:
            if let thread = notification.post.flatMap({ threads[$0] }) { return "mention-\(thread)" }
        case .like:
            if let post = notification.post { return "favourite-\(post)" }
        case .announce:
            if let post = notification.post { return "reblog-\(post)" }
        case .follow: return "follow-\(Int(notification.createdAt.timeIntervalSince1970) / 86400)"
        case .reaction:
            if let post = notification.post { return "reaction-\(post)" }
        case .answer:
            if let thread = notification.post.flatMap({ threads[$0] }) { return "answer-\(thread)" }
        case .groupAsked: return "group-\(notification.actor)"
        case .groupInvited, .groupJoined, .groupPost, .followAsked, .pollClosed, .surveyTold, .post, .edit,
            .recognition,
            .accepted, .announcement,
            .announcementReminder,
            .announcementOverdue, .place, .gatheringReminder,
            .gatheringChanged, .quote, .quotedEdit, .knowledgeReview, .knowledgeHanded:
            break
        }
        return "ungrouped-\(notification.id)"
    }
}
