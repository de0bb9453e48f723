public import Domain
import FoundationEssentials
public import Storage

/// Answers an invitation. The organiser's node alone gives places, in the order in which it was asked.
public struct Attend: Sendable {
    let needs: Needs

    public init(needs: Needs) { self.needs = needs }

    /// Says yes, maybe or no; the same again changes nothing. Whoever answered before may say no also to what they do not
    /// see any more.
    ///
    /// - Throws: ``Refusal`` for what cannot be seen, is no gathering, was cancelled or is over.
    public func answer(
        _ id: PostID, _ answer: Gathering.Answer, by person: ActorID
    ) async throws -> Attendance.State {
        try await needs.store.write { [needs] transaction in
            _ = try transaction.actingPerson(person)
            let before = try transaction.attendance(person, of: id)
            let post =
                try answer == .no && before != nil
                ? transaction.post(id) : transaction.visiblePost(id, to: .person(person))
            guard let post, case .gathering(let gathering) = post.body else {
                throw Refusal.notFound("Record")
            }
            if answer != .no {
                guard !gathering.isCancelled else {
                    throw Refusal.notAllowed(because: "This event was cancelled")
                }
                guard !gathering.isOver(at: needs.now()) else {
                    throw Refusal.notAllowed(because: "This event is over")
                }
            }
            let isOurs = try transaction.isLocal(post.author)
            switch answer {
            case .yes:
                if let before, before.state.isIn { return before.state }
                let uri = needs.activityURI()
                if isOurs { return try Self.join(post, person, uri: uri, needs: needs, in: transaction) }
                try transaction.save(
                    Attendance(actor: person, state: .asked, uri: uri), of: id, reminderAt: nil)
                try transaction.append(.attendanceAsked(person, id, uri: uri))
                return .asked
            case .maybe, .no:
                let state: Attendance.State = answer == .maybe ? .maybe : .declined
                guard before?.state != state else { return state }
                try transaction.save(
                    Attendance(actor: person, state: state, uri: before?.uri ?? needs.activityURI()), of: id,
                    reminderAt: state == .maybe ? gathering.nextReminder(after: needs.now()) : nil)
                guard before?.state.isIn == true else { return state }
                if isOurs {
                    try Self.fillPlaces(of: post, needs: needs, in: transaction)
                } else {
                    try transaction.append(.attendanceLeft(person, id, uri: needs.activityURI()))
                }
                return state
            }
        }
    }

    /// Gives someone who asked a place, or the last place of the waiting list. `post`: of this node; that the asker may
    /// see it was checked.
    @discardableResult
    public static func join(
        _ post: Post, _ actor: ActorID, uri: ObjectURI, needs: Needs, in transaction: Transaction
    ) throws -> Attendance.State {
        guard case .gathering(let gathering) = post.body else { throw Refusal.notFound("Record") }
        if let before = try transaction.attendance(actor, of: post.id), before.state.isIn {
            // Asked again because the answer was lost: answer again.
            try transaction.save(
                Attendance(actor: actor, state: before.state, uri: before.uri), of: post.id,
                reminderAt: before.state == .going ? gathering.nextReminder(after: needs.now()) : nil)
            try answerAfar(actor, post.id, uri: uri, in: transaction)
            return before.state
        }
        guard !gathering.isCancelled, !gathering.isOver(at: needs.now()) else {
            try answerAfar(actor, post.id, uri: uri, in: transaction)
            return .refused
        }
        let hasPlace = try gathering.capacity.map { try transaction.countGoing(to: post.id) < $0 } ?? true
        let state: Attendance.State = hasPlace ? .going : .waiting
        let isOurs = try transaction.isLocal(actor)
        try transaction.save(
            Attendance(actor: actor, state: state, uri: uri), of: post.id,
            reminderAt: hasPlace && isOurs ? gathering.nextReminder(after: needs.now()) : nil)
        try answerAfar(actor, post.id, uri: uri, in: transaction)
        try transaction.append(
            .gatheringCounted(post.id, sequence: transaction.countAttendance(of: post.id, at: needs.now())))
        return state
    }

    /// Takes back what an actor had; whoever waits first moves up. `post`: of this node; whether the actor sees it does not
    /// matter.
    public static func leave(_ post: Post, _ actor: ActorID, needs: Needs, in transaction: Transaction) throws
    {
        guard var attendance = try transaction.attendance(actor, of: post.id), attendance.state.isIn else {
            return
        }
        attendance.state = .declined
        try transaction.save(attendance, of: post.id, reminderAt: nil)
        try fillPlaces(of: post, needs: needs, in: transaction)
    }

    /// Gives back every place of someone who is gone, or those that they hold at what they do not see any more, and takes
    /// back where they said maybe. Another node's person is taken off the lists of this one; of a person of this node the
    /// organiser's node is told.
    static func leaveAll(
        _ person: ActorID, needs: Needs, in transaction: Transaction,
        where isMeant: (Post) -> Bool = { _ in true }
    ) throws {
        for id in try transaction.gatheringsHeld(by: person, since: needs.now()) {
            guard let post = try transaction.post(id), isMeant(post),
                var attendance = try transaction.attendance(person, of: id)
            else { continue }
            let isHeld = attendance.state.isIn
            if try isHeld && transaction.isLocal(post.author) {
                try leave(post, person, needs: needs, in: transaction)
            } else if try transaction.isLocal(person) {
                attendance.state = .declined
                try transaction.save(attendance, of: id, reminderAt: nil)
                guard isHeld else { continue }
                try transaction.append(.attendanceLeft(person, id, uri: needs.activityURI()))
            }
        }
    }

    /// Gives free places to those who wait, in their order, and counts anew. `post`: of this node.
    public static func fillPlaces(of post: Post, needs: Needs, in transaction: Transaction) throws {
        guard case .gathering(let gathering)? = try transaction.post(post.id)?.body else { return }
        if !gathering.isCancelled, !gathering.isOver(at: needs.now()) {
            let free = try gathering.capacity.map { try max(0, $0 - transaction.countGoing(to: post.id)) }
            for var next in try transaction.attendances(
                to: post.id, in: .waiting, limit: min(free ?? 1000, 1000))
            {
                next.state = .going
                let isOurs = try transaction.isLocal(next.actor)
                try transaction.save(
                    next, of: post.id,
                    reminderAt: isOurs ? gathering.nextReminder(after: needs.now()) : nil)
                if isOurs {
                    try Telling.tell(
                        next.actor, .place, by: post.author, about: post.id, needs: needs, in: transaction)
                }
                try answerAfar(next.actor, post.id, uri: next.uri, in: transaction)
            }
        }
        try transaction.append(
            .gatheringCounted(post.id, sequence: transaction.countAttendance(of: post.id, at: needs.now())))
    }

    /// Takes in what the organiser's node answered to one of our people. `uri`: the `Join` that is answered. Returns whether
    /// it is a wish to come to a gathering at all.
    public static func take(
        _ state: Attendance.State, of uri: ObjectURI, from organiser: ActorID, needs: Needs,
        in transaction: Transaction
    ) throws -> Bool {
        guard let (id, before) = try transaction.attendance(uri) else { return false }
        guard before.state.isIn, try transaction.isLocal(before.actor), let post = try transaction.post(id),
            post.author == organiser, post.deletedAt == nil, case .gathering(let gathering) = post.body,
            before.state != state
        else { return true }
        var attendance = before
        attendance.state = state
        try transaction.save(
            attendance, of: id,
            reminderAt: state == .going ? gathering.nextReminder(after: needs.now()) : nil)
        guard before.state == .waiting, state == .going else { return true }
        try Telling.tell(
            attendance.actor, .place, by: organiser, about: id, needs: needs, in: transaction)
        return true
    }

    /// Reminds those who come, a day before and an hour before; false when nobody is due.
    static func drain(needs: Needs, in transaction: Transaction) throws -> Bool {
        let due = try transaction.dueAttendances(at: needs.now())
        for (id, person) in due {
            guard let post = try transaction.post(id), case .gathering(let gathering) = post.body,
                try transaction.maySee(post, .person(person)), !gathering.isCancelled,
                !gathering.isOver(at: needs.now())
            else {
                try transaction.setReminder(nil, of: id, for: person)
                continue
            }
            try transaction.setReminder(gathering.nextReminder(after: needs.now()), of: id, for: person)
            try transaction.deleteNotifications(
                kind: .gatheringReminder, actor: post.author, person: person, post: id)
            try Telling.tell(
                person, .gatheringReminder, by: post.author, about: id, needs: needs, in: transaction)
        }
        return !due.isEmpty
    }

    /// An actor of another node is told what became of its wish.
    private static func answerAfar(
        _ actor: ActorID, _ post: PostID, uri: ObjectURI, in transaction: Transaction
    ) throws {
        guard try !transaction.isLocal(actor) else { return }
        try transaction.append(.attendanceAnswered(actor, post, uri: uri))
    }
}
