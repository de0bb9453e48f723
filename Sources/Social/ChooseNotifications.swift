public import Domain
import Storage

/// Changes what a person is told of, and when.
public struct ChooseNotifications: Sendable {
    let needs: Needs

    public init(needs: Needs) { self.needs = needs }

    /// - Throws: ``Refusal`` when a rule of ``NotificationHabits/check()`` says no.
    public func choose(_ habits: NotificationHabits, by person: ActorID) async throws {
        try habits.check()
        try await needs.store.write { transaction in
            _ = try transaction.actingPerson(person)
            try transaction.save(habits, of: person)
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
            var habits = try transaction.notificationHabits(of: person)
            habits.stopped.insert(kind)
            try transaction.save(habits, of: person)
        }
    }

    /// Ends the daily letters of whoever was sent that word, without a session. The answer is the same whether the word is
    /// anybody's or not.
    public func stopLetters(word: String) async throws {
        try await needs.store.write { transaction in
            guard let person = try transaction.person(stopWord: word) else { return }
            var habits = try transaction.notificationHabits(of: person)
            habits.digestAt = nil
            try transaction.save(habits, of: person)
        }
    }
}
