import Domain
import Markup
import Storage

/// The people that a text names, looked up before it becomes HTML.
struct NamedPeople: Sendable {
    /// By what was typed, in lower case.
    let people: [String: Actor]
    let text: WrittenText

    /// `find`: asks the node of a handle that is not known here; nil where nobody answers.
    static func look(
        in text: String, needs: Needs, find: @Sendable (Handle) async -> Actor?
    ) async throws -> NamedPeople {
        let written = WrittenText(text)
        var people: [String: Actor] = [:]
        for typed in Set(written.mentions.map { $0.lowercased() }).prefix(50) {
            let known = try await needs.store.read { transaction -> Actor? in
                let found: Actor? =
                    if let handle = Handle(typed) {
                        handle.host == needs.addresses.authority
                            ? try transaction.localActor(named: handle.name)
                            : try transaction.actor(organisationHandle: handle)
                                ?? transaction.remoteActor(handle)
                    } else {
                        try transaction.localActor(named: typed)
                    }
                // Naming a secret group would tell everybody who reads of it.
                return try found.flatMap { try transaction.mayKnow($0.id, .nobody) ? $0 : nil }
            }
            if let known {
                people[typed] = known
            } else if let handle = Handle(typed), let found = await find(handle) {
                people[typed] = found
            }
        }
        return NamedPeople(
            people: people.filter { $0.value.state == .active },
            text: written)
    }

    func html(_ addresses: Addresses) -> String {
        text.html(
            mention: { typed in people[typed.lowercased()].map { ($0.url, $0.name) } },
            tag: { addresses.page(hashtag: $0) }
        )
    }

    /// Everyone named, each once, in the order of their ids.
    func mentions(_ addresses: Addresses) -> [Mention] {
        var seen: Set<ActorID> = []
        return people.values.sorted { $0.id < $1.id }.filter { seen.insert($0.id).inserted }.map { actor in
            Mention(
                actor: actor.id, uri: actor.uri, handle: "\(actor.name)@\(actor.host ?? addresses.authority)",
                url: actor.url
            )
        }
    }
}
