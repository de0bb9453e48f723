public import Domain
public import Storage

/// Makes, changes and ends lists of people, and puts on them whom their owner follows. Nobody else learns of it.
public struct KeepPeopleList: Sendable {
    let needs: Needs

    public init(needs: Needs) { self.needs = needs }

    /// What is asked of a list; nil leaves a part as it is.
    public struct Wish: Sendable {
        public var title: String?
        public var replies: PeopleList.Replies?
        public var isExclusive: Bool?

        /// `replies`: as interfaces spell it.
        public init(title: String?, replies: String?, isExclusive: Bool?) throws(Refusal) {
            (self.title, self.isExclusive) = (title, isExclusive)
            guard let replies, !replies.isEmpty else { return }
            guard let known = PeopleList.Replies(word: replies) else {
                throw .invalid(field: "Replies policy", because: "is not in the list")
            }
            self.replies = known
        }
    }

    /// - Throws: ``Refusal`` for a title that is none, or for too many lists.
    public func make(_ wish: Wish, by person: ActorID) async throws -> PeopleList {
        var list = PeopleList(id: needs.ids.next(), person: person, title: "")
        list.take(wish)
        try list.check()
        return try await needs.store.write { [list] transaction in
            _ = try transaction.actingPerson(person)
            guard try transaction.peopleLists(of: person).count < PeopleList.limit else {
                throw Refusal.notAllowed(because: "at most \(PeopleList.limit) lists can be kept")
            }
            try transaction.save(list)
            return list
        }
    }

    /// Changes a list. When it begins or ends to keep people apart, the home timeline follows.
    public func change(_ id: PeopleListID, _ wish: Wish, by person: ActorID) async throws -> PeopleList {
        try await needs.store.write { transaction in
            var list = try transaction.ownList(id, of: person)
            let wasExclusive = list.isExclusive
            list.take(wish)
            try list.check()
            try transaction.save(list)
            if list.isExclusive != wasExclusive {
                for member in try transaction.people(on: id, limit: PeopleList.peopleLimit) {
                    try transaction.bringHome(member, of: person)
                }
            }
            return list
        }
    }

    public func delete(_ id: PeopleListID, by person: ActorID) async throws {
        try await needs.store.write { transaction in
            let list = try transaction.ownList(id, of: person)
            let people = try transaction.people(on: id, limit: PeopleList.peopleLimit)
            try transaction.deletePeopleList(id)
            guard list.isExclusive else { return }
            for member in people { try transaction.bringHome(member, of: person) }
        }
    }

    /// Puts people on a list: all of them or none. Whoever is on it stays.
    ///
    /// - Throws: ``Refusal`` for somebody whom the owner does not follow, as for somebody who never was.
    public func add(_ people: [ActorID], to id: PeopleListID, by person: ActorID) async throws {
        try await needs.store.write { transaction in
            let list = try transaction.ownList(id, of: person)
            for member in people {
                guard try transaction.isFollowing(person, member) else { throw Refusal.notFound("Record") }
                try transaction.put(member, on: id)
                if list.isExclusive { try transaction.bringHome(member, of: person) }
            }
            guard try transaction.countPeople(on: id) <= PeopleList.peopleLimit else {
                throw Refusal.notAllowed(because: "at most \(PeopleList.peopleLimit) people stand on a list")
            }
        }
    }

    /// Takes people off a list; whoever is not on it is no matter.
    public func drop(_ people: [ActorID], from id: PeopleListID, by person: ActorID) async throws {
        try await needs.store.write { transaction in
            let list = try transaction.ownList(id, of: person)
            for member in people {
                try transaction.take(member, off: id)
                if list.isExclusive { try transaction.bringHome(member, of: person) }
            }
        }
    }
}

extension Transaction {
    /// A person's own list; another's is as if it were not.
    ///
    /// - Throws: ``Refusal/notFound(_:)``.
    public func ownList(_ id: PeopleListID, of person: ActorID) throws -> PeopleList {
        guard let list = try peopleList(id, of: person) else { throw Refusal.notFound("Record") }
        return list
    }

    /// Has somebody's posts stand in a person's home timeline, or not, as their lists want it now.
    fileprivate func bringHome(_ member: ActorID, of person: ActorID) throws {
        guard try isFollowing(person, member) else { return }
        if try keepersApart(of: member).contains(person) {
            try clearHome(of: person, from: member)
        } else {
            try fillHome(of: person, from: member)
        }
    }
}

extension PeopleList {
    fileprivate mutating func take(_ wish: KeepPeopleList.Wish) {
        title = wish.title ?? title
        replies = wish.replies ?? replies
        isExclusive = wish.isExclusive ?? isExclusive
    }
}
