import Domain
import FoundationEssentials
import Storage

/// Applies events to home timelines and notifications, inside one transaction.
struct LocalDelivery {
    let transaction: Transaction
    let needs: Needs
    let now: Date
    private(set) var news: [(StreamHub.News, Set<StreamHub.Channel>)] = []
    /// Read once for a whole batch: most events of one are news by the same few authors.
    private let posts: [PostID: Post]
    private var followers: [ActorID: [Transaction.LocalFollower]] = [:]
    private var isOwn: [ActorID: Bool] = [:]
    private var habits: [ActorID: NotificationHabits] = [:]
    private var apart: [ActorID: Set<ActorID>] = [:]

    init(transaction: Transaction, events: [LoggedEvent], needs: Needs) throws {
        self.transaction = transaction
        self.needs = needs
        now = needs.now()
        let published = events.compactMap { if case .published(let id) = $0.event { id } else { nil } }
        posts = Dictionary(try transaction.posts(published).map { ($0.id, $0) }) { first, _ in first }
    }

    mutating func handle(_ event: Event) throws {
        switch event {
        case .published(let id): try published(id)
        case .edited(let id): try edited(id)
        case .deleted(let id): try deleted(id)
        case .liked(let actor, let post, _, let emoji):
            guard let post = try transaction.post(post) else { return }
            try notify(post.author, emoji == nil ? .like : .reaction, by: actor, about: post.id)
        case .followAsked(let follower, let followee):
            guard try transaction.actor(followee)?.isLocked == true else { return }
            try notify(followee, .followAsked, by: follower)
        case .followAccepted(let follower, let followee, _): try notify(followee, .follow, by: follower)
        case .actorGone(let actor):
            news.append((.over, [.person(actor)]))
            try Acknowledge.recount(actor, at: now, in: transaction)
        case .settled(let id): try settled(id)
        case .affiliated(let person, let group): try affiliated(person, group)
        case .pollCounted(let id): news.append((.edited(id), try channels(ofKnown: id)))
        case .pollClosed(let id): try tellVoters(.pollClosed, of: id)
        case .surveyTold(let id): try tellVoters(.surveyTold, of: id)
        case .quoteAllowed(let id): try quoted(id)
        case .quoteSettled(let id): news.append((.edited(id), try channels(ofKnown: id)))
        case .blocked(let actor, let target):
            try part(actor, target)
            try part(target, actor)
        case .counted, .relayed, .unliked, .followRejected, .unfollowed, .unblocked,
            .profileChanged, .honoursChanged, .reported, .recognitionHidden, .announcementCounted,
            .announcementAcknowledged,
            .announcementReminded, .attendanceAsked, .attendanceLeft, .attendanceAnswered, .gatheringCounted,
            .challengeReported,
            .joinAsked, .joinAnswered, .groupLeft, .moderated, .carried, .groupPost, .voted, .tallied,
            .surveyClosed, .quoteAsked, .quoteRefused, .quoteWithdrawn, .groupChangeAsked, .groupMoveAsked,
            .groupMoveOffered, .groupMoveAnswered, .groupMoved, .groupPostRepeated:
            break
        case .notified(let id):
            guard let notification = try transaction.notification(id) else { return }
            try push(notification)
        }
    }

    private mutating func published(_ id: PostID) throws {
        guard let post = posts[id], post.deletedAt == nil else { return }
        let shown = post.body.announced ?? post.id
        var channels: Set<StreamHub.Channel> = [.person(post.author)]
        for follower in try followers(of: post.author)
        where try (follower.showsAnnounces || post.body.announced == nil)
            && belongsHome(post, of: follower.person)
        {
            try transaction.insertHome(post.id, shown: shown, person: follower.person)
            channels.insert(.person(follower.person))
            if follower.notifies, post.body.announced == nil {
                try notify(follower.person, .post, by: post.author, about: post.id)
            }
        }
        if case .announcement(let announcement) = post.body {
            channels.formUnion(try bring(announcement, of: post))
        }
        if let group = post.group, post.body.announced == nil {
            for person in try transaction.localMembers(of: group)
            where try person != post.author && belongsHome(post, of: person) {
                try transaction.insertHome(post.id, shown: shown, person: person)
                channels.insert(.person(person))
                if try wants(post, in: group, person) {
                    try notify(person, .groupPost, by: post.author, about: post.id)
                }
            }
        }
        try deliverByTag(post, to: &channels)
        let asker = try transaction.asker(of: post)
        for person in try transaction.recipients(of: post.id)
        where person != asker && !post.isQuoting(person) {
            try notify(person, post.mentioning(person), by: post.author, about: post.id)
        }
        if let asker, try transaction.maySee(post, .person(asker)) {
            try notify(asker, .answer, by: post.author, about: post.id)
        }
        if let original = try post.body.announced.flatMap({ try transaction.post($0) }) {
            try notify(original.author, .announce, by: post.author, about: original.id)
        }
        channels.formUnion(try publicChannels(of: post))
        channels.formUnion(try lists(showing: post))
        news.append((.post(post.id), channels))
    }

    /// Whoever waits for a decision is told to those who decide; what was decided, to whom it is about.
    private mutating func affiliated(_ person: ActorID, _ id: ActorID) throws {
        guard let group = try transaction.group(id),
            let membership = try transaction.membership(of: person, in: id)
        else { return }
        switch membership.state {
        case .asked:
            for moderator in try transaction.moderators(of: id) {
                try notify(moderator.person, .groupAsked, by: id)
            }
        case .invited: try notify(person, .groupInvited, by: id)
        case .member where group.kind != .open && membership.role < .owner:
            try notify(person, .groupJoined, by: id)
        case .member, .banned: break
        }
    }

    private mutating func edited(_ id: PostID) throws {
        guard let post = try transaction.post(id), post.deletedAt == nil else { return }
        for person in try transaction.recipients(of: id) where !post.isQuoting(person) {
            try notify(person, post.mentioning(person), by: post.author, about: post.id)
        }
        if case .gathering = post.body {
            for person in try transaction.localAttendees(of: id)
            where try transaction.maySee(post, .person(person)) {
                // One stands for all: a second change takes the place of the first.
                try transaction.deleteNotifications(
                    kind: .gatheringChanged, actor: post.author, person: person, post: id)
                try notify(person, .gatheringChanged, by: post.author, about: id)
            }
        }
        for announce in try transaction.announces(of: id) {
            try notify(announce.author, .edit, by: post.author, about: post.id)
        }
        for quoter in try transaction.localQuoters(of: post.uri)
        where try transaction.maySee(post, .person(quoter.author)) {
            try notify(quoter.author, .quotedEdit, by: post.author, about: quoter.post)
        }
        news.append((.edited(id), try channels(ofKnown: id)))
    }

    /// Those whom a post named are told that it is gone and then forgotten: nobody could say any more that it was for them.
    private mutating func deleted(_ id: PostID) throws {
        guard var post = try transaction.post(id) else { return }
        let channels = try channels(ofKnown: id)
        post.deletedAt = nil
        let named = try transaction.recipients(of: id).filter { try transaction.maySee(post, .person($0)) }
        let told = Set(named.map { StreamHub.Channel.person($0) })
        news.append((.withdrawn(id), told))
        news.append((.deleted(id), channels.subtracting(told)))
        try transaction.deleteRecipients(of: id)
    }

    /// Whoever is quoted is told when it is agreed to, and not before.
    private mutating func quoted(_ id: ConsentID) throws {
        guard let consent = try transaction.consent(id), consent.withdrawnAt == nil,
            let post = try transaction.post(consent.quoted)
        else { return }
        let quoting = try transaction.postID(consent.quoting)
        try notify(post.author, .quote, by: consent.quoter, about: quoting ?? post.id)
    }

    /// Whoever asked or voted hears of the end once, as long as they see it.
    private mutating func tellVoters(_ kind: Notification.Kind, of id: PostID) throws {
        guard let post = try transaction.post(id), post.deletedAt == nil else { return }
        for person in try Set(transaction.voters(in: id) + [post.author]).sorted()
        where try isOwn(person) && transaction.maySee(post, .person(person)) {
            try notify(person, kind, by: post.author, about: id, mayBeOwn: true)
        }
    }

    /// Whoever follows one of its hashtags finds a post at home, as far as it is for them.
    private mutating func deliverByTag(_ post: Post, to channels: inout Set<StreamHub.Channel>) throws {
        guard !post.isQuiet, [.organisation, .anyone, .node].contains(post.audience) else { return }
        for person in try transaction.followers(ofTags: post.tags)
        where try !channels.contains(.person(person)) && !transaction.silences(person, post.author)
            && !keepers(apart: post.author).contains(person)
            && transaction.maySee(post, .person(person))
        {
            try transaction.insertHome(post.id, shown: post.id, person: person)
            channels.insert(.person(person))
        }
    }

    private mutating func settled(_ id: PostID) throws {
        guard let post = try transaction.post(id), let question = post.body.question else { return }
        if let answer = try question.accepted?.post.flatMap({ try transaction.post($0) }) {
            try notify(answer.author, .accepted, by: post.author, about: answer.id)
        }
        news.append((.edited(id), try channels(ofKnown: id)))
    }

    /// An announcement comes to everyone of this node that it is for, whomever they follow; returns them.
    private mutating func bring(_ announcement: Announcement, of post: Post) throws -> Set<
        StreamHub.Channel
    > {
        guard try transaction.awaitsReaders(post.id) else { return [] }
        var channels: Set<StreamHub.Channel> = []
        for var reader in try transaction.targets(of: announcement) where reader.person != post.author {
            if try transaction.maySee(post, .person(reader.person)) {
                try transaction.insertHome(post.id, shown: post.id, person: reader.person)
                reader.broughtAt = now
                reader.nextReminderAt = announcement.firstReminder(after: now)
                channels.insert(.person(reader.person))
                try notify(reader.person, .announcement, by: post.author, about: post.id)
            }
            try transaction.insert(reader, of: post.id)
        }
        try transaction.markBrought(post.id)
        try transaction.append(
            .announcementCounted(post.id, sequence: transaction.countChange(of: post.id, at: now)))
        return channels
    }

    /// Nobody keeps a place at what is organised by whom they blocked, or who blocked them.
    private func part(_ guest: ActorID, _ organiser: ActorID) throws {
        try Attend.leaveAll(guest, needs: needs, in: transaction) { $0.author == organiser }
    }

    /// Whether a follower finds a post at home: one that they may see, and no answer to a stranger.
    private mutating func belongsHome(_ post: Post, of person: ActorID) throws -> Bool {
        guard try !keepers(apart: post.author).contains(person),
            try transaction.maySee(post, .person(person))
        else { return false }
        guard let answered = post.reply?.author, answered != post.author, answered != person else {
            return true
        }
        return try transaction.isFollowing(person, answered)
    }

    /// Whether a member wants to hear of a thread that begins.
    private func wants(_ post: Post, in group: ActorID, _ person: ActorID) throws -> Bool {
        guard post.reply == nil else { return false }
        switch try transaction.notificationLevel(of: person, in: group) {
        case .nothing, .mentions: return false
        case .highlights:
            return try transaction.membership(of: post.author, in: group)?.moderates == true
                || transaction.isVoice(post.author, of: group)
        case .all: return true
        }
    }

    private mutating func notify(
        _ person: ActorID, _ kind: Notification.Kind, by actor: ActorID, about post: PostID? = nil,
        mayBeOwn: Bool = false
    ) throws {
        guard person != actor || mayBeOwn, try isOwn(person),
            try !transaction.silences(person, actor)
        else { return }
        guard try !habits(of: person).stopped.contains(kind),
            try post.map({ try !transaction.isSilenced($0, for: person) }) ?? true
        else { return }
        let notification = Notification(
            id: needs.ids.next(), person: person, kind: kind, actor: actor, post: post, createdAt: now)
        if try transaction.insert(notification) { try push(notification) }
    }

    /// In quiet hours it waits where notifications are read, and disturbs nobody.
    private mutating func push(_ notification: Notification) throws {
        guard try !habits(of: notification.person).isQuiet(at: now) else { return }
        news.append((.notification(notification.id), [.person(notification.person)]))
    }

    /// Everyone who may have it on their screen.
    private mutating func channels(ofKnown id: PostID) throws -> Set<StreamHub.Channel> {
        guard let post = try transaction.post(id) else { return [] }
        let members = try post.group.map { try transaction.localMembers(of: $0) } ?? []
        let people =
            try followers(of: post.author).map(\.person) + [post.author] + transaction.recipients(of: id)
            + members
        return Set(people.map { .person($0) }).union(try publicChannels(of: post))
            .union(try lists(showing: post))
    }

    /// The lists that everyone reads, for a post that stands on them.
    private mutating func publicChannels(of post: Post) throws -> Set<StreamHub.Channel> {
        let isListed = [.organisation, .anyone, .node].contains(post.audience) && !post.isQuiet
        guard isListed, post.body.announced == nil else { return [] }
        var channels: Set<StreamHub.Channel> = Set(post.tags.map { .hashtag($0) })
        guard post.reply == nil || post.reply?.author == post.author else { return channels }
        channels.insert(.everyone)
        if try isOwn(post.author) { channels.insert(.everyoneHere) }
        return channels
    }

    /// Those who read the author on an exclusive list, and not at home.
    private mutating func keepers(apart author: ActorID) throws -> Set<ActorID> {
        if let known = apart[author] { return known }
        let found = try transaction.keepersApart(of: author)
        apart[author] = found
        return found
    }

    private func lists(showing post: Post) throws -> [StreamHub.Channel] {
        guard post.audience != .direct else { return [] }
        return try transaction.peopleLists(showing: post).map { .list($0) }
    }

    private mutating func followers(of author: ActorID) throws -> [Transaction.LocalFollower] {
        if let known = followers[author] { return known }
        let found = try transaction.localFollowers(of: author)
        followers[author] = found
        return found
    }

    private mutating func habits(of person: ActorID) throws -> NotificationHabits {
        if let known = habits[person] { return known }
        let found = try transaction.notificationHabits(of: person)
        habits[person] = found
        return found
    }

    private mutating func isOwn(_ actor: ActorID) throws -> Bool {
        if let known = isOwn[actor] { return known }
        let found = try transaction.isLocal(actor)
        isOwn[actor] = found
        return found
    }
}

extension Post {
    /// Whether somebody is addressed for no more than being quoted.
    fileprivate func isQuoting(_ person: ActorID) -> Bool {
        quote?.author == person && !mentions.contains { $0.actor == person }
    }

    /// What it is to somebody whom it names.
    fileprivate func mentioning(_ person: ActorID) -> Notification.Kind {
        switch body {
        case .recognition(let recognition) where recognition.recipients.contains(person): .recognition
        case .note, .article, .announce, .poll, .survey, .recognition, .question, .announcement, .gathering:
            .mention
        }
    }
}
