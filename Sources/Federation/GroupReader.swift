import ActivityStreams
import Domain
import FoundationEssentials
import JSON
import Logging
public import ServiceLifecycle
public import Social
import Storage

/// Reads in the background what was written in groups of other nodes before this one had a member, and everything of a
/// group that moves here: page by page, going on where it stopped.
public final class GroupReader: Service {
    private static let lane = "group reading"
    /// Times that a page is tried: for somewhat more than two days.
    private static let attempts = 16
    /// Times that one author whose node does not answer, and whose key is not known, holds a page up: somewhat over two hours.
    private static let patience = 12
    /// People of a roster, and pages of it, that are read.
    private static let mostPeople = 20_000
    private static let mostRosterPages = 1000
    private let world: World
    private let threads: Threads
    private let bell: Bell
    private let done: @Sendable () -> Void

    /// `done`: called when there is something to tell.
    public init(world: World, threads: Threads, bell: Bell, done: @escaping @Sendable () -> Void) {
        self.world = world
        self.threads = threads
        self.bell = bell
        self.done = done
    }

    public func run() async throws {
        await cancelWhenGracefulShutdown { [self] in
            while !Task.isCancelled {
                do {
                    while try await world.needs.store.claim(Self.lane), try await step() { done() }
                } catch {
                    world.logger.error("groups were not read", metadata: ["fault": "\(error)"])
                }
                await bell.wait(upTo: .seconds(5))
            }
        }
    }

    /// Reads one page; false when none is due.
    public func step() async throws -> Bool {
        let now = world.needs.now()
        let found = try await world.needs.store.read { transaction -> (GroupReading, Actor, GroupMove?)? in
            guard let reading = try transaction.dueGroupReading(at: now),
                let group = try transaction.actor(reading.group)
            else { return nil }
            return (reading, group, try transaction.groupMove(from: group.uri))
        }
        guard let (reading, group, known) = found else { return false }
        let move = known.flatMap { [.reading, .arriving].contains($0.state) ? $0 : nil }
        do {
            guard let next = try await readPage(reading, of: group, move) else {
                try await finish(reading, of: group, move)
                return true
            }
            var further = GroupReading(group: group.id, page: next, nextAt: now)
            further.pages = reading.pages + 1
            try await save(further)
        } catch is CancellationError {
            return false
        } catch let fault as ExchangeFault where fault.isForGood && move == nil {
            var ended = reading
            ended.isDone = true
            try await save(ended)
        } catch {
            try await postpone(reading, group, because: error)
        }
        return true
    }

    private func save(_ reading: GroupReading) async throws {
        try await world.needs.store.write { try $0.save(reading) }
    }

    private func postpone(_ reading: GroupReading, _ group: Actor, because error: any Error) async throws {
        world.logger.debug("a group could not be read", metadata: ["because": "\(error)"])
        var later = reading
        later.attempts += 1
        later.nextAt = world.needs.now() + Double(min(1 << later.attempts, 6 * 3600))
        later.isDone = later.attempts >= Self.attempts
        try await world.needs.store.write { [needs = world.needs, later] transaction in
            try transaction.save(later)
            if later.isDone { try MoveGroup.giveUp(group, needs: needs, in: transaction) }
        }
    }

    // MARK: What was written

    /// Gives what stands on a page its effect; returns the page after it.
    private func readPage(_ reading: GroupReading, of group: Actor, _ move: GroupMove?) async throws
        -> ObjectURI?
    {
        guard reading.pages < GroupReading.mostPages else { throw ExchangeFault.unusable("too many pages") }
        var page = try await Fetch(world: world).object(reading.page, strict: false)
        if let first = page.uri("first").flatMap({ ObjectURI($0) }), first.origin == group.uri.origin {
            page = try await Fetch(world: world).object(first, strict: false)
        }
        for item in page.objects("orderedItems").prefix(2 * Documents.historyPage) {
            do {
                try await take(item, of: group, keeps: move != nil)
            } catch let fault as ExchangeFault where !fault.isForGood && reading.attempts < Self.patience {
                throw fault
            } catch let error where !(error is CancellationError) && !(error is StorageError) {
                world.logger.debug("an earlier activity was left out", metadata: ["because": "\(error)"])
            }
        }
        return page.uri("next").flatMap { ObjectURI($0) }.flatMap {
            $0.origin == group.uri.origin && $0 != reading.page ? $0 : nil
        }
    }

    /// `keeps`: whether it is kept as it came, to be told to others by the group once it is of this node.
    private func take(_ item: ASObject, of group: Actor, keeps: Bool) async throws {
        guard ["Create", "Update"].contains(item.type) else { return }
        let effect = try await Carried(world: world, threads: threads)
            .prepare(item, by: group, at: world.needs.now(), isNews: false)
        try await world.needs.store.write { [needs = world.needs] transaction in
            try effect(transaction)
            guard keeps else { return }
            try Carried.keep(item, needs: needs, in: transaction)
        }
    }

    // MARK: When all was read

    private func finish(_ reading: GroupReading, of group: Actor, _ move: GroupMove?) async throws {
        var ended = reading
        (ended.isDone, ended.attempts) = (true, 0)
        guard move != nil else {
            return try await world.needs.store.write { [ended] transaction in
                try transaction.save(ended)
                for person in try transaction.localMembers(of: group.id) {
                    try transaction.fillHome(of: person, fromGroup: group.id)
                }
            }
        }
        let (roster, pins) = try await roster(of: group)
        let fresh = try await RemoteActors(world: world).refresh(group.uri)
        try await world.needs.store.write { [needs = world.needs, ended] transaction in
            guard let settings = try transaction.group(fresh.id) else {
                throw ExchangeFault.unusable("the group does not say how it is run")
            }
            try transaction.save(ended)
            try MoveGroup.takeOver(
                fresh, settings, roster: roster, pins: pins, needs: needs, in: transaction)
        }
    }

    /// Who is in a group that moves here, and what it pinned.
    private func roster(of group: Actor) async throws -> ([Membership], [ObjectURI]) {
        guard let front = ObjectURI("\(group.uri)/roster") else { throw ExchangeFault.unusable("roster") }
        let fetch = Fetch(world: world)
        let document = try await fetch.object(front, strict: false)
        let pins = (document.json["hallway:pinned"] ?? .null).list.prefix(40)
            .compactMap { $0.string.flatMap { ObjectURI($0) } }
        var next = document.uri("first").flatMap { ObjectURI($0) }
        var seen: Set<ObjectURI> = []
        var roster: [Membership] = []
        while let uri = next, uri.origin == group.uri.origin, seen.insert(uri).inserted {
            let page = try await fetch.object(uri, strict: false)
            for item in page.objects("orderedItems").prefix(2 * Documents.rosterPage) {
                if let membership = try await membership(item, of: group) {
                    roster.append(membership)
                }
            }
            guard roster.count <= Self.mostPeople, seen.count < Self.mostRosterPages else {
                throw ExchangeFault.unusable("too many people")
            }
            next = page.uri("next").flatMap { ObjectURI($0) }
        }
        guard roster.filter({ $0.state == .member && $0.role == .owner }).count == 1 else {
            throw ExchangeFault.unusable("a roster without one owner")
        }
        return (roster, pins)
    }

    private func membership(_ item: ASObject, of group: Actor) async throws -> Membership? {
        guard let told = GroupWire.membership(item, at: world.needs.now()),
            let person = try await person(told.person, item), person.kind == .person
        else { return nil }
        var membership = Membership(
            group: group.id, person: person.id, role: told.role, state: told.state, uri: told.uri,
            createdAt: told.createdAt)
        membership.isAutomatic = told.isAutomatic
        return membership
    }

    /// Whoever it is by their own document; where their node does not answer, by what the roster says, until it does.
    private func person(_ uri: ObjectURI, _ item: ASObject) async throws -> Actor? {
        guard !world.needs.addresses.isOwn(uri) else {
            return try await world.needs.store.read { try $0.actor(uri) }
        }
        do {
            return try await RemoteActors(world: world).actor(uri)
        } catch let fault as ExchangeFault {
            guard !fault.isForGood, let object = item.objects("object").first, object.id == uri.string else {
                return nil
            }
            var told = try ActorIn(world: world).read(object).actor
            told.fetchedAt = nil
            return try await world.needs.store.write { [told] transaction in
                try transaction.save(told)
                return try transaction.actor(uri)
            }
        }
    }
}

extension ExchangeFault {
    /// Whether asking again would bring the same.
    fileprivate var isForGood: Bool {
        switch self {
        case .forbidden, .tooLarge, .unusable: true
        case .answered(let code): (400..<500).contains(code) && code != 408 && code != 429
        case .unreachable, .tooSlow: false
        }
    }
}
