import ActivityStreams
import Domain
import Foundation
import JSON
import Social
import Storage
import Support

/// Announcements over three offices of one organisation; Ada of Oslo may publish them.
protocol AnnouncementJourney: Journey {}

extension AnnouncementJourney {
    /// Three offices that belong together; nobody follows anybody.
    func stage(namesReaders: Bool = false) async throws -> Offices {
        let stage = try await threeOffices(policy: .organisation, namesReaders: namesReaders)
        try await stage.admitAll()
        try await stage.oslo.people.permitAnnouncements(true, to: stage.ada.id)
        return stage
    }

    func draft(_ title: String = "New rules", days: Double? = 3, unit: String = "") -> Draft {
        var draft = Draft(text: "Please read them.", audience: .organisation)
        draft.body = .announcement(
            Announcement(
                title: title, dueAt: days.map { clock.now + $0 * 86400 },
                target: Announcement.Target(unit: unit)))
        return draft
    }

    func board(_ post: Post, _ stage: Offices) async throws -> AnnouncementBoard.View {
        try await stage.oslo.store.read {
            try AnnouncementBoard(needs: stage.oslo.needs).read(post.id, for: stage.ada.id, in: $0).1
        }
    }

    /// It is on a page that they open.
    func show(_ post: Post, to readers: [(person: Actor, node: TestNode)]) async throws {
        for reader in readers {
            let shown = NoteShown(needs: reader.node.needs)
            shown.see([try await copy(post, on: reader.node).id], by: reader.person.id)
            try await shown.drain()
        }
    }

    func remindAll(_ stage: Offices) async throws {
        for node in stage.nodes { try await node.remind() }
    }

    /// What a stranger writes that looks like an announcement.
    func fake(_ stranger: Stranger, _ id: String, more: [(String, JSONValue)] = []) -> JSONValue {
        stranger.activity(
            "Create",
            stranger.note(
                id, "<p>Obey</p>", to: .string(Vocabulary.authenticated),
                more: [
                    ("name", "Obey"), ("hallway:announcement", true),
                    ("hallway:acknowledge", ["endTime": .string((clock.now + 86400).ISO8601Format())]),
                ] + more))
    }
}

extension JSONValue {
    /// An activity whose object has another value of a property.
    func replacing(_ change: (String, JSONValue)) -> JSONValue {
        guard var json = object, var inner = json["object"]?.object else { return self }
        inner[change.0] = change.1
        json["object"] = .object(inner)
        return .object(json)
    }
}
