import Domain
import JSON
import Markup
import Social
import Storage
import Surface

/// Writes actors as accounts.
struct AccountEntity {
    let desk: Desk

    func write(_ actor: Actor) -> JSONValue { .object(object(actor)) }

    /// The account with a line for the badges, where there are any.
    func write(_ actor: Actor, badges: [Badge]) -> JSONValue {
        var json = object(actor)
        if !badges.isEmpty {
            let names = badges.map(\.title).joined(separator: ", ")
            json["fields"] = .array(
                (json["fields"]?.array ?? []) + [
                    ["name": "Badges", "value": .string(names.escapedHTML), "verified_at": nil]
                ])
        }
        return .object(json)
    }

    /// A person's own account, with what only they see of it.
    func credentials(_ actor: Actor, login: Login?, requests: Int) -> JSONValue {
        var json = object(actor)
        let audience = login?.defaultAudience ?? .organisation
        json["source"] = [
            "privacy": .string(Visibility.word(audience, policy: desk.needs.policy)), "sensitive": false,
            "quote_policy": .string(QuoteEntities.word(login?.quotePolicy ?? .everyone)),
            "language": .string(login?.language ?? ""), "note": .string(SafeHTML.plainText(actor.summary)),
            "fields": .array(
                actor.fields.map { field in
                    [
                        "name": .string(field.name), "value": .string(SafeHTML.plainText(field.value)),
                        "verified_at": nil,
                    ]
                }),
            "follow_requests_count": JSONValue(requests), "hide_collections": false,
            "discoverable": .bool(actor.isDiscoverable), "indexable": .bool(actor.isIndexable),
            "attribution_domains": [],
        ]
        json["role"] = [
            "id": login?.isAdministrator == true ? "1" : "-99",
            "name": login?.isAdministrator == true ? "Admin" : "", "color": "",
            "permissions": login?.isAdministrator == true ? "1" : "0", "highlighted": false,
        ]
        return .object(json)
    }

    private func object(_ actor: Actor) -> JSONObject {
        let origin = desk.needs.addresses.base.origin
        let avatar = JSONValue.string(actor.avatar ?? "\(origin)/assets/avatar.svg")
        let header = JSONValue.string(actor.header ?? "\(origin)/assets/header.svg")
        var json = JSONObject([
            ("id", .string(actor.id.description)), ("username", .string(actor.name)),
            ("acct", .string(acct(actor))),
            ("display_name", .string(actor.displayName)), ("locked", .bool(actor.isLocked)),
            ("bot", .bool(actor.isBot)), ("discoverable", .bool(actor.isDiscoverable)),
            ("indexable", .bool(actor.isIndexable)), ("group", .bool(actor.kind == .group)),
            ("created_at", .string(Moment.text(actor.createdAt))), ("note", .string(actor.summary)),
            ("url", .string(actor.url)), ("uri", .string(actor.uri.string)), ("avatar", avatar),
            ("avatar_static", avatar), ("header", header), ("header_static", header),
            ("followers_count", JSONValue(actor.counts.followers)),
            ("following_count", JSONValue(actor.counts.following)),
            ("statuses_count", JSONValue(actor.counts.posts)),
            ("last_status_at", actor.counts.lastPostAt.map { .string(Moment.day($0)) } ?? .null),
            ("hide_collections", false), ("noindex", .bool(!actor.isIndexable)), ("emojis", []),
            ("roles", []),
        ])
        json["fields"] = .array(fields(of: actor))
        if actor.state == .suspended { json["suspended"] = true }
        return json
    }

    /// Bare for people of this node, with the node's name for others.
    func acct(_ actor: Actor) -> String { actor.host.map { "\(actor.name)@\($0)" } ?? actor.name }

    /// Work first: it is what colleagues look for, and clients show fields in order.
    private func fields(of actor: Actor) -> [JSONValue] {
        let work = [
            ("Title", actor.work.title), ("Department", actor.work.department), ("Office", actor.work.office),
            ("Skills", actor.work.skills.joined(separator: ", ")),
        ].filter { !$0.1.isEmpty }.map { ($0.0, $0.1.escapedHTML) }
        return (work + actor.fields.map { ($0.name, $0.value) }).map { name, value in
            ["name": .string(name), "value": .string(value), "verified_at": nil]
        }
    }
}
