/// Indexes of lists that many pass over: what is public among what is not, what is from here among what came from
/// elsewhere, and what is more than a note.
enum Schema21 {
    static let statements = [
        """
        CREATE INDEX post_public ON post (id) WHERE audience = 6 AND announced IS NULL AND deleted_at IS NULL
        """,
        """
        CREATE INDEX post_public_here ON post (id)
        WHERE audience = 6 AND is_local = 1 AND announced IS NULL AND deleted_at IS NULL
        """,
        """
        CREATE INDEX post_here ON post (id)
        WHERE is_local = 1 AND audience >= 4 AND announced IS NULL AND deleted_at IS NULL
        """,
        "CREATE INDEX actor_node ON actor (host) WHERE kind = 2",
        "CREATE INDEX post_kind ON post (body, id) WHERE body <> 0 AND deleted_at IS NULL",
    ]
}
