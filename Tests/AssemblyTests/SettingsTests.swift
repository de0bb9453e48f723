@testable import Assembly
import Domain
import Testing

@Suite("Settings")
struct SettingsTests {
    @Test(
        "a setting's variable is its name in capitals",
        arguments: [
            ("baseURL", "HALLWAY_BASE_URL"), ("extraCAFile", "HALLWAY_EXTRA_CA_FILE"),
            ("dataFolder", "HALLWAY_DATA_FOLDER"),
            ("allowedPeerRanges", "HALLWAY_ALLOWED_PEER_RANGES"), ("directoryURL", "HALLWAY_DIRECTORY_URL"),
            ("logLevel", "HALLWAY_LOG_LEVEL"), ("listen", "HALLWAY_LISTEN"),
            ("rateLimits", "HALLWAY_RATE_LIMITS"),
        ])
    func variables(name: String, variable: String) {
        #expect(SettingsTable.entries.first { $0.name == name }?.variable == variable)
    }

    @Test("the base URL is enough")
    func minimal() throws {
        let settings = try Settings(file: nil, environment: ["HALLWAY_BASE_URL": "https://oslo.example"])
        #expect(settings.federation == .organisation && settings.limitsRates && settings.listenPort == 8080)
        #expect(settings.ranksPeople)
    }

    @Test("badges and leaderboards are switched off by one word")
    func gamification() throws {
        let settings = try Settings(
            file: nil,
            environment: [
                "HALLWAY_BASE_URL": "https://oslo.example", "HALLWAY_GAMIFICATION": "false",
            ])
        #expect(!settings.ranksPeople)
    }

    @Test(
        "a wrong value is named, with what it should be",
        arguments: [
            [:], ["HALLWAY_BASE_URL": "oslo"], ["HALLWAY_BASE_URL": "https://oslo.example/path"],
            ["HALLWAY_BASE_URL": "https://a.example", "HALLWAY_LISTEN": "here"],
            ["HALLWAY_BASE_URL": "https://a.example", "HALLWAY_FEDERATION": "everyone"],
            ["HALLWAY_BASE_URL": "https://a.example", "HALLWAY_ALLOWED_PEER_RANGES": "10.0.0.0/99"],
            ["HALLWAY_BASE_URL": "https://a.example", "HALLWAY_DATABASE": "mysql://x"],
            ["HALLWAY_BASE_URL": "https://a.example", "HALLWAY_RATE_LIMITS": "maybe"],
            ["HALLWAY_BASE_URL": "https://a.example", "HALLWAY_GAMIFICATION": "a little"],
        ])
    func wrong(environment: [String: String]) {
        #expect(throws: SettingsFault.self) { try Settings(file: nil, environment: environment) }
    }
}

@Suite("AddressRange")
struct AddressRangeTests {
    @Test(
        "addresses that are no other node are never connected to (N69)",
        arguments: [
            "127.0.0.1", "127.9.9.9", "0.0.0.0", "169.254.169.254", "224.0.0.1", "255.255.255.255", "::",
            "::1",
            "fe80::1", "ff02::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "192.0.2.1",
            "2001:db8::1",
            "::127.0.0.1",
        ])
    func never(text: String) { #expect(IPAddress(text)?.kind == .never) }

    @Test(
        "addresses inside an organisation need to be declared",
        arguments: [
            "10.1.2.3", "172.16.0.1", "192.168.1.1", "100.64.0.1", "198.18.0.1", "fc00::1", "fd12::1",
            "::ffff:10.0.0.1",
            "64:ff9b::a00:1", "2002:a00:1::",
        ])
    func inner(text: String) { #expect(IPAddress(text)?.kind == .inner) }

    @Test(
        "public addresses are ordinary",
        arguments: ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "172.32.0.1"])
    func ordinary(text: String) { #expect(IPAddress(text)?.kind == .ordinary) }

    @Test(
        "what is no address is none",
        arguments: ["", "1.2.3", "256.1.1.1", "1.2.3.04", ":::", "1::2::3", "g::1", "1.2.3.4.5"])
    func none(text: String) { #expect(IPAddress(text) == nil) }

    @Test("a range holds its own and nothing else")
    func contains() throws {
        let range = try #require(AddressRange("10.1.0.0/20"))
        #expect(range.contains(try #require(IPAddress("10.1.15.255"))))
        #expect(!range.contains(try #require(IPAddress("10.1.16.0"))))
        #expect(!range.contains(try #require(IPAddress("fd00::1"))))
    }
}
