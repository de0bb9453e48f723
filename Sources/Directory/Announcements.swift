import Domain
import FoundationEssentials
import JSON
import Logging
import Storage

/// Tells the directory of this node's people, by the same log of events that feeds everything else.
struct Announcements {
    let membership: Membership
    let entity: String

    func run() async throws {
        let store = membership.store
        while !Task.isCancelled {
            let (position, events) = try await store.read { transaction in
                let position = try transaction.cursor(Membership.cursor)
                return (position, try transaction.events(after: position))
            }
            var told: Set<ActorID> = []
            if position == 0 {
                // The first time, everyone who is here: the log may not reach back to when they came.
                for actor in try await store.read({ try $0.localActors() })
                where told.insert(actor.id).inserted {
                    try await tell(actor.id)
                }
            }
            guard let last = events.last else { return }
            for logged in events {
                switch logged.event {
                case .profileChanged(let actor), .actorGone(let actor):
                    if told.insert(actor).inserted { try await tell(actor) }
                case .published, .honoursChanged, .edited, .deleted, .liked, .unliked, .followAsked,
                    .followAccepted,
                    .followRejected,
                    .unfollowed, .blocked, .unblocked, .reported, .notified, .recognitionHidden, .settled,
                    .counted, .relayed, .announcementCounted, .announcementAcknowledged,
                    .announcementReminded, .attendanceAsked, .attendanceLeft, .attendanceAnswered,
                    .gatheringCounted, .challengeReported, .joinAsked, .joinAnswered, .groupLeft, .affiliated,
                    .moderated,
                    .carried, .groupPost, .voted, .pollCounted, .tallied, .pollClosed, .surveyClosed,
                    .surveyTold, .quoteAsked, .quoteAllowed, .quoteRefused, .quoteSettled, .quoteWithdrawn,
                    .groupChangeAsked, .groupMoveAsked, .groupMoveOffered, .groupMoveAnswered, .groupMoved,
                    .groupPostRepeated:
                    continue
                }
            }
            try await store.write { try $0.setCursor(Membership.cursor, to: last.position) }
        }
    }

    private func tell(_ id: ActorID) async throws {
        let found = try await membership.store.read { transaction -> (Actor, Handle?)? in
            guard let actor = try transaction.actor(id), actor.isLocal, actor.kind == .person else {
                return nil
            }
            return (actor, try transaction.registeredHandle(of: actor.uri))
        }
        guard let (actor, handle) = found else { return }
        // Whoever is suspended here is so here alone, and may come back; a departure is for good.
        guard actor.state != .suspended else { return }
        guard actor.state == .active else {
            guard let handle else { return }
            try await submit(
                RegisterEntry.departure(of: handle, actor: actor.uri), log: RegisterEntry.organisation)
            return
        }
        // Somebody in another office may have the name; then the office is part of the handle.
        let label = membership.addresses.base.host.prefix { $0 != "." }
        for name in handle.map({ [$0.name] }) ?? [actor.name, "\(actor.name).\(label)"]
        where try await announce(actor, as: name) {
            return
        }
        membership.logger.warning("no handle in the organisation was free", metadata: ["person": "\(id)"])
    }

    private func announce(_ actor: Actor, as name: String) async throws -> Bool {
        guard let handle = Handle(name: name, host: try await domain()) else { return false }
        func record(_ reach: WorkProfile.Reach) async throws -> JSONValue {
            try await membership.seal.sign(
                PersonRecord.document(for: actor, handle: handle, reach: reach, now: membership.now()))
        }
        guard try await submit(record(.organisation), log: RegisterEntry.organisation) else { return false }
        let log = RegisterEntry.log(entity: entity)
        var isForEntity = actor.work.contacts.contains { $0.reach == .entity }
        if !isForEntity { isForEntity = try await wasForEntity(actor, log: log) }
        if isForEntity { try await submit(record(.entity), log: log) }
        return true
    }

    /// Whether the entity was last told of contacts that others are not: it must hear that they are no more.
    private func wasForEntity(_ actor: Actor, log: String) async throws -> Bool {
        let entries = try await membership.store.read {
            try $0.registerEntries(containing: "\"\(actor.uri)\"", in: log)
        }
        guard let last = entries.last else { return false }
        let contacts = try JSONParser.parse(last.document)["record"]?["contacts"] ?? .null
        return contacts.list.contains { $0["reach"]?.string == WorkProfile.Reach.entity.rawValue }
    }

    /// - Returns: false when the directory says no for good.
    @discardableResult
    private func submit(_ record: JSONValue, log: String) async throws -> Bool {
        let (code, answer, _) = try await membership.ask(
            "POST", membership.directory.sibling("/register"), ["log": .string(log), "record": record])
        switch code {
        case 200..<300: return true
        case 400..<500 where code != 429:
            membership.logger.notice(
                "the directory did not take a record",
                metadata: ["answer": "\(code)", "reason": "\(Membership.word("error", of: answer))"])
            return false
        default: throw Refusal.unavailable(because: "the directory answered \(code)")
        }
    }

    private func domain() async throws -> String {
        if let known = try await membership.store.read({ try $0.nodeState("organisation domain") }) {
            return String(decoding: known, as: UTF8.self)
        }
        let (code, answer, _) = try await membership.ask(
            "GET", membership.directory.sibling("/organisation"), nil)
        guard code == 200, let domain = answer["domain"]?.string else {
            throw Refusal.unavailable(because: "the directory answered \(code)")
        }
        try await membership.store.write {
            try $0.setNodeState("organisation domain", to: Array(domain.utf8))
        }
        return domain
    }
}
