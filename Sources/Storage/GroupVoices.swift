public import Domain

/// Who looks after groups of other nodes, as those say of what they pass on. No right follows from it: by it alone, members
/// here who chose highlights are told.
extension Transaction {
    public func setVoice(_ isVoice: Bool, of person: ActorID, in group: ActorID) throws {
        let statement =
            isVoice
            ? "INSERT INTO group_voice (in_group, person) VALUES ($1, $2) ON CONFLICT DO NOTHING"
            : "DELETE FROM group_voice WHERE in_group = $1 AND person = $2"
        try run(statement, [.id(group), .id(person)])
    }

    public func isVoice(_ person: ActorID, of group: ActorID) throws -> Bool {
        try exists(
            "SELECT 1 FROM group_voice WHERE in_group = $1 AND person = $2", [.id(group), .id(person)])
    }
}
