import Domain
import Federation
import Foundation
@testable import Storage
import Support

/// How every route of a node is asked: with everything that a node knows, private or not.
struct PrivacyRoutes {
    /// A name in a path, what may stand for it, and whose secret that gives away.
    struct Value {
        var text: String
        /// The same that never was.
        var never: String
        var secret: Secret?
    }

    /// One request, and the same for something that never was.
    struct Probe {
        var path: String
        var twin: String
        var value: Value?
        /// The route, with `{}` for its names.
        var route: String
        /// Whether nodes ask it too, signed.
        var isFederated: Bool
    }

    private let values: [String: [Value]]

    /// Every `GET` route. A name in braces is each thing of that kind; `*` marks what other nodes ask, signed.
    static let table = """
        /api/v1/statuses/{post}
        /api/v1/statuses/{post}/context
        /api/v1/statuses/{post}/history
        /api/v1/statuses/{post}/source
        /api/v1/statuses/{post}/favourited_by
        /api/v1/statuses/{post}/reblogged_by
        /api/v1/statuses/{post}/quotes
        /api/hallway/v1/statuses/{post}/deliveries
        /api/v1/statuses?id[]={post}
        /api/v1/pleroma/statuses/{post}/reactions
        /api/v1/polls/{post}
        /api/hallway/v1/surveys/{post}
        /api/hallway/v1/questions/{post}/answers
        /api/hallway/v1/questions/{post}/rulings
        /api/hallway/v1/questions
        /api/hallway/v1/questions?filter=unanswered
        /api/hallway/v1/questions/similar?text=merger how
        /api/hallway/v1/questions/similar?text={word}
        /api/hallway/v1/questions/experts?text={word}
        /api/hallway/v1/recognitions
        /api/hallway/v1/recognitions?person={actor}
        /api/hallway/v1/recognitions/allowance
        /api/hallway/v1/recognitions/tally?person={actor}
        /api/hallway/v1/recognitions/ledger
        /api/hallway/v1/recognitions/removals
        /api/hallway/v1/recognitions/coverage
        /api/hallway/v1/recognitions/{post}/credential
        /api/hallway/v1/recognitions/{post}/proof
        /api/hallway/v1/announcements
        /api/hallway/v1/announcements/{post}
        /api/hallway/v1/announcements/{post}/progress
        /api/v1/announcements
        /api/hallway/v1/events
        /api/hallway/v1/events?past=true
        /api/hallway/v1/events/{post}
        /api/hallway/v1/events/{post}/attendees
        /api/hallway/v1/events/{post}/calendar.ics
        /api/hallway/v1/calendar
        /calendar/{word}.ics
        /api/hallway/v1/groups
        /api/hallway/v1/groups?mine=false
        /api/hallway/v1/groups/{group}
        /api/hallway/v1/groups/{group}/members
        /api/hallway/v1/groups/{group}/records
        /api/hallway/v1/groups/{group}/statuses
        /api/hallway/v1/milestones
        /api/hallway/v1/milestones/choice
        /api/hallway/v1/accounts/{actor}/badges
        /api/hallway/v1/leaderboards
        /api/hallway/v1/leaderboards?group={group}
        /api/hallway/v1/away
        /api/hallway/v1/guidelines
        /api/hallway/v1/knowledge
        /api/hallway/v1/knowledge?q={word}
        /api/hallway/v1/knowledge/{post}
        /api/hallway/v1/drafts
        /api/hallway/v1/drafts/{draft}
        /api/v1/scheduled_statuses
        /api/v1/scheduled_statuses/{draft}
        /api/hallway/v1/notification_habits
        /api/hallway/v1/reactions
        /api/hallway/v1/search?q=merger
        /api/hallway/v1/search?q={word}
        /api/v2/search?q=merger
        /api/v2/search?q=zq
        /api/v2/search?q={word}
        /api/v2/search?q={uri}&resolve=true
        /api/v2/search?q=cellar
        /api/v1/accounts/verify_credentials
        /api/v1/accounts/lookup?acct={name}
        /api/v1/accounts/search?q={name}
        /api/v1/accounts/search?q=zq
        /api/v1/accounts/search?q={word}
        /api/v1/accounts/relationships?id[]={actor}
        /api/v1/accounts/{actor}
        /api/v1/accounts/{actor}/statuses
        /api/v1/accounts/{actor}/statuses?pinned=true
        /api/v1/accounts/{actor}/followers
        /api/v1/accounts/{actor}/following
        /api/v1/accounts/{actor}/featured_tags
        /api/v1/accounts/{actor}/lists
        /api/v1/accounts/{actor}/identity_proofs
        /api/v1/follow_requests
        /api/v1/blocks
        /api/v1/mutes
        /api/v1/timelines/home
        /api/v1/timelines/public
        /api/v1/timelines/public?local=true
        /api/v1/timelines/tag/{tag}
        /api/v1/favourites
        /api/v1/bookmarks
        /api/v1/notifications
        /api/v1/notifications/unread_count
        /api/v1/notifications/{notification}
        /api/v2/notifications
        /api/v2/notifications/unread_count
        /api/v2/notifications/ungrouped-{notification}
        /api/v2/notifications/mention-{post}
        /api/v2/notifications/ungrouped-{notification}/accounts
        /api/v1/markers?timeline[]=home
        /api/v1/tags/{tag}
        /api/v1/followed_tags
        /api/v1/instance
        /api/v2/instance
        /api/v1/custom_emojis
        /api/v1/instance/rules
        /api/v1/instance/terms_of_service
        /api/v1/instance/peers
        /api/v1/instance/translation_languages
        /api/v1/trends/tags
        /api/v1/trends/statuses
        /api/v1/trends/links
        /api/v1/filters
        /api/v2/filters
        /api/v1/lists
        /api/v1/lists/{list}
        /api/v1/lists/{list}/accounts
        /api/v1/timelines/list/{list}
        /api/v1/conversations
        /api/v1/endorsements
        /api/v1/featured_tags
        /api/v1/domain_blocks
        /api/v1/preferences
        /api/v1/apps/verify_credentials
        /.well-known/oauth-authorization-server
        /.well-known/webfinger?resource=acct:{name}@oslo.example*
        /.well-known/host-meta
        /.well-known/nodeinfo
        /nodeinfo/2.1*
        /posts/{post}*
        /posts/{post}/credential*
        /posts/{post}/replies*
        /threads/{post}*
        /activities/{activity}*
        /recognitions/ledger*
        /consents/{post}*
        /standings*
        /actors/{actor}*
        /actors/{actor}/outbox*
        /actors/{actor}/outbox?before=last*
        /actors/{actor}/followers*
        /actors/{actor}/followers_synchronization*
        /actors/{actor}/following*
        /actors/{actor}/members*
        /actors/{actor}/moderators*
        /actors/{actor}/history*
        /actors/{actor}/roster*
        /actors/{actor}/featured*
        /actor*
        /actor/outbox*
        /actor/followers*
        /actor/following*
        /actor/featured*
        /healthz
        /health
        /readyz
        /metrics
        /
        /everyone
        /office
        /saved
        /tags/{tag}
        /@{name}
        /@ada/{post}
        /@ada/{post}/edit
        /people
        /people?q={word}
        /people?q=merger
        /search
        /search?q=merger
        /search?q=zq
        /search?q={word}
        /search?q={name}@oslo.example
        /questions
        /questions?q=merger
        /new/question?title=merger
        /drafts
        /lists
        /lists/{list}
        /lists/{list}/remove
        /notifications
        /settings
        /settings/notifications
        /notifications/stop/{word}
        /notifications/stop/{word}/1
        /thanks
        /thanks?person={actor}
        /new/recognition
        /recognitions/{post}/credential
        /announcements
        /announcements/{post}
        /announcements/{post}/progress
        /announcements/{post}/progress.csv
        /announcements/{post}/edit
        /new/announcement
        /events
        /events?mine=1
        /events/{post}
        /events/{post}/calendar.ics
        /events/{post}/change
        /new/event
        /new/challenge
        /new/quote?post={post}
        /new/knowledge?post={post}
        /knowledge
        /knowledge?q={word}
        /knowledge/{post}
        /leaderboard
        /milestones
        /away
        /guidelines
        /calendar
        /groups
        /groups?all=1
        /groups/new
        /groups/{group}
        /groups/{group}?tab=members
        /groups/{group}?tab=about
        /new/poll
        /new/survey
        /surveys/{post}
        /auth/sign_in
        /auth/sign_up
        /oauth/authorize
        /assets/style.css
        /assets/app.js
        /assets/icon.svg
        /assets/icons.svg
        /assets/avatar.svg
        /assets/header.svg
        """.split(separator: "\n").map(String.init)

    /// Streams last; they are listened to while things happen.
    static let streams = [
        "/api/v1/streaming/health", "/api/v1/streaming?stream=user", "/api/v1/streaming/user",
        "/api/v1/streaming/user/notification", "/api/v1/streaming/public", "/api/v1/streaming/public/local",
        "/api/v1/streaming/hashtag?tag={tag}", "/api/v1/streaming/list?list={list}",
    ]

    /// A route as this table and the router both write it: `/api/v1/statuses/{}`.
    static func shape(_ path: String) -> String {
        let path = String(path.prefix { $0 != "?" && $0 != "*" }).replacing("@ada", with: "@{name}")
        let parts = path.split(separator: "/", omittingEmptySubsequences: true).map { part -> String in
            if part.hasPrefix(":") || Int(part) != nil { return "{}" }
            // A file's name may be a name in braces and an ending.
            return String(part).replacing("{word}.ics", with: "{}")
                .replacing("ungrouped-{", with: "{").replacing("mention-{", with: "{").replacing(
                    /\{[^}]*\}/, with: "{}")
        }
        return "/" + parts.joined(separator: "/")
    }

    /// Reads off a node's own rows what there is to ask for.
    init(_ stage: PrivacyStage, _ secrets: [Secret], on node: TestNode) async throws {
        let names = Array(stage.people.keys).sorted()
        values = try await node.store.read { transaction in
            func rows(_ sql: String) throws -> [(Int64, Int64?)] {
                try transaction.all(sql, []) { ($0.int(0), $0.optionalInt(1)) }
            }
            let known = try secrets.map { secret in
                (secret, try secret.uri.flatMap { try transaction.postID($0)?.raw })
            }
            func value(_ id: Int64, of post: Int64?) -> Value {
                Value(
                    text: "\(id)", never: "1234567890123456",
                    secret: known.first { $0.1 != nil && $0.1 == post }?.0)
            }
            let group = try secrets.first { $0.group != nil }.flatMap { secret in
                try secret.group.flatMap { try transaction.actorID($0)?.raw }.map { (secret, $0) }
            }
            func actor(_ id: Int64) -> Value {
                Value(text: "\(id)", never: "1234567890123456", secret: group?.1 == id ? group?.0 : nil)
            }
            let actors = try rows("/* all */ SELECT id, NULL FROM actor WHERE kind <> 2 ORDER BY id").map {
                actor($0.0)
            }
            let words = secrets.map { Value(text: $0.word, never: PrivacyStage.never, secret: $0) }
            return [
                "post": try rows("/* all */ SELECT id, id FROM post ORDER BY id").map {
                    value($0.0, of: $0.1)
                },
                "notification": try rows(
                    "/* all */ SELECT id, post FROM notification WHERE post IS NOT NULL ORDER BY id"
                )
                .map { value($0.0, of: $0.1) },
                "activity": try rows("/* all */ SELECT id, post FROM activity ORDER BY id").map {
                    value($0.0, of: $0.1)
                },
                "actor": actors,
                "group": try rows("/* all */ SELECT id, NULL FROM actor WHERE kind = 1 ORDER BY id").map {
                    actor($0.0)
                },
                "draft": secrets.compactMap { secret in
                    secret.draft.map {
                        Value(text: $0.description, never: "1234567890123456", secret: secret)
                    }
                },
                "list": secrets.compactMap { secret in
                    secret.list.map {
                        Value(text: $0.description, never: "1234567890123456", secret: secret)
                    }
                }, "word": words, "tag": words,
                "name": names.map { Value(text: $0, never: "nobodyhere") } + [
                    Value(text: "cellar", never: "nobodyhere", secret: group?.0),
                    Value(text: "readers", never: "nobodyhere"),
                ],
                "uri": secrets.compactMap { secret in
                    (secret.uri ?? secret.group).map { uri in
                        Value(
                            text: uri.string, never: "https://\(Cast.oslo)/posts/1234567890123456",
                            secret: secret)
                    }
                },
            ]
        }
    }

    /// The requests that a line of the table stands for.
    func probes(_ line: String) -> [Probe] {
        let isFederated = line.hasSuffix("*")
        let path = (isFederated ? String(line.dropLast()) : line).replacing(" ", with: "+")
        let route = Self.shape(path)
        guard let open = path.firstIndex(of: "{"), let close = path.firstIndex(of: "}") else {
            return [Probe(path: path, twin: path, route: route, isFederated: isFederated)]
        }
        let kind = String(path[path.index(after: open)..<close])
        return (values[kind] ?? []).map { value in
            Probe(
                path: path.replacing("{\(kind)}", with: value.text),
                twin: path.replacing("{\(kind)}", with: value.never), value: value, route: route,
                isFederated: isFederated)
        }
    }

    func values(_ kind: String) -> [Value] { values[kind] ?? [] }
}
