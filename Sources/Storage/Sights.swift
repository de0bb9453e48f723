public import Domain

/// The SQL that is generated from the audience's rule, and the facts that the rule judges when it stands alone.
extension Transaction {
    /// Whether a viewer may see a post, by `Audience/admits(_:)`.
    ///
    /// A post that passes another on is seen by those who may see both.
    public func maySee(_ post: Post, _ viewer: Viewer) throws -> Bool {
        guard post.deletedAt == nil,
            try post.audience.admits(StoredSight(post: post, viewer: viewer, transaction: self))
        else { return false }
        guard let announced = post.body.announced else { return true }
        guard let original = try self.post(announced) else { return false }
        return try maySee(original, viewer)
    }

    /// A condition on `post p` that holds for the posts a viewer may see: the same rule, in SQL. `viewer`:
    /// the viewer; where it has an id, that id must be bound as `$\(place)`. `place`: the number of that
    /// placeholder.
    static func seenBy(_ viewer: Viewer, place: Int) -> String {
        var always: [String] = []
        var others: [String] = []
        for condition in Audience.Condition.allCases {
            let isSuch = "p.audience = \(condition.rawValue)"
            switch requirement(of: condition, viewer, place: place) {
            case .nothing: always.append(isSuch)
            case .that(let sql): others.append("(\(isSuch) AND \(sql))")
            case .impossible: break
            }
        }
        // What the row itself tells comes first, as most posts are for everyone. Nobody sees one kind alone, and it is said
        // by itself, so that an index of that kind fits.
        let ways = (always + others).joined(separator: " OR ")
        guard viewer.actor != nil else { return ways.isEmpty ? "1 = 0" : "(\(ways))" }
        return """
            (p.author = $\(place) OR (
                NOT EXISTS (SELECT 1 FROM block b WHERE b.actor = p.author AND b.target = $\(place))
                AND (\(ways)
                    OR EXISTS (SELECT 1 FROM recipient r WHERE r.post = p.id AND r.actor = $\(place)))))
            """
    }

    /// What must hold besides a post's having an audience.
    private enum Requirement {
        case nothing
        case impossible
        case that(String)
    }

    /// What a condition asks of a post, for one viewer.
    private static func requirement(
        of condition: Audience.Condition, _ viewer: Viewer, place: Int
    ) -> Requirement {
        let isPerson = if case .person = viewer { true } else { false }
        switch condition {
        case .recipient: return .impossible
        case .follower:
            guard viewer.actor != nil else { return .impossible }
            return .that(
                """
                EXISTS (SELECT 1 FROM follow f
                    WHERE f.follower = $\(place) AND f.followee = p.author AND f.state = 1)
                """)
        case .groupMember:
            guard viewer.actor != nil else { return .impossible }
            return .that(
                """
                (p.audience_actor = $\(place) OR EXISTS (SELECT 1 FROM membership g
                    WHERE g.person = $\(place) AND g.in_group = p.audience_actor AND g.state = 2))
                """)
        case .unitMember:
            // A unit is of one node, and only that node's word for who is in it counts.
            guard isPerson else { return .impossible }
            return .that(
                """
                EXISTS (SELECT 1 FROM actor u JOIN actor n ON n.id = p.author
                    WHERE u.id = $\(place) AND u.department = p.audience_unit AND n.host IS NULL)
                """)
        case .sameNode:
            guard !isPerson else {
                return .that("EXISTS (SELECT 1 FROM actor n WHERE n.id = p.author AND n.host IS NULL)")
            }
            guard viewer.actor != nil else { return .impossible }
            return .that(
                """
                EXISTS (SELECT 1 FROM actor n JOIN actor v ON v.host = n.host
                    WHERE n.id = p.author AND v.id = $\(place))
                """)
        case .organisationMember: return viewer.isOfOrganisation ? .nothing : .impossible
        case .always: return .nothing
        }
    }
}

/// How a viewer stands to a post, by what is stored.
private struct StoredSight: SightFacts {
    let post: Post
    let viewer: Viewer
    let transaction: Transaction

    var isAuthor: Bool { viewer.actor == post.author }

    var isOfOrganisation: Bool { viewer.isOfOrganisation }

    var isBlocked: Bool {
        get throws { try ask { try transaction.isBlocked($0, by: post.author) } }
    }

    var isRecipient: Bool {
        get throws {
            try ask { actor in
                try transaction.exists(
                    "SELECT 1 FROM recipient WHERE post = $1 AND actor = $2", [.id(post.id), .id(actor)])
            }
        }
    }

    var followsAuthor: Bool {
        get throws { try ask { try transaction.isFollowing($0, post.author) } }
    }

    var isInGroup: Bool {
        get throws {
            guard case .group(let group) = post.audience else { return false }
            return try ask { try $0 == group || transaction.isMember($0, of: group) }
        }
    }

    var isInUnit: Bool {
        get throws {
            guard case .unit(let unit) = post.audience, case .person = viewer, try isOnAuthorsNode else {
                return false
            }
            return try ask { actor in
                try transaction.exists(
                    "SELECT 1 FROM actor WHERE id = $1 AND department = $2", [.id(actor), .text(unit)])
            }
        }
    }

    var isOnAuthorsNode: Bool {
        get throws {
            let host = try transaction.first("SELECT host FROM actor WHERE id = $1", [.id(post.author)]) {
                $0.optionalText(0)
            }
            return switch viewer {
            case .person: host == .some(nil)
            case .remote(_, let authority, _): host == .some(authority)
            // A node that asks for nobody in particular is none of its people.
            case .nobody, .node: false
            }
        }
    }

    /// What is true of nobody in particular is true of no one.
    private func ask(_ question: (ActorID) throws -> Bool) throws -> Bool {
        guard let actor = viewer.actor else { return false }
        return try question(actor)
    }
}
