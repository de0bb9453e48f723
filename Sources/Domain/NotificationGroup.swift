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
    /// The newest about each post, the newest first: where one cannot be shown, another stands for all.
    public private(set) var examples: [Notification]
    /// So many posts at most are looked at for one to show.
    private static let exampleLimit = 20

    /// All that belong to one group, the newest first; nil where there are none.
    public init?(key: String, of members: [Notification]) {
        guard let newest = members.first, let oldest = members.last else { return nil }
        self.key = key
        (kind, self.newest, self.oldest, count) = (newest.kind, newest, oldest.id, members.count)
        (actors, examples) = ([], [])
        for member in members { note(member) }
    }

    /// Puts a page together; groups stand where their newest stands. `threads`: the thread of each post. `kinds`: what may
    /// stand together at all. `limit`: how many groups; what comes after the first that would be one more is left to the
    /// next page, so that nothing is between the two.
    public static func fold(
        _ page: [Notification], threads: [PostID: PostID],
        kinds: Set<Notification.Kind> = Set(Notification.Kind.allCases), limit: Int = .max
    ) -> [NotificationGroup] {
        var groups: [NotificationGroup] = []
        var places: [String: Int] = [:]
        for notification in page {
            let key = Self.key(of: notification, threads: threads, kinds: kinds)
            guard let place = places[key] else {
                guard groups.count < limit else { break }
                places[key] = groups.count
                if let group = NotificationGroup(key: key, of: [notification]) { groups.append(group) }
                continue
            }
            groups[place].count += 1
            groups[place].oldest = notification.id
            groups[place].note(notification)
        }
        return groups
    }

    /// The group that a notification belongs to. `kinds`: what may stand together at all.
    public static func key(
        of notification: Notification, threads: [PostID: PostID],
        kinds: Set<Notification.Kind> = Set(Notification.Kind.allCases)
    ) -> String {
        guard kinds.contains(notification.kind) else { return key(ofSingle: notification.id) }
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
        return key(ofSingle: notification.id)
    }

    /// The group of one notification that stands for itself.
    public static func key(ofSingle id: NotificationID) -> String { "ungrouped-\(id)" }

    /// Keeps who caused a member, and what it is about.
    private mutating func note(_ member: Notification) {
        if !actors.contains(member.actor) { actors.append(member.actor) }
        guard examples.count < Self.exampleLimit, !examples.contains(where: { $0.post == member.post }) else {
            return
        }
        examples.append(member)
    }
}
