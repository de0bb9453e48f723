import Domain
import FoundationEssentials
import Storage

/// Applies events to home timelines and notifications, inside one transaction.
struct LocalDelivery {
    let transaction: Transaction
    let ids: IDSource
    let now: Date
    private(set) var news: [(StreamHub.News, Set<StreamHub.Channel>)] = []
    /// Read once for a whole batch: most events of one are news by the same few authors.
    private let posts: [PostID: Post]
    private var followers: [ActorID: [Transaction.LocalFollower]] = [:]
    private var isOwn: [ActorID: Bool] = [:]

    init(transaction: Transaction, events: [LoggedEvent], ids: IDSource, now: Date) throws {
        self.transaction = transaction
        self.ids = ids
        self.now = now
        let published = events.compactMap { if case .published(let id) = $0.event { id } else { nil } }
        posts = Dictionary(try transaction.posts(published).map { ($0.id, $0) }) { first, _ in first }
    }

    mutating func handle(_ event: Event) throws {
        switch event {
        case .published(let id): try published(id)
        case .edited(let id): try edited(id)
        case .deleted(let id): news.append((.deleted(id), try channels(ofKnown: id)))
        case .liked(let actor, let post, _, let emoji):
            guard let post = try transaction.post(post) else { return }
            try notify(post.author, emoji == nil ? .like : .reaction, by: actor, about: post.id)
        case .followAsked(let follower, let followee):
            guard try transaction.actor(followee)?.isLocked == true else { return }
            try notify(followee, .followAsked, by: follower)
        case .followAccepted(let follower, let followee, _): try notify(followee, .follow, by: follower)
        case .actorGone(let actor): news.append((.over, [.person(actor)]))
        case .settled(let id): try settled(id)
        case .counted, .relayed, .unliked, .followRejected, .unfollowed, .blocked, .unblocked,
            .profileChanged, .reported:
            break
        case .notified(let id):
            guard let notification = try transaction.notification(id) else { return }
            news.append((.notification(id), [.person(notification.person)]))
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
        try deliverByTag(post, to: &channels)
        let asker = try transaction.asker(of: post)
        for person in try transaction.recipients(of: post.id) where person != asker {
            try notify(person, .mention, by: post.author, about: post.id)
        }
        if let asker, try transaction.maySee(post, .person(asker)) {
            try notify(asker, .answer, by: post.author, about: post.id)
        }
        if let original = try post.body.announced.flatMap({ try transaction.post($0) }) {
            try notify(original.author, .announce, by: post.author, about: original.id)
        }
        channels.formUnion(try publicChannels(of: post))
        news.append((.post(post.id), channels))
    }

    private mutating func edited(_ id: PostID) throws {
        guard let post = try transaction.post(id), post.deletedAt == nil else { return }
        for person in try transaction.recipients(of: id) {
            try notify(person, .mention, by: post.author, about: post.id)
        }
        for announce in try transaction.announces(of: id) {
            try notify(announce.author, .edit, by: post.author, about: post.id)
        }
        news.append((.edited(id), try channels(ofKnown: id)))
    }

    /// Whoever follows one of its hashtags finds a post at home, as far as it is for them.
    private func deliverByTag(_ post: Post, to channels: inout Set<StreamHub.Channel>) throws {
        guard !post.isQuiet, [.organisation, .anyone, .node].contains(post.audience) else { return }
        for person in try transaction.followers(ofTags: post.tags)
        where try !channels.contains(.person(person)) && !transaction.silences(person, post.author)
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

    /// Whether a follower finds a post at home: one that they may see, and no answer to a stranger.
    private func belongsHome(_ post: Post, of person: ActorID) throws -> Bool {
        guard try transaction.maySee(post, .person(person)) else { return false }
        guard let answered = post.reply?.author, answered != post.author, answered != person else {
            return true
        }
        return try transaction.isFollowing(person, answered)
    }

    private mutating func notify(
        _ person: ActorID, _ kind: Notification.Kind, by actor: ActorID, about post: PostID? = nil
    ) throws {
        guard person != actor, try isOwn(person),
            try !transaction.silences(person, actor)
        else { return }
        let notification = Notification(
            id: ids.next(), person: person, kind: kind, actor: actor, post: post, createdAt: now)
        guard try transaction.insert(notification) else { return }
        news.append((.notification(notification.id), [.person(person)]))
    }

    /// Everyone who may have it on their screen.
    private mutating func channels(ofKnown id: PostID) throws -> Set<StreamHub.Channel> {
        guard let post = try transaction.post(id) else { return [] }
        let people =
            try followers(of: post.author).map(\.person) + [post.author] + transaction.recipients(of: id)
        return Set(people.map { .person($0) }).union(try publicChannels(of: post))
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

    private mutating func followers(of author: ActorID) throws -> [Transaction.LocalFollower] {
        if let known = followers[author] { return known }
        let found = try transaction.localFollowers(of: author)
        followers[author] = found
        return found
    }

    private mutating func isOwn(_ actor: ActorID) throws -> Bool {
        if let known = isOwn[actor] { return known }
        let found = try transaction.isLocal(actor)
        isOwn[actor] = found
        return found
    }
}
