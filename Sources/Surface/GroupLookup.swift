public import Domain
import Social
import Storage

extension Desk {
    /// A group by its handle, as people type it; asked of its own node where it is not known here.
    public func group(named typed: String) async throws -> Actor {
        let words = typed.filter { !$0.isWhitespace }
        let name = words.hasPrefix("@") ? String(words.dropFirst()) : words
        let known = try await needs.store.read { [needs] transaction -> Actor? in
            guard let handle = Handle(name) else { return try transaction.localActor(named: name) }
            return handle.host == needs.addresses.authority
                ? try transaction.localActor(named: handle.name) : try transaction.remoteActor(handle)
        }
        var found = known
        if found == nil, let handle = Handle(name) { found = await find(handle) }
        guard let group = found, group.kind == .group else {
            throw Refusal.invalid(field: "Group", because: "no group is called \(name)")
        }
        return group
    }
}
