public import Domain
public import FoundationEssentials
public import Storage

/// Says that one has read an announcement that asks for it. This is on record, and is not what one has scrolled past.
public struct Acknowledge: Sendable {
    let needs: Needs

    public init(needs: Needs) { self.needs = needs }

    /// Acknowledges, once and for all: a second time changes nothing.
    ///
    /// - Throws: ``Refusal`` for what cannot be seen, is no announcement, or does not ask this person.
    public func acknowledge(_ id: PostID, by person: ActorID) async throws -> Post {
        try await needs.store.write { [needs] transaction in
            _ = try transaction.actingPerson(person)
            let post = try transaction.visiblePost(id, to: .person(person))
            guard case .announcement(let announcement) = post.body else { throw Refusal.notFound("Record") }
            guard announcement.dueAt != nil,
                try transaction.announcementReader(person, of: id)?.broughtAt != nil
            else {
                throw Refusal.notAllowed(because: "This announcement does not ask you to acknowledge it")
            }
            guard try transaction.acknowledge(id, by: person, at: needs.now()) else { return post }
            try transaction.deleteNotifications(
                kind: .announcementReminder, actor: post.author, person: person, post: id)
            try transaction.append(
                .announcementCounted(id, sequence: transaction.countChange(of: id, at: needs.now())))
            if needs.namesReaders {
                try transaction.append(.announcementAcknowledged(person, id, uri: needs.activityURI()))
            }
            return post
        }
    }

    /// Puts an announcement away in a person's client, which acknowledges nothing.
    public func dismiss(_ id: PostID, by person: ActorID) async throws {
        try await needs.store.write { [needs] transaction in
            let post = try transaction.visiblePost(id, to: .person(person))
            guard case .announcement = post.body else { throw Refusal.notFound("Record") }
            try transaction.dismissAnnouncement(id, of: person, at: needs.now())
        }
    }

    /// Tells anew how far the announcements are that count somebody who is gone, or back.
    static func recount(_ person: ActorID, at date: Date, in transaction: Transaction) throws {
        for post in try transaction.announcementsCounting(person) {
            try transaction.append(
                .announcementCounted(post, sequence: transaction.countChange(of: post, at: date)))
        }
    }

    /// The rules of Spec/features/announcement.md §1 and §2: who may, for whom, and with what.
    ///
    /// - Throws: ``Refusal`` with the rule that was broken; anything but an announcement passes.
    public static func check(
        _ draft: Draft, by person: ActorID, at now: Date, in transaction: Transaction
    ) throws {
        guard case .announcement(let announcement)? = draft.body else { return }
        try checkRight(of: person, in: transaction)
        guard draft.replyTo == nil, draft.group == nil, !draft.isQuiet else {
            throw Refusal.invalid(field: "Announcement", because: "stands by itself, and on every list")
        }
        guard draft.audience == .organisation || draft.audience == .node else {
            throw Refusal.invalid(
                field: "Audience",
                because: "is the organisation or this office; the target says whom it is for")
        }
        try announcement.check(at: now)
        try announcement.checkLanguages(besides: draft.language)
    }

    /// Whether a person may speak for this office: when they publish, and whenever they change what they said.
    ///
    /// - Throws: ``Refusal`` for anyone else.
    static func checkRight(of person: ActorID, in transaction: Transaction) throws {
        guard let login = try transaction.login(of: person), login.isAdministrator || login.mayAnnounce else {
            throw Refusal.notAllowed(
                because: "Only those whom this office lets speak for it may publish announcements")
        }
    }
}
