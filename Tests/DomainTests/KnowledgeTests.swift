import Domain
import Foundation
import Testing

@Suite("Knowledge")
struct KnowledgeTests {
    let now = Date(timeIntervalSince1970: 1_800_000_000)
    let ada = ActorID(1)
    let boris = ActorID(2)
    let carmen = ActorID(3)

    func post(_ body: PostBody, audience: Audience = .organisation) throws -> Post {
        let uri = try #require(ObjectURI("https://oslo.example/posts/5"))
        return Post(
            id: PostID(5), uri: uri, author: ada, body: body, content: "x", audience: audience, createdAt: now
        )
    }

    func question(accepted: Bool, duplicate: Bool = false) throws -> PostBody {
        let link = Question.Link(
            uri: try #require(ObjectURI("https://oslo.example/posts/6")), post: PostID(6))
        return .question(
            Question(title: "Why?", accepted: accepted ? link : nil, duplicateOf: duplicate ? link : nil))
    }

    func article(title: String = "Why", in seconds: Double = 60) -> Knowledge {
        Knowledge(
            id: KnowledgeID(9), post: PostID(5), title: title, owner: ada, reviewAt: now + seconds,
            promotedBy: ada, promotedAt: now)
    }

    @Test("a title is one line, and a review date is ahead by three years at most")
    func form() {
        let long = String(repeating: "x", count: 301)
        for bad in [
            article(title: ""), article(title: " "), article(title: "a\nb"), article(title: long),
            article(in: 0),
            article(in: -1), article(in: Knowledge.longestTerm + 1),
        ] {
            #expect(throws: Refusal.self) { try bad.check(at: now) }
        }
        for good in [article(), article(in: Knowledge.longestTerm)] {
            #expect(throws: Never.self) { try good.check(at: now) }
        }
    }

    @Test("an article is outdated from its review date on, and without its accepted answer")
    func outdated() throws {
        let answered = try post(question(accepted: true))
        #expect(!article().isOutdated(answered, at: now + 59.999))
        #expect(article().isOutdated(answered, at: now + 60))
        #expect(article().isOutdated(answered, at: now + 1e9))
        #expect(try article().isOutdated(post(question(accepted: false)), at: now))
        #expect(try !article().isOutdated(post(.note), at: now))
    }

    @Test("a question is promoted by those who asked, answered or moderate; a post by its author")
    func promoting() throws {
        let answered = try post(question(accepted: true))
        for person in [ada, boris] {
            #expect(throws: Never.self) {
                try Knowledge.check(answered, by: person, answerer: boris, isModerator: false)
            }
        }
        #expect(throws: Refusal.self) {
            try Knowledge.check(answered, by: carmen, answerer: boris, isModerator: false)
        }
        #expect(throws: Never.self) {
            try Knowledge.check(answered, by: carmen, answerer: boris, isModerator: true)
        }
        for body in [PostBody.note, .article(title: "T")] {
            let post = try post(body)
            #expect(throws: Never.self) {
                try Knowledge.check(post, by: ada, answerer: nil, isModerator: false)
            }
            #expect(throws: Refusal.self) {
                try Knowledge.check(post, by: boris, answerer: nil, isModerator: true)
            }
        }
    }

    @Test("what is no article by itself is refused")
    func refused() throws {
        var reply = try post(.note)
        reply.reply = Post.Reply(uri: reply.uri)
        let posts = [
            reply, try post(question(accepted: false)), try post(question(accepted: true, duplicate: true)),
            try post(.note, audience: .direct), try post(.announce(of: PostID(7))),
            try post(.announcement(Announcement(title: "T"))),
            try post(.recognition(Recognition(recipients: [boris], value: "Care"))),
        ]
        for post in posts {
            #expect(throws: Refusal.self) {
                try Knowledge.check(post, by: ada, answerer: ada, isModerator: true)
            }
        }
        let answered = try post(question(accepted: true))
        #expect(throws: Refusal.self) {
            try Knowledge.check(answered, by: ada, answerer: nil, isModerator: true)
        }
    }
}
