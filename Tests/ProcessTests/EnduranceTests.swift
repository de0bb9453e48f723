import Foundation
import Testing

/// What is killed, flooded, worked for long, restored, cut off and damaged: the small form of each story.
///
/// `HALLWAY_TEST_KILLS` and `HALLWAY_TEST_SOAK_SECONDS` make them as long as is wanted.
@Suite("Endurance", .serialized)
struct EnduranceTests {
    static let postgres = ProcessInfo.processInfo.environment["HALLWAY_TEST_POSTGRES"] != nil
    static let isRoot = getuid() == 0
    static let networks = isRoot && has("/dev/net/tun") && (has("/usr/sbin/ip") || has("/sbin/ip"))
    static let disks = isRoot && has("/dev/loop-control")
    static let compiler = has("/usr/bin/cc") || has("/usr/bin/clang")
    static let clocks = networks && compiler

    @Test("a node that is killed at random moments under load loses and repeats nothing")
    func killing() async throws { try await playStory("killing", of: "endurance") }

    @Test(
        "nor does one on PostgreSQL",
        .enabled(if: postgres, "HALLWAY_TEST_POSTGRES names no server"))
    func killingPostgres() async throws { try await playStory("killing_postgres", of: "endurance") }

    @Test("a directory that is killed while people and nodes join loses nobody, and its log stays a chain")
    func killingDirectory() async throws { try await playStory("killing_directory", of: "endurance") }

    @Test(
        "64 times what a node can take is answered or refused in order, in bounded memory, and others go on",
        .enabled(if: compiler, "a C compiler is needed"))
    func overload() async throws { try await playStory("overload", of: "overload") }

    @Test(
        "whoever opens more lines than a node has keeps out nobody from elsewhere",
        .enabled(if: Story.files > 13_000, "it opens 13,000 files: ulimit -n"))
    func doors() async throws { try await playStory("doors", of: "overload") }

    @Test("whoever sends the heads of deliveries and never a body keeps out nobody from elsewhere")
    func silent() async throws { try await playStory("silent", of: "overload") }

    @Test("hundreds of nodes that hang or trickle take nothing from readers, writers and other nodes")
    func hanging() async throws { try await playStory("hanging", of: "hanging") }

    @Test(
        "an office restored from a backup sends nothing again, its followers agree, and no name is given twice",
        .enabled(if: compiler, "a C compiler is needed"),
        arguments: ["yesterday", "behind"])
    func restore(story: String) async throws { try await playStory(story, of: "restore") }

    @Test("memory, open files and answering times stay where they were")
    func soak() async throws { try await playStory("soak", of: "endurance") }

    @Test(
        "an office that was cut off has everything when it returns, in order, once",
        .enabled(if: networks, "networks can be made by root alone, with ip and /dev/net/tun"))
    func partition() async throws { try await playStory("partition", of: "network") }

    @Test(
        "a line that loses, delays and reorders packets loses and reorders no post",
        .enabled(if: networks, "networks can be made by root alone, with ip and /dev/net/tun"))
    func rough() async throws { try await playStory("rough", of: "network") }

    @Test(
        "a node whose clock is minutes or hours off says so, and loses nothing by it",
        .enabled(if: clocks, "a C compiler is needed, and what makes networks"),
        arguments: ["skew", "skew_behind", "skew_far", "skew_far_behind"])
    func skew(story: String) async throws { try await playStory(story, of: "network") }

    @Test("a database that another process holds is waited for, and then said to be busy")
    func locked() async throws { try await playStory("locked", of: "damage") }

    @Test(
        "a disk that turns read-only is said to those who write and to those who watch",
        .enabled(if: disks, "a disk can be mounted by root alone"))
    func readOnly() async throws { try await playStory("readonly", of: "damage") }

    @Test("a damaged page is found and named, and crashes nothing")
    func corrupt() async throws { try await playStory("corrupt", of: "damage") }

    @Test(
        "a master key is on the disk, by its name, before what is sealed with it",
        .enabled(if: compiler, "a C compiler is needed"))
    func synced() async throws { try await playStory("synced", of: "damage") }

    @Test("another program's file is left alone")
    func foreign() async throws { try await playStory("foreign", of: "damage") }

    @Test(
        "a PostgreSQL that dies in the middle of traffic costs nothing that was acknowledged",
        .enabled(if: postgres, "HALLWAY_TEST_POSTGRES names no server, so perhaps there is none"))
    func serverGone() async throws { try await playStory("server_gone", of: "damage") }

    private static func has(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }
}
