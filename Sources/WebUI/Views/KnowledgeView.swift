import Domain
import FoundationEssentials
import Markup
import Social
import Storage
import Surface

/// What pages show of articles of the knowledge base. Each of these says so where an article is outdated.
struct KnowledgeView {
    private static let excerpt = 200
    let desk: Desk

    /// The line on a post's card. `post`: that the article is about.
    func mark(_ article: Knowledge, of post: Post, in transaction: Transaction) throws -> [String: Any] {
        var values: [String: Any] = [
            "path": "/knowledge/\(article.id)", "title": article.title,
            "isOutdated": article.isOutdated(post, at: desk.needs.now()),
            "reviewDay": Self.day(article.reviewAt),
        ]
        if let owner = try transaction.actor(article.owner) {
            let people = PersonView(desk: desk)
            values["owner"] = ["path": people.path(owner), "name": people.name(owner)]
        }
        return values
    }

    /// A line of the list, with what the post says, or the accepted answer to it. `person`: the reader, who may see the post.
    func row(
        _ article: Knowledge, of post: Post, for person: ActorID, in transaction: Transaction
    ) throws -> [String: Any]? {
        guard let author = try transaction.actor(post.author) else { return nil }
        var values = try mark(article, of: post, in: transaction)
        values["post"] = "\(PersonView(desk: desk).path(author))/\(post.id)"
        values["isQuestion"] = post.body.question != nil
        let answer = try post.body.question?.accepted?.post.flatMap { try transaction.post($0) }
        let said = try answer.flatMap { try transaction.maySee($0, .person(person)) ? $0 : nil }
        let text = SafeHTML.plainText(said?.content ?? (post.summary.isEmpty ? post.content : post.summary))
        values["text"] = text.count > Self.excerpt ? "\(text.prefix(Self.excerpt - 1))…" : text
        return values
    }

    static func day(_ date: Date) -> String { String(date.ISO8601Format().prefix(10)) }

    /// The begin of a day that a form gave, in UTC; nil for an empty field. What is no day lies behind us, and is refused
    /// as such.
    static func date(_ text: String?) -> Date? {
        guard let text, !text.isEmpty else { return nil }
        let style = Date.ISO8601FormatStyle().year().month().day()
        return (try? Date(String(text.prefix(10)), strategy: style)) ?? .distantPast
    }
}
