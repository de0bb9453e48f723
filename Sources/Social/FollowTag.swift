public import Domain
import Storage

/// Follows a hashtag, or ends that: posts with it that the person may see appear at home. Nobody else learns of it.
public struct FollowTag: Sendable {
    /// Hashtags that one person may follow.
    private static let limit = 1000
    let needs: Needs

    public init(needs: Needs) { self.needs = needs }

    /// - Returns: the hashtag as it is written in lists.
    public func follow(_ tag: String, by person: ActorID) async throws -> String {
        let tag = try Self.check(tag)
        try await needs.store.write { [needs] transaction in
            _ = try transaction.actingPerson(person)
            guard try transaction.followedTags(of: person, Page(limit: Self.limit)).count < Self.limit else {
                throw Refusal.notAllowed(because: "at most \(Self.limit) hashtags can be followed")
            }
            try transaction.followTag(tag, by: person, id: needs.ids.next())
        }
        return tag
    }

    public func unfollow(_ tag: String, by person: ActorID) async throws -> String {
        let tag = try Self.check(tag)
        try await needs.store.write { try $0.unfollowTag(tag, by: person) }
        return tag
    }

    /// A hashtag in the form in which posts keep it.
    public static func check(_ text: String) throws(Refusal) -> String {
        let tag = text.drop { $0 == "#" }.lowercased()
        guard (1...200).contains(tag.utf8.count),
            tag.allSatisfy({ $0.isLetter || $0.isNumber || $0 == "_" })
        else { throw .notFound("Record") }
        return tag
    }
}
