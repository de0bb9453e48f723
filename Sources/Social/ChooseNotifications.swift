public import Domain
import Storage

/// Changes what a person is told of, and when.
public struct ChooseNotifications: Sendable {
    let needs: Needs

    public init(needs: Needs) { self.needs = needs }

    /// - Throws: ``Refusal`` when a rule of ``NotificationHabits/check()`` says no.
    public func choose(_ habits: NotificationHabits, by person: ActorID) async throws {
        try habits.check()
        try await needs.store.write { [needs] transaction in
            _ = try transaction.actingPerson(person)
            let known = try transaction.notificationHabits(of: person)
            var chosen = habits
            // An hour of today that is over when it is chosen brings no letter before tomorrow.
            let isSame = (habits.zone, habits.digestAt) == (known.zone, known.digestAt)
            chosen.digestSince = isSame ? known.digestSince : needs.now()
            try transaction.save(chosen, of: person)
        }
    }

    /// Chooses how much of a group one is told of; for its members.
    public func choose(_ level: NotificationLevel, in group: ActorID, by person: ActorID) async throws {
        try await needs.store.write { transaction in
            _ = try transaction.actingPerson(person)
            _ = try transaction.knownGroup(group, to: .person(person))
            guard try transaction.isMember(person, of: group) else {
                throw Refusal.notAllowed(because: "Only members are told of what is written in this group")
            }
            try transaction.save(level, of: person, in: group)
        }
    }

    /// Stops one kind, as a notification offers.
    public func stop(_ kind: Notification.Kind, by person: ActorID) async throws {
        try await needs.store.write { transaction in
            _ = try transaction.actingPerson(person)
            try Self.change(person, in: transaction) { $0.stopped.insert(kind) }
        }
    }

    /// Ends the daily letters of whoever was sent that word, without a session. The answer is the same whether the word is
    /// anybody's or not.
    public func stopLetters(word: String) async throws {
        try await change(word: word) { $0.digestAt = nil }
    }

    /// Stops one kind for whoever was sent that word, as each part of a letter offers.
    public func stop(_ kind: Notification.Kind, word: String) async throws {
        try await change(word: word) { $0.stopped.insert(kind) }
    }

    private func change(word: String, _ change: @escaping @Sendable (inout NotificationHabits) -> Void)
        async throws
    {
        try await needs.store.write { transaction in
            guard let person = try transaction.person(stopWord: word) else { return }
            try Self.change(person, in: transaction, change)
        }
    }

    private static func change(
        _ person: ActorID, in transaction: Transaction, _ change: (inout NotificationHabits) -> Void
    ) throws {
        var habits = try transaction.notificationHabits(of: person)
        change(&habits)
        try transaction.save(habits, of: person)
    }
}
