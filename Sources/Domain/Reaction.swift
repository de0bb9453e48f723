public import FoundationEssentials

/// An emoji that somebody gave a post, beside the like (Spec/features/reaction.md).
public struct Reaction: Sendable, Equatable {
    /// What a node offers unless its settings say otherwise.
    public static let usual = ["👍", "❤️", "🎉", "💡", "😂"]
    /// Kinds that one actor may give one post.
    public static let limit = 10

    public var actor: ActorID
    public var post: PostID
    /// One emoji, without the mark that asks for a coloured picture: with it and without it is the same.
    public var emoji: String
    public var uri: ObjectURI
    public var createdAt: Date

    public init(actor: ActorID, post: PostID, emoji: String, uri: ObjectURI, createdAt: Date) {
        self.actor = actor
        self.post = post
        self.emoji = Self.plain(emoji)
        self.uri = uri
        self.createdAt = createdAt
    }

    /// How many gave a post one emoji.
    public struct Tally: Sendable, Equatable {
        public var emoji: String
        public var count: Int
        /// Whether the reader is one of them.
        public var isMine: Bool

        public init(emoji: String, count: Int, isMine: Bool) {
            self.emoji = emoji
            self.count = count
            self.isMine = isMine
        }
    }

    /// Whether a text is one emoji: a single character that is shown as a picture.
    public static func isEmoji(_ text: String) -> Bool {
        guard text.count == 1, text.unicodeScalars.count <= 16, let first = text.unicodeScalars.first else {
            return false
        }
        return first.properties.isEmoji && (first.value > 0x203B || text.unicodeScalars.count > 1)
    }

    /// An emoji as it is compared and kept.
    public static func plain(_ emoji: String) -> String {
        String(String.UnicodeScalarView(emoji.unicodeScalars.filter { $0 != "\u{FE0F}" }))
    }

    /// An emoji as it is shown: as the node's set spells it.
    public static func shown(_ emoji: String, in set: [String]) -> String {
        set.first { plain($0) == emoji } ?? emoji
    }

    /// Whether people of a node may give this emoji.
    public static func check(_ emoji: String, in set: [String]) throws(Refusal) {
        guard set.contains(where: { plain($0) == plain(emoji) }) else {
            throw .invalid(field: "Emoji", because: "is not one of \(set.joined(separator: " "))")
        }
    }
}
