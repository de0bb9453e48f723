public import Domain

extension Transaction {
    /// The followers of an actor of this node that live on one other node, by name; also those who are suspended, or
    /// their follows would be thought ended.
    public func followers(of actor: ActorID, on authority: String) throws -> [ObjectURI] {
        try all(
            """
            SELECT a.uri FROM follow f JOIN actor a ON a.id = f.follower
            WHERE f.followee = $1 AND f.state = 1 AND a.host = $2 ORDER BY a.uri
            """,
            [.id(actor), .text(authority)]
        ) { try $0.uri(0) }
    }

    /// The people of this node who follow an actor of another, by name.
    public func ownFollowers(of actor: ActorID) throws -> [(person: ActorID, uri: ObjectURI)] {
        try all(
            """
            SELECT a.id, a.uri FROM follow f JOIN actor a ON a.id = f.follower
            WHERE f.followee = $1 AND f.state = 1 AND a.host IS NULL ORDER BY a.uri
            """,
            [.id(actor)]
        ) { ($0.id(0), try $0.uri(1)) }
    }
}
