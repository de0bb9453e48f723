@testable import Domain
import Foundation
import Testing

@Suite("Names")
struct NameTests {
    @Test(
        "spellings of one host are one host (N64)",
        arguments: [
            "https://EXAMPLE.com./a", "https://example.com:443/a", "HTTPS://Example.COM/a",
        ])
    func oneHost(text: String) { #expect(ObjectURI(text)?.string == "https://example.com/a") }

    @Test(
        "disguised hosts are refused (N65)",
        arguments: [
            "https://2130706433/", "https://0x7f000001/", "https://0177.0.0.1/", "https://[::ffff:10.0.0.1]/",
            "https://good@evil.example/", "https://exa mple.com/", "https://münchen.example/",
            "ftp://a.example/",
            "javascript:alert(1)", "https://", "https://a..example/", "https://-a.example/", "https://127.1/",
            "https://a.example:0/", "https://a.example:99999/",
        ])
    func refused(text: String) { #expect(ObjectURI(text) == nil) }

    @Test(
        "look-alike and overlong names are refused (N63, N68)",
        arguments: [
            "аda@oslo.example", "ada\u{200b}@oslo.example", "ad\u{202e}a@oslo.example", "a/da@oslo.example",
            "a@b@c.example",
            "ａda@oslo.example", "@oslo.example", "ada\n@oslo.example",
            String(repeating: "a", count: 3000) + "@oslo.example",
        ])
    func lookAlikes(text: String) { #expect(Handle(text) == nil) }

    @Test("handles that differ in case are one")
    func handleCase() { #expect(Handle("Ada@OSLO.example")?.key == Handle("@ada@oslo.example")?.key) }

    @Test("ids sort by time and tell it")
    func ids() {
        let date = Date(timeIntervalSince1970: 1_800_000_000)
        let source = IDSource { date }
        let ids: [PostID] = (0..<1000).map { _ in source.next() }
        #expect(ids == ids.sorted() && Set(ids).count == 1000)
        #expect(abs(IDSource.date(of: ids[0]).timeIntervalSince(date)) < 0.01)
    }

    @Test("ids go on after those of an earlier process, also by a slower clock, and stay the process's own")
    func goOn() {
        let date = Date(timeIntervalSince1970: 1_800_000_000)
        let earlier: PostID = IDSource { date }.next()
        let source = IDSource(salt: 3, now: { date - 3600 })
        source.goOn(after: earlier.raw)
        let first: PostID = source.next()
        source.goOn(after: 1)
        let second: PostID = source.next()
        #expect(earlier < first && first < second)
        #expect(first.raw & 15 == 3 && second.raw & 15 == 3)
    }

    @Test("a bucket refuses, says for how long, and fills again")
    func throttle() throws {
        let throttle = Throttle(capacity: 2, period: .seconds(10))
        let date = Date(timeIntervalSince1970: 0)
        try throttle.take("a", at: date)
        try throttle.take("a", at: date)
        #expect(throws: Refusal.tooMany(retryAfterSeconds: 5)) { try throttle.take("a", at: date) }
        try throttle.take("b", at: date)
        try throttle.take("a", at: date + 5)
    }

    @Test(
        "somebody else's words are one line of a log, and no more",
        arguments: [
            ("No.\nWARN all is well", "No. WARN all is well"), ("a\r\n\u{2028}\u{1b}b", "a    b"),
            ("\u{202e}x", " x"), ("Grüße, 世界", "Grüße, 世界"),
            (String(repeating: "x", count: 300), String(repeating: "x", count: 200)),
        ])
    func oneLine(text: String, expected: String) {
        #expect(text.onOneLine() == expected)
    }

    @Test("whoever is refused stays refused, however many others come")
    func crowdedThrottle() throws {
        let throttle = Throttle(capacity: 2, period: .seconds(600))
        let date = Date(timeIntervalSince1970: 0)
        for _ in 0..<2 { try throttle.take("for ada", at: date) }
        for number in 0..<Throttle.limit * 2 { try throttle.take("from \(number)", at: date) }
        #expect(throws: Refusal.self) { try throttle.take("for ada", at: date) }
    }
}
