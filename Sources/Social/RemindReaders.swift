public import Domain
import FoundationEssentials
public import Logging
public import ServiceLifecycle
public import Storage

/// Reminds those who have not acknowledged an announcement: each of them twice at most.
public struct RemindReaders: Sendable {
    let needs: Needs

    public init(needs: Needs) { self.needs = needs }

    /// Reminds everyone who is missing, at the wish of the author; counts as one of the two.
    ///
    /// - Returns: how many people of this node were reminded; other nodes remind their own.
    /// - Throws: ``Refusal`` for anyone but the author.
    public func remind(_ id: PostID, by person: ActorID) async throws -> Int {
        try await needs.store.write { [needs] transaction in
            _ = try transaction.actingPerson(person)
            guard let post = try transaction.post(id), post.author == person, post.deletedAt == nil,
                case .announcement(let announcement) = post.body
            else { throw Refusal.notFound("Record") }
            guard announcement.dueAt != nil else {
                throw Refusal.notAllowed(because: "This announcement asks nobody to acknowledge it")
            }
            try transaction.append(.announcementReminded(id, uri: needs.activityURI()))
            return try Self.perform(post, needs: needs, in: transaction)
        }
    }

    /// Reminds those of this node who are missing. `post`: whose author was checked.
    @discardableResult
    public static func perform(_ post: Post, needs: Needs, in transaction: Transaction) throws -> Int {
        guard case .announcement(let announcement) = post.body, announcement.dueAt != nil else { return 0 }
        let missing = try transaction.missingReaders(of: post.id)
            .filter { $0.reminders < AnnouncementReader.mostReminders }
        for reader in missing {
            try remind(reader, of: post, announcement, needs: needs, in: transaction)
        }
        return missing.count
    }

    /// Gives the reminders that are due, and tells authors of announcements that ended with people missing; false when
    /// there was nothing to do.
    static func drain(needs: Needs, in transaction: Transaction) throws -> Bool {
        let now = needs.now()
        let due = try transaction.dueReminders(at: now)
        for (id, reader) in due {
            guard let post = try transaction.post(id), post.deletedAt == nil,
                case .announcement(let announcement) = post.body, reader.acknowledgedAt == nil,
                reader.reminders < AnnouncementReader.mostReminders,
                try transaction.maySee(post, .person(reader.person)), try transaction.isActive(reader.person)
            else {
                try transaction.dropReminder(of: id, to: reader.person)
                continue
            }
            try remind(reader, of: post, announcement, needs: needs, in: transaction)
        }
        let expired = try transaction.expiredAnnouncements(at: now)
        for id in expired {
            try transaction.markTold(id, at: now)
            guard let post = try transaction.post(id), post.deletedAt == nil else { continue }
            // An office of which nothing was heard may not have seen it at all.
            let (nodes, silent) = try AnnouncementBoard.figures(of: post, needs: needs, in: transaction)
            guard !silent.isEmpty || nodes.contains(where: { $0.acknowledged < $0.targeted }) else {
                continue
            }
            try Telling.tell(
                post.author, .announcementOverdue, by: post.author, about: id, needs: needs, in: transaction)
        }
        return !due.isEmpty || !expired.isEmpty
    }

    private static func remind(
        _ reader: AnnouncementReader, of post: Post, _ announcement: Announcement, needs: Needs,
        in transaction: Transaction
    ) throws {
        let isLast = reader.reminders + 1 >= AnnouncementReader.mostReminders
        let next = isLast ? nil : announcement.dueAt.flatMap { $0 > needs.now() ? $0 : nil }
        try transaction.countReminder(of: post.id, to: reader.person, next: next)
        // One stands for all: a second reminder takes the place of the first.
        try transaction.deleteNotifications(
            kind: .announcementReminder, actor: post.author, person: reader.person, post: post.id)
        try Telling.tell(
            reader.person, .announcementReminder, by: post.author, about: post.id, needs: needs,
            in: transaction)
    }
}

/// The loop that gives what is due at a time: it holds nothing in memory, so a restart repeats and loses nothing.
public struct Reminders: Service {
    private let needs: Needs
    private let logger: Logger
    private let done: @Sendable () -> Void

    /// `done`: called when there is something to bring to people.
    public init(needs: Needs, logger: Logger, done: @escaping @Sendable () -> Void) {
        self.needs = needs
        self.logger = logger
        self.done = done
    }

    public func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do {
                    while try await needs.store.claim("reminders"), try await drain() { done() }
                } catch {
                    logger.error("reminders stopped short", metadata: ["fault": "\(error)"])
                }
                try? await Task.sleep(for: .seconds(10))
            }
        }
    }

    /// Gives a batch of what is due; false when nothing was.
    public func drain() async throws -> Bool {
        let now = needs.now()
        let isDue = try await needs.store.read { transaction in
            try !transaction.dueReminders(at: now, limit: 1).isEmpty
                || !transaction.expiredAnnouncements(at: now, limit: 1).isEmpty
                || !transaction.dueAttendances(at: now, limit: 1).isEmpty
                || !transaction.dueKnowledge(at: now, limit: 1).isEmpty
        }
        guard isDue else { return false }
        return try await needs.store.write { [needs] transaction in
            var isMoving = try RemindReaders.drain(needs: needs, in: transaction)
            isMoving = try KeepKnowledge.drain(needs: needs, in: transaction) || isMoving
            return try Attend.drain(needs: needs, in: transaction) || isMoving
        }
    }
}
