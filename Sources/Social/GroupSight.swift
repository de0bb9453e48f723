public import Domain
public import Storage

/// What a person may know of groups, and of who is in them (Spec/features/group.md §1, §2).
extension Transaction {
    /// A group that the viewer may know of, with its actor.
    ///
    /// - Throws: ``Refusal`` where there is none for the viewer, or where it has moved.
    public func knownGroup(_ id: ActorID, to viewer: Viewer) throws -> (Actor, Group) {
        guard let actor = try actor(id), actor.state == .active, let group = try group(id),
            try mayKnow(id, viewer)
        else { throw Refusal.notFound("Record") }
        guard actor.movedTo == nil else { throw MoveGroup.moved(actor) }
        return (actor, group)
    }

    /// Who stands to a group in one way, as far as a person may know: members know members, everybody those of an open group;
    /// who waits, was invited or is banned is for those who decide.
    public func roster(
        of id: ActorID, state: Membership.State, for person: ActorID, after: ActorID? = nil, limit: Int = 40
    ) throws -> [Membership] {
        let (_, group) = try knownGroup(id, to: .person(person))
        let own = try membership(of: person, in: id)
        let mayKnow =
            state == .member ? group.kind == .open || own?.state == .member : own?.moderates == true
        guard mayKnow else { return [] }
        return try memberships(in: id, state: state, after: after, limit: limit)
    }
}
