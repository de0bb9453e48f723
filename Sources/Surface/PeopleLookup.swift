public import Domain
import Social
import Storage

extension Desk {
    /// Whom a handle names, as people type it: known here, at work, and of whom the viewer may know.
    public func known(_ typed: String, to viewer: Viewer) async throws -> Actor? {
        let name = typed.hasPrefix("@") ? String(typed.dropFirst()) : typed
        return try await needs.store.read { [needs] transaction in
            let found: Actor? =
                if let handle = Handle(name), handle.host != needs.addresses.authority {
                    try transaction.actor(organisationHandle: handle) ?? transaction.remoteActor(handle)
                } else {
                    try transaction.localActor(named: Handle(name)?.name ?? name)
                }
            return try found.flatMap {
                try $0.state == .active && transaction.mayKnow($0.id, viewer) ? $0 : nil
            }
        }
    }

    /// Those whom a person named by handles, each once; asked of their own nodes where they are not known here. One more than
    /// `limit` is enough for a refusal: no more are looked for. `takesIDs`: whether a number is the id of an account, as apps
    /// send it, and not a name. Throws ``Refusal/invalid(field:because:)`` when one of them is nobody, or nobody the person
    /// may know of.
    public func recipients(
        named words: [String], limit: Int, by person: ActorID, takesIDs: Bool = false
    ) async throws -> [ActorID] {
        var found: [ActorID] = []
        var read: Set<String> = []
        for word in words.prefix(100) where read.insert(word).inserted {
            guard found.count <= limit else { break }
            guard let id = try await recipient(word, for: .person(person), takesIDs: takesIDs) else {
                let name = word.hasPrefix("@") ? String(word.dropFirst()) : word
                throw Refusal.invalid(field: "Recipient", because: "\(name.shortened(to: 200)) was not found")
            }
            if !found.contains(id) { found.append(id) }
        }
        return found
    }

    private func recipient(_ word: String, for viewer: Viewer, takesIDs: Bool) async throws -> ActorID? {
        if takesIDs, let id = ActorID(decimal: word) { return id }
        if let known = try await known(word, to: viewer) { return known.id }
        let name = word.hasPrefix("@") ? String(word.dropFirst()) : word
        guard let handle = Handle(name), let asked = await find(handle) else { return nil }
        return try await needs.store.read { try $0.mayKnow(asked.id, viewer) ? asked.id : nil }
    }
}
