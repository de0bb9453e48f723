import Domain
import FoundationEssentials
import Markup
import Storage
import Surface

/// What pages show of questions, and of answers to them.
struct QuestionViews {
    private static let excerpt = 200
    let desk: Desk

    /// The part of a question's card. `person`: the reader.
    func values(_ question: Question, of post: Post, for person: ActorID, in transaction: Transaction) throws
        -> [String: Any]
    {
        var values: [String: Any] = [
            "post": post.id.description, "isOpen": question.accepted == nil && question.duplicateOf == nil,
            "duplicateLabel": question.duplicateOf == nil
                ? "This was asked before" : "Change what it repeats",
        ]
        if try mayDecide(post.author, person, in: transaction) { values["mayDecide"] = true }
        if let duplicate = question.duplicateOf {
            values["duplicate"] = try original(duplicate, for: person, in: transaction)
        }
        guard let accepted = question.accepted else { return values }
        values["acceptedBy"] = try acceptedBy(question, of: post, for: person, in: transaction)
        if let id = accepted.post, let answer = try transaction.post(id),
            try transaction.maySee(answer, .person(person)), let author = try transaction.actor(answer.author)
        {
            let people = PersonView(desk: desk)
            let text = SafeHTML.plainText(answer.content)
            values["best"] = [
                "path": "\(people.path(author))/\(id)", "name": people.name(author),
                "excerpt": text.count > Self.excerpt ? "\(text.prefix(Self.excerpt - 1))…" : text,
            ]
        }
        return values
    }

    /// The part of an answer's card; nil for a post that answers no question.
    func answer(_ post: Post, for person: ActorID, in transaction: Transaction) throws -> [String: Any]? {
        guard let id = post.reply?.post, let question = try transaction.question(id),
            let asker = post.reply?.author
        else { return nil }
        let isAccepted = question.accepted?.post == post.id
        var values: [String: Any] = [
            "post": post.id.description, "question": id.description,
            "verb": isAccepted ? "unaccept" : "accept",
            "label": isAccepted ? "Take the acceptance back" : "Accept this answer",
        ]
        if isAccepted, let asked = try transaction.post(id) {
            values["acceptedBy"] = try acceptedBy(question, of: asked, for: person, in: transaction)
        }
        if try mayDecide(asker, person, in: transaction) { values["mayDecide"] = true }
        return values
    }

    /// A line of what was asked before.
    func line(_ post: Post, in transaction: Transaction) throws -> [String: Any]? {
        guard let question = post.body.question, let author = try transaction.actor(post.author) else {
            return nil
        }
        let count = post.counts.replies
        return [
            "path": "\(PersonView(desk: desk).path(author))/\(post.id)", "title": question.title,
            "state": question.accepted != nil
                ? "Accepted answer" : question.duplicateOf != nil ? "Asked before" : "Open",
            "answers": count == 1 ? "1 answer" : "\(count) answers",
        ]
    }

    /// Whoever may read the record is told by whom and when.
    private func acceptedBy(
        _ question: Question, of post: Post, for person: ActorID, in transaction: Transaction
    ) throws -> String {
        guard question.isByModerator else { return "Accepted by the asker" }
        guard
            let ruling = try transaction.rulings(on: post, for: person)?.last(where: {
                $0.accepted == question.accepted?.uri
            }), let moderator = try transaction.actor(ruling.moderator)
        else { return "Accepted by a moderator" }
        let day = ruling.at.ISO8601Format().prefix(10)
        return "Accepted by \(PersonView(desk: desk).name(moderator)), moderator, on \(day)"
    }

    private func mayDecide(_ asker: ActorID, _ person: ActorID, in transaction: Transaction) throws -> Bool {
        if asker == person { return true }
        return try transaction.isLocal(asker) && transaction.login(of: person)?.isAdministrator == true
    }

    private func original(_ link: Question.Link, for person: ActorID, in transaction: Transaction) throws
        -> [String: Any]
    {
        guard let post = try link.post.flatMap({ try transaction.post($0) }),
            try transaction.maySee(post, .person(person)), let author = try transaction.actor(post.author)
        else { return ["isHidden": true] }
        return [
            "path": "\(PersonView(desk: desk).path(author))/\(post.id)",
            "title": post.body.title ?? "Question",
        ]
    }
}
