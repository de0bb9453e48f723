import Domain
import Hummingbird
import JSON
import Social
import Storage
import Surface

/// Groups: founding, belonging, reading and running them (Spec/features/group.md §6).
struct GroupRoutes {
    let desk: Desk
    private var reading: Reading { Reading(desk: desk) }

    func add(to router: Router<HallwayContext>) {
        let base = "api/hallway/v1/groups"
        router.get(RouterPath(base)) { try await list($0, $1) }
        router.post(RouterPath(base)) { request, context in
            let person = try context.person("write:accounts")
            let fields = try await Fields(request, context: context)
            let actor = try await desk.runGroup.found(
                fields["name"] ?? "", Self.wish(fields), by: person)
            return try await entity(actor.id, for: person)
        }
        router.get("\(base)/:id") { _, context in
            try await entity(Reading.id(context), for: try context.person("read:accounts"))
        }
        router.put("\(base)/:id") { request, context in
            let person = try context.person("write:accounts")
            let wish = try Self.wish(try await Fields(request, context: context))
            let actor = try await desk.runGroup.change(Reading.id(context), wish, by: person)
            return try await entity(actor.id, for: person)
        }
        router.post("\(base)/:id/join") { _, context in
            let person = try context.person("write:follows")
            let id: ActorID = try Reading.id(context)
            _ = try await desk.roster.join(id, by: person)
            return try await entity(id, for: person)
        }
        for word in ["move", "claim"] {
            router.post("\(base)/:id/\(word)") { request, context in
                let person = try context.person("write:accounts")
                let fields = try await Fields(request, context: context)
                let other = try await desk.group(named: fields[word == "move" ? "target" : "from"] ?? "")
                let id: ActorID = try Reading.id(context)
                if word == "move" {
                    try await desk.moveGroup.move(id, to: other.id, by: person)
                } else {
                    try await desk.moveGroup.claim(id, from: other.id, by: person)
                }
                return try await entity(id, for: person)
            }
        }
        router.post("\(base)/:id/leave") { _, context in
            let person = try context.person("write:follows")
            try await desk.roster.leave(Reading.id(context), by: person)
            return Response(json: [:])
        }
        router.put("\(base)/:id/notifications") { request, context in
            let person = try context.person("write:notifications")
            let fields = try await Fields(request, context: context)
            guard let level = fields["level"].flatMap({ NotificationLevel(word: $0) }) else {
                throw Refusal.invalid(field: "Level", because: "is all, highlights, mentions or none")
            }
            let id: ActorID = try Reading.id(context)
            try await desk.chooseNotifications.choose(level, in: id, by: person)
            return try await entity(id, for: person)
        }
        router.get("\(base)/:id/members") { try await members($0, $1) }
        router.post("\(base)/:id/members/:person/:decision") { _, context in
            let person = try context.person("write:accounts")
            let id: ActorID = try Reading.id(context)
            guard let decision = context.parameters.get("decision").flatMap({ GroupDecision(word: $0) })
            else { throw Refusal.notFound("Decision") }
            try await desk.roster.decide(
                decision, about: Reading.id(context, "person"), in: id, by: person)
            return try await entity(id, for: person)
        }
        router.get("\(base)/:id/records") { _, context in
            try await records(Reading.id(context), for: try context.person("read:accounts"))
        }
        router.get("\(base)/:id/statuses") { request, context in
            let person = try context.person("read:statuses")
            let named: ActorID = try Reading.id(context)
            let id = try await desk.needs.store.read { transaction in
                let id = try transaction.groupNow(named)
                _ = try transaction.knownGroup(id, to: .person(person))
                return id
            }
            let isPinned = try await Fields(request, context: context).bool("pinned") == true
            return try await reading.statuses(
                isPinned ? .pinnedInGroup(id) : .group(id), request, context, for: .person(person))
        }
        for word in ["pin", "unpin", "remove"] {
            router.post("\(base)/statuses/:status/\(word)") { _, context in
                let person = try context.person("write:statuses")
                try await desk.runGroup.post(word, Reading.id(context, "status"), by: person)
                return Response(json: [:])
            }
        }
    }

    @concurrent
    private func list(_ request: Request, _ context: HallwayContext) async throws -> Response {
        let person = try context.person("read:accounts")
        let fields = try await Fields(request, context: context)
        let isMine = fields.bool("mine") ?? true
        let page = try fields.page(limit: 40, most: 80)
        let (items, last) = try await desk.needs.store.read { transaction in
            let after = try page.before.flatMap { try transaction.actor(ActorID($0)) }
            let actors = try transaction.groups(
                for: person, isMine: isMine, after: after, limit: page.limit)
            return (
                try actors.map { try write($0, for: person, in: transaction) },
                actors.count == page.limit ? actors.last?.id.raw : nil
            )
        }
        let response = Response(json: .array(items))
        guard let last else { return response }
        return response.linked(
            request, base: desk.needs.addresses.base.origin, oldest: last, newest: nil)
    }

    private func entity(_ id: ActorID, for person: ActorID) async throws -> Response {
        let json = try await desk.needs.store.read { transaction in
            // One that has moved is shown as what it became.
            let (actor, _) = try transaction.knownGroup(transaction.groupNow(id), to: .person(person))
            return try write(actor, for: person, in: transaction)
        }
        return Response(json: json)
    }

    private func write(
        _ actor: Actor, for person: ActorID, in transaction: Transaction
    ) throws -> JSONValue {
        let (_, group) = try transaction.knownGroup(actor.id, to: .person(person))
        let membership = try transaction.membership(of: person, in: actor.id)
        return [
            "id": .string(actor.id.description), "account": AccountEntity(desk: desk).write(actor),
            "kind": .string(group.kind.word), "posting": .string(group.posting.word),
            "rules": .string(group.rules), "node": .string(actor.host ?? desk.needs.addresses.authority),
            "rule": group.rule.map {
                ["department": .string($0.department), "office": .string($0.office)]
            } ?? .null,
            "members_count": JSONValue(try transaction.countMembers(of: actor.id)),
            "membership": membership.map(Self.write) ?? .null,
            "move": try move(of: actor, membership, in: transaction),
            "notifications": .string(try transaction.notificationLevel(of: person, in: actor.id).word),
        ]
    }

    /// How far it is on its way from or to another node; for its owner.
    private func move(
        of actor: Actor, _ membership: Membership?, in transaction: Transaction
    ) throws -> JSONValue {
        guard membership?.role == .owner,
            let move = try transaction.groupMove(from: actor.uri) ?? transaction.groupMove(to: actor.uri)
        else { return .null }
        return [
            "state": .string(move.state.word), "from": .string(move.source.string),
            "target": .string(move.target.string), "reason": .string(move.reason),
        ]
    }

    private static func write(_ membership: Membership) -> JSONValue {
        [
            "role": .string(membership.role.word), "state": .string(membership.state.word),
            "by_rule": .bool(membership.isAutomatic),
        ]
    }

    @concurrent
    private func members(_ request: Request, _ context: HallwayContext) async throws -> Response {
        let person = try context.person("read:accounts")
        let id: ActorID = try Reading.id(context)
        let fields = try await Fields(request, context: context)
        guard let state = Membership.State(word: fields["state"] ?? "member") else {
            throw Refusal.invalid(field: "State", because: "is not in the list")
        }
        let page = try fields.page(limit: 40, most: 80)
        let (items, last) = try await desk.needs.store.read { transaction in
            let list = try transaction.roster(
                of: id, state: state, for: person, after: page.before.map { ActorID($0) },
                limit: page.limit)
            let actors = Dictionary(try transaction.actors(list.map(\.person)).map { ($0.id, $0) }) { $1 }
            let items = list.compactMap { membership -> JSONValue? in
                guard let actor = actors[membership.person] else { return nil }
                return [
                    "account": AccountEntity(desk: desk).write(actor), "membership": Self.write(membership),
                ]
            }
            return (items, list.count == page.limit ? list.last?.person.raw : nil)
        }
        let response = Response(json: .array(items))
        guard let last else { return response }
        return response.linked(
            request, base: desk.needs.addresses.base.origin, oldest: last, newest: nil)
    }

    private func records(_ id: ActorID, for person: ActorID) async throws -> Response {
        let items = try await desk.needs.store.read { transaction -> [JSONValue] in
            _ = try transaction.knownGroup(id, to: .person(person))
            guard try transaction.isMember(person, of: id) else {
                throw Refusal.notAllowed(because: "Only members look that up")
            }
            return try transaction.records(of: id).map { record in
                [
                    "actor_id": .string(record.actor.description),
                    "person_id": .string(record.person.description), "word": .string(record.word),
                    "at": .string(Moment.text(record.at)),
                ]
            }
        }
        return Response(json: .array(items))
    }

    private static func wish(_ fields: Fields) throws(Refusal) -> RunGroup.Wish {
        try RunGroup.Wish(
            displayName: fields["display_name"], summary: fields["note"], rules: fields["rules"],
            kind: fields["kind"], posting: fields["posting"], department: fields["department"],
            office: fields["office"])
    }
}
