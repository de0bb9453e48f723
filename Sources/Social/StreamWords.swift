import Domain
import Storage

/// How one process tells others on the same database what their open streams should hear: `post 12 to p7 p9 #tea`.
enum StreamWords {
    /// Bytes of one word (``Transaction/tell(_:)`` takes 1,000).
    private static let limit = 900

    /// As many words as the channels need; each channel is in one of them.
    static func write(_ news: StreamHub.News, to channels: Set<StreamHub.Channel>) -> [String] {
        let head = "\(name(news)) to"
        var words: [String] = []
        var word = head
        for text in channels.map(name) where text.utf8.count < limit / 2 {
            if word.utf8.count + text.utf8.count + 1 > limit {
                words.append(word)
                word = head
            }
            word += " \(text)"
        }
        return word == head ? words : words + [word]
    }

    /// What another process told; nil for words about other things.
    static func read(_ word: String) -> (StreamHub.News, Set<StreamHub.Channel>)? {
        let parts = word.split(separator: " ")
        guard parts.count > 3, parts[2] == "to", let raw = Int64(parts[1]) else { return nil }
        let news: StreamHub.News
        switch parts[0] {
        case "post": news = .post(PostID(raw))
        case "edited": news = .edited(PostID(raw))
        case "deleted": news = .deleted(PostID(raw))
        case "withdrawn": news = .withdrawn(PostID(raw))
        case "notification": news = .notification(NotificationID(raw))
        case "over": news = .over
        default: return nil
        }
        return (news, Set(parts.dropFirst(3).compactMap(channel)))
    }

    private static func name(_ news: StreamHub.News) -> String {
        switch news {
        case .post(let id): "post \(id)"
        case .edited(let id): "edited \(id)"
        case .deleted(let id): "deleted \(id)"
        case .withdrawn(let id): "withdrawn \(id)"
        case .notification(let id): "notification \(id)"
        case .over: "over 0"
        }
    }

    private static func name(_ channel: StreamHub.Channel) -> String {
        switch channel {
        case .person(let id): "p\(id)"
        case .everyone: "e"
        case .everyoneHere: "h"
        case .hashtag(let tag): "#\(tag)"
        case .list(let id): "l\(id)"
        }
    }

    private static func channel(_ text: Substring) -> StreamHub.Channel? {
        if text == "e" { return .everyone }
        if text == "h" { return .everyoneHere }
        // By bytes: a tag may begin with a mark that would join the letter before it.
        let rest = Substring(text.utf8.dropFirst())
        return switch text.utf8.first {
        case UInt8(ascii: "p"): Int64(rest).map { .person(ActorID($0)) }
        case UInt8(ascii: "l"): Int64(rest).map { .list(PeopleListID($0)) }
        case UInt8(ascii: "#"): .hashtag(String(rest))
        default: nil
        }
    }
}
