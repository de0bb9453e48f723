import Domain
import FoundationEssentials
import Markup
import Storage

/// The words of a daily letter.
struct DigestText {
    let needs: Needs
    let nodeName: String
    let stopWord: String

    /// The letter with what a person has not read; nil where there is nothing.
    func mail(to person: ActorID, at address: String, limit: Int, in transaction: Transaction) throws -> Mail?
    {
        let read = try transaction.marker(of: person, "notifications").flatMap { Int64($0.lastRead) } ?? 0
        let news = try transaction.notifications(of: person, Page(since: read, limit: 400))
        let posts = try transaction.posts(Array(Set(news.compactMap(\.post))))
        let threads = Dictionary(posts.map { ($0.id, $0.thread) }) { first, _ in first }
        var items: [String] = []
        let groups = NotificationGroup.fold(news, threads: threads)
        for group in groups.prefix(limit) {
            if let item = try item(group, in: transaction) { items.append(item) }
        }
        let (lines, isUrgent) = try mustRead(by: person, in: transaction)
        guard !items.isEmpty || isUrgent, let actor = try transaction.actor(person) else { return nil }
        let more = groups.count > limit ? "\n… and \(groups.count - limit) more: \(page)\n" : ""
        let body = """
            Hello \(actor.displayName.isEmpty ? actor.name : actor.displayName),

            this is what you have not read yet at \(nodeName).

            \(lines.map { $0 + "\n\n" }.joined())\(items.joined(separator: "\n\n"))
            \(more)
            --
            Everything: \(page)
            What you are told, and when this letter comes: \(needs.addresses.base.origin)/settings/notifications
            No more of these letters: \(stopPage)

            """
        let total = groups.count + (items.isEmpty ? lines.count : 0)
        let count = total == 1 ? "One thing" : "\(total) things"
        return Mail(
            id: needs.ids.next(), recipient: address, subject: "\(count) for you at \(nodeName)", body: body,
            stopLink: stopPage, nextAt: needs.now())
    }

    /// What must be acknowledged, the most urgent first. Only what is due within a day, or was due within the last one, is worth
    /// a letter of its own: nobody is reminded of it for ever.
    private func mustRead(by person: ActorID, in transaction: Transaction) throws -> (
        [String], isUrgent: Bool
    ) {
        let now = needs.now()
        var isUrgent = false
        let habits = try transaction.notificationHabits(of: person)
        let language = try transaction.login(of: person)?.language
        let posts = try transaction.posts(try transaction.mustRead(by: person, limit: 5))
            .filter { try transaction.maySee($0, .person(person)) }
        let lines = posts.compactMap { post -> String? in
            guard case .announcement(let announcement) = post.body, let due = announcement.dueAt else {
                return nil
            }
            if abs(due.timeIntervalSince(now)) <= 86400 { isUrgent = true }
            let variant = announcement.variant(for: [language ?? ""], original: post.language)
            let title = variant?.title ?? announcement.title
            let link = "\(needs.addresses.base.origin)/announcements/\(post.id)"
            return "* To be acknowledged by \(habits.wallClock(due)): \(title)\n  \(link)"
        }
        return (lines, isUrgent)
    }

    private var stopPage: String { "\(needs.addresses.base.origin)/notifications/stop/\(stopWord)" }

    private var page: String { "\(needs.addresses.base.origin)/notifications" }

    private func item(
        _ group: NotificationGroup, in transaction: Transaction
    ) throws -> String? {
        guard let example = try transaction.example(of: group) else { return nil }
        let actors = try transaction.actors(group.actors)
        let names = actors.map { $0.displayName.isEmpty ? $0.name : $0.displayName }
        var lines = ["* \(NotificationWords.people(names)) \(NotificationWords.deed(group.kind))"]
        if let post = example.post {
            guard let author = try transaction.actor(post.author) else { return nil }
            // What is for few is not put into a letter that others carry.
            let isForMany = [.organisation, .anyone, .node].contains(post.audience)
            let text = SafeHTML.plainText(post.content, limit: 2000).split(whereSeparator: \.isWhitespace)
                .joined(separator: " ")
            lines.append(
                isForMany
                    ? "  \"\(text.count > 200 ? "\(text.prefix(199))…" : text)\"" : "  (open it to read)")
            let name = author.host.map { "\(author.name)@\($0)" } ?? author.name
            lines.append("  \(needs.addresses.page(post: post.id, by: name))")
        }
        lines.append("  You are told this because \(NotificationWords.reason(group.kind)).")
        lines.append("  No more of this kind: \(stopPage)/\(group.kind.rawValue)")
        return lines.joined(separator: "\n")
    }
}
