import Domain
import FoundationEssentials
import Social
import Surface

/// What pages show of a person.
struct PersonView {
    let desk: Desk

    func values(_ actor: Actor) -> [String: Any] {
        var values: [String: Any] = [
            "id": actor.id.description, "name": name(actor), "handle": handle(actor), "username": actor.name,
            "path": path(actor),
            "initials": initials(actor),
            "colour": "c\(abs(actor.uri.string.utf8.reduce(0) { $0 &* 31 &+ Int($1) }) % 8)",
        ]
        for (name, text) in [
            ("title", actor.work.title), ("department", actor.work.department), ("office", actor.work.office),
        ] where !text.isEmpty {
            values[name] = text
        }
        return values
    }

    /// The person with the form by which one follows them.
    func values(_ actor: Actor, relation: Relation, seal: String, back: String) -> [String: Any] {
        var values = values(actor)
        values["followForm"] = followForm(actor, relation: relation, seal: seal, back: back)
        return values
    }

    func followForm(_ actor: Actor, relation: Relation, seal: String, back: String) -> [String: Any] {
        let isOn = relation.follows || relation.hasAsked
        let label = relation.follows ? "Following" : relation.hasAsked ? "Asked" : "Follow"
        return [
            "id": actor.id.description, "verb": isOn ? "unfollow" : "follow", "label": label, "isOn": isOn,
            "seal": seal, "back": back,
        ]
    }

    func name(_ actor: Actor) -> String { actor.displayName.isEmpty ? actor.name : actor.displayName }

    func handle(_ actor: Actor) -> String { "\(actor.name)@\(actor.host ?? desk.needs.addresses.authority)" }

    func path(_ actor: Actor) -> String { actor.host.map { "/@\(actor.name)@\($0)" } ?? "/@\(actor.name)" }

    private func initials(_ actor: Actor) -> String {
        let words = name(actor).split { !$0.isLetter && !$0.isNumber }
        let letters = [words.first, words.count > 1 ? words.last : nil].compactMap { $0?.first }
        return letters.isEmpty ? "?" : String(letters).uppercased()
    }
}
