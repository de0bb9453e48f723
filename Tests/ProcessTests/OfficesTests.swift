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
        .enabled(
            if: Story.clients != nil && Story.compiler,
            "deploy/test installs a mail server for tests, and a C compiler"))
    func letters() async throws { try await play("letters", of: "letters") }
    @Test("groups over three offices, by interface and by pages; a secret one is told of by no route")
    func groups() async throws { try await play("groups", of: "groups") }

    @Test("the logs of both offices tell an activity's way under one name")
    func traces() async throws { try await play("traces") }

    @Test("an announcement is acknowledged in three offices, by apps and by pages, and counted exactly")
    func announcements() async throws { try await play("announcements", of: "news") }

    @Test("an event is answered from three offices, by apps and by pages, and read by calendars")
    func events() async throws { try await play("events", of: "news") }

    @Test(
        "a node that is told to stop ends within five seconds, whatever hangs, and loses nothing",
        arguments: ["stop", "idle", "stuck"])
    func stopping(story: String) async throws { try await play(story, of: "stopping") }

    @Test(
        "a backup of a running node is verified and restored, also while it is written to",
        arguments: ["backup", "busy"])
    func backup(story: String) async throws { try await play(story, of: "copies") }

    @Test("a backup of an earlier release is verified and restored, and none changes what it is made of")
    func earlierBackup() async throws { try await play("earlier", of: "copies") }

    @Test("a directory that is restored goes on, and nobody who was dismissed comes back")
    func restoredDirectory() async throws { try await play("directory", of: "copies") }

    @Test(
        "a node on PostgreSQL is backed up and restored, into either engine",
        .enabled(if: postgres, "HALLWAY_TEST_POSTGRES names no server"))
    func backupOfServer() async throws { try await play("server", of: "copies") }

    @Test(
        "another program's schema is left alone",
        .enabled(if: postgres, "HALLWAY_TEST_POSTGRES names no server"))
    func foreign() async throws { try await play("foreign", of: "copies") }

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
        "what deploy/examples says works: names, units, backups",
        arguments: ["names", "units", "backup"])
    func examples(story: String) async throws { try await play(story, of: "examples") }

    @Test(
        "the scripts of deploy end and start nothing that is not theirs",
        arguments: ["demo", "install"])
    func scripts(story: String) async throws { try await play(story, of: "scripts") }

    @Test(
        "systemd finds the units in order",
        .enabled(if: Story.has("systemd-analyze"), "systemd is not installed: deploy/test does that"))
    func systemd() async throws { try await play("systemd", of: "examples") }

    @Test(
        "a node behind Caddy",
        .enabled(if: Story.has("caddy"), "Caddy is not installed: deploy/test does that"))
    func caddy() async throws { try await play("caddy", of: "examples") }

    @Test(
        "a node behind nginx",
        .enabled(if: Story.has("nginx"), "nginx is not installed: deploy/test does that"))
    func nginx() async throws { try await play("nginx", of: "examples") }

    @Test(
        "the container and the services of compose fit each other and the program",
        .enabled(if: Story.yaml && Story.has("readelf"), "python3-yaml and readelf are needed"))
    func containers() async throws { try await play("containers", of: "examples") }

    @Test("a post raises the figures of every stage on both nodes, and what waits has an age")
    func stages() async throws { try await play("stages", of: "stages") }

    private func play(_ story: String, of file: String = "offices") async throws {
        try await playStory(story, of: file)
    }
}
