import Foundation
import Support
import Testing

/// Real processes, real HTTP, and the clients that people use.
@Suite("Offices", .serialized)
struct OfficesTests {
    static let postgres = ProcessInfo.processInfo.environment["HALLWAY_TEST_POSTGRES"] != nil
    static let otherNode = ProcessInfo.processInfo.environment["HALLWAY_TEST_GOTOSOCIAL"]

    @Test("a post travels between four processes; the directory dies, an office is killed, someone leaves")
    func travel() async throws { try await play("travel") }

    @Test("kill -9 in a burst loses and repeats nothing")
    func burst() async throws { try await play("burst") }

    @Test("strangers and the dismissed get nothing (N77, N78, N99, N100, N101)")
    func strangers() async throws { try await play("strangers") }

    @Test("an untrusted or misnamed certificate ends it (N75)")
    func certificates() async throws { try await play("certificates") }

    @Test("a slow sender is not waited for (N81)")
    func slow() async throws { try await play("slow") }

    @Test("whoever walks through everybody is slowed down and written down (N118)")
    func enumeration() async throws { try await play("enumeration") }

    @Test(
        "a full disk under a running node loses nothing, and is said",
        .enabled(if: getuid() == 0, "a small disk can be mounted by root alone"))
    func fullDisk() async throws { try await play("fulldisk") }

    @Test("mistakes at the keyboard are named in one sentence")
    func mistakes() async throws { try await play("mistakes") }

    @Test("toot does the first part", .enabled(if: Story.clients != nil, "deploy/test installs toot"))
    func toot() async throws { try await play("toot") }

    @Test(
        "Mastodon.py does the first part",
        .enabled(if: Story.clients != nil, "deploy/test installs Mastodon.py"))
    func mastodonPy() async throws { try await play("mastodonpy") }

    @Test(
        "a letter a day tells what was not read, and one press ends them",
        .enabled(if: Story.clients != nil, "deploy/test installs a mail server for tests"))
    func letters() async throws { try await play("letters", of: "letters") }
    @Test("groups over three offices, by interface and by pages; a secret one is told of by no route")
    func groups() async throws { try await play("groups", of: "groups") }

    @Test("the logs of both offices tell an activity's way under one name")
    func traces() async throws { try await play("traces") }

    @Test("an announcement is acknowledged in three offices, by apps and by pages, and counted exactly")
    func announcements() async throws { try await play("announcements", of: "news") }

    @Test("an event is answered from three offices, by apps and by pages, and read by calendars")
    func events() async throws { try await play("events", of: "news") }

    @Test("a backup of a running node is verified and restored")
    func backup() async throws { try await play("backup", of: "copies") }

    @Test(
        "a node moves to PostgreSQL and back, and nothing is lost",
        .enabled(if: postgres, "HALLWAY_TEST_POSTGRES names no server"))
    func move() async throws { try await play("move", of: "copies") }

    @Test(
        "two processes on one PostgreSQL are one office, and either may be killed",
        .enabled(if: postgres, "HALLWAY_TEST_POSTGRES names no server"))
    func processes() async throws { try await play("together", of: "processes") }

    @Test(
        "a GoToSocial as released follows, reads and answers, both ways",
        .enabled(if: otherNode != nil, "HALLWAY_TEST_GOTOSOCIAL names no folder of it"))
    func gotosocial() async throws { try await play("federate", of: "gotosocial") }

    @Test(
        "what deploy/examples says works: names, units, backups, proxies, containers",
        arguments: ["names", "units", "backup", "proxies", "containers"])
    func examples(story: String) async throws { try await play(story, of: "examples") }

    private func play(_ story: String, of file: String = "offices") async throws {
        try await playStory(story, of: file)
    }
}
