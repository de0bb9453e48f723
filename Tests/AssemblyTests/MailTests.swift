@testable import Assembly
import Domain
import Foundation
import Testing

@Suite("Letters")
struct MailTests {
    @Test(
        "a mail server is named by an address, and anything else is refused in a sentence",
        arguments: [
            ("smtp://mail.example", true), ("smtps://ada:p%40ss@mail.example:465", true),
            ("mail.example", false),
            ("smtp://", false), ("smtp://mail.example:0", false), ("smtp://ada@mail.example", false),
            ("http://mail.example", false),
        ])
    func addresses(text: String, isGood: Bool) {
        #expect(((try? MailServer(text, from: "hallway@oslo.example")) != nil) == isGood)
        #expect(throws: SettingsFault.self) { try MailServer("smtp://mail.example", from: "two words@x") }
    }

    @Test("what is in an address says what it means")
    func parts() throws {
        let server = try MailServer("smtps://ada:p%40ss@mail.example:465", from: "hallway@oslo.example")
        #expect(
            (server.host, server.port, server.name, server.password) == ("mail.example", 465, "ada", "p@ss"))
        #expect(try MailServer("smtp://mail.example", from: "a@b").port == 587)
    }

    @Test(
        "nothing that could begin another command or header is an address",
        arguments: ["a@b\r\nRCPT TO:<c@d>", "a b@c", "<a@b>", "a@b,c@d", "a", "@b", "a@", "ä@b", "a@b@c"])
    func injections(text: String) { #expect(!MailServer.isAddress(text)) }

    @Test("a letter has no line that is too long, no bare dot and no letter that is not ASCII")
    func text() throws {
        let mail = Mail(
            id: MailID(7), recipient: "ada@oslo.example",
            subject: "Grüße für Sie\r\nBcc: eve@evil.example " + String(repeating: "ø", count: 90),
            body: ".\n" + String(repeating: "å", count: 3000) + "\n.\n",
            stopLink: "https://oslo.example/stop", nextAt: .now)
        let text = MailText(
            mail: mail, from: "hallway@oslo.example", domain: "oslo.example",
            date: Date(timeIntervalSince1970: 1_795_521_600)
        ).text
        let lines = text.components(separatedBy: "\r\n")
        #expect(
            lines.allSatisfy {
                $0.utf8.count <= 78 && $0.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7f } && $0 != "."
            })
        #expect(!lines.contains { $0.hasPrefix("Bcc") })
        #expect(lines.contains("Date: Tue, 24 Nov 2026 12:00:00 +0000"))
        let body = lines[(try #require(lines.firstIndex(of: "")) + 1)...].joined()
        let decoded = try #require(Data(base64Encoded: body))
        #expect(String(decoding: decoded, as: UTF8.self) == mail.body.replacing("\n", with: "\r\n"))
    }
}
