import Domain
import Foundation
import Hummingbird
import Social
import Storage
import Surface

/// Asking colleagues with fixed answers, and voting.
struct PollRoutes {
    let pages: Pages

    func add(to router: Router<HallwayContext>) {
        router.get("new/poll") { request, context in
            try await form(PollForm(fields: Fields(request, context: context)), because: nil, context)
        }
        router.post("new/poll") { request, context in
            let (person, fields) = try await pages.form(request, context)
            do {
                var draft = Draft(
                    text: fields["text"] ?? "", audience: try ComposerView.audience(fields["audience"]))
                draft.group = ComposerView.group(fields["audience"])
                draft.body = .poll(try PollForm(fields: fields).poll(at: pages.desk.needs.now()))
                guard fields["keep"] == nil else {
                    return try await DraftRoutes.keep(draft, by: person, desk: pages.desk)
                }
                let post = try await pages.publish(draft, from: fields, by: person)
                return Response.redirect(to: "/#post-\(post.id)", type: .normal)
            } catch let refusal as Refusal {
                // What was typed is still there.
                return try await form(PollForm(fields: fields), because: refusal, context)
            }
        }
        router.post("posts/:post/vote") { request, context in
            let (person, fields) = try await pages.form(request, context)
            guard let id = context.parameters.get("post").flatMap({ PostID(decimal: $0) }) else {
                throw Refusal.notFound("Record")
            }
            let choices = fields.list("choices").map { Int($0) ?? -1 }
            guard !choices.isEmpty else {
                throw Refusal.invalid(field: "Your vote", because: "is missing: choose an answer first")
            }
            _ = try await pages.desk.voteInPoll.vote(id, for: choices, by: person)
            return Response.redirect(to: Back.path(fields["back"]), type: .normal)
        }
    }

    @concurrent
    private func form(_ form: PollForm, because refusal: Refusal?, _ context: HallwayContext) async throws
        -> Response
    {
        let (person, session) = try pages.person(context)
        let desk = pages.desk
        let html = try await desk.needs.store.read { [pages] transaction in
            let shell = Shell(desk: desk, session: session)
            var values = try shell.values(
                title: "Ask with a poll", here: "", back: "/new/poll", person: person, in: transaction)
            values.merge(form.values) { $1 }
            values["audiences"] = try ComposerView(desk: desk, seal: shell.seal, back: "/")
                .choices(form.audience, for: person, in: transaction)
            if let refusal { values["problem"] = Self.words(refusal) }
            return pages.templates.render("new_poll", values)
        }
        return Response(html: html, status: refusal.map { Problem($0).status } ?? .ok)
    }
}

extension PollRoutes {
    /// What a person should read who filled in the form.
    static func words(_ refusal: Refusal) -> String {
        if case .invalid(let field, let reason) = refusal {
            "\(field) \(reason)"
        } else {
            Problem(refusal).message
        }
    }
}

/// What the form for a poll holds.
struct PollForm: Sendable {
    private static let times: [(seconds: Int, label: String)] = [
        (300, "5 minutes"), (3600, "1 hour"), (86400, "1 day"), (259_200, "3 days"), (604_800, "1 week"),
        (2_592_000, "30 days"), (31_536_000, "1 year"), (0, "No end"),
    ]
    let fields: Fields

    var audience: String? { ComposerView.word(fields) }

    func poll(at now: Date) throws(Refusal) -> Poll {
        guard let seconds = Int(fields["closes_in"] ?? "0") else {
            throw .invalid(field: "How long it is open", because: "is no number of seconds")
        }
        var poll = Poll(
            options: Self.options(fields["options"] ?? "").map { Poll.Option($0) },
            closesAt: seconds == 0 ? nil : now + Double(seconds))
        poll.isMultiple = fields.bool("multiple") ?? false
        poll.isAnonymous = fields.bool("anonymous") ?? false
        poll.hidesTotals = fields.bool("hide_totals") ?? false
        return poll
    }

    /// One a line.
    static func options(_ text: String) -> [String] {
        text.split(whereSeparator: \.isNewline)
            .map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
    }

    /// `A poll, open for 3 days · more than one answer · anonymous`
    static func terms(_ poll: KeptPoll) -> String {
        let time =
            times.first { $0.seconds == poll.seconds ?? 0 }?.label ?? "\((poll.seconds ?? 0) / 60) minutes"
        var words = [poll.seconds == nil ? "A poll without an end" : "A poll, open for \(time)"]
        if poll.isMultiple { words.append("more than one answer") }
        if poll.hidesTotals { words.append("totals are hidden until one has voted") }
        if poll.isAnonymous { words.append("anonymous") }
        return words.joined(separator: " · ")
    }

    var values: [String: Any] {
        let chosen = fields["closes_in"] ?? "259200"
        return [
            "text": fields["text"] ?? "", "options": fields["options"] ?? "",
            "isMultiple": fields.bool("multiple") ?? false, "isAnonymous": fields.bool("anonymous") ?? false,
            "hidesTotals": fields.bool("hide_totals") ?? false,
            "times": Self.times.map { seconds, label in
                ["value": String(seconds), "label": label, "isChosen": String(seconds) == chosen]
                    as [String: Any]
            },
        ]
    }
}

/// What a card shows of a poll: the form, the totals, or both.
struct PollView {
    let sight: PollSight
    let now: Date

    func values(_ post: PostID, seal: String, back: String) -> [String: Any] {
        let poll = sight.poll
        let showsTotals = sight.showsTotals(at: now)
        let mayVote = sight.mayVote(at: now)
        var values: [String: Any] = ["id": post.description, "isAnonymous": poll.isAnonymous, "state": state]
        if let closesAt = poll.closesAt { values["end"] = Moments.clock(closesAt) }
        if mayVote {
            values["form"] = [
                "id": post.description, "seal": seal, "back": "\(back)#post-\(post)",
                "hint": poll.isMultiple ? "Choose one or more" : "Choose one",
                "options": poll.options.enumerated().map { position, option in
                    [
                        "position": String(position), "text": option.text,
                        "kind": poll.isMultiple ? "checkbox" : "radio", "required": !poll.isMultiple,
                    ] as [String: Any]
                },
            ]
        }
        if showsTotals {
            values[mayVote ? "peek" : "results"] = ["options": bars]
        } else if !mayVote {
            values["hidden"] = "The totals are hidden until the poll ends."
        } else {
            values["hidden"] = "You see the totals once you have voted."
        }
        return values
    }

    private var bars: [[String: Any]] {
        sight.poll.options.enumerated().map { position, option in
            let percent = sight.poll.voters == 0 ? 0 : min(100, option.votes * 100 / sight.poll.voters)
            return [
                "text": option.text, "percent": String(percent),
                "votes": option.votes == 1 ? "1 vote" : "\(option.votes) votes",
                "isMine": sight.ballot?.choices.contains(position) ?? false,
            ]
        }
    }

    /// `12 people voted · you voted · ends 2027-01-15 08:00 (UTC)`
    private var state: String {
        var words = [sight.poll.voters == 1 ? "1 person voted" : "\(sight.poll.voters) people voted"]
        if sight.ballot != nil { words.append("you voted") }
        if sight.poll.closesAt != nil { words.append(sight.poll.isOver(at: now) ? "ended" : "ends") }
        return words.joined(separator: " · ")
    }
}
