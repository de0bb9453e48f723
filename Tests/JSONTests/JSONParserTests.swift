import JSON
import Testing

@Suite("JSONParser")
struct JSONParserTests {
    @Test(
        "what RFC 8259 allows is read",
        arguments: ["{}", "[]", "null", " true ", "-0", "1e3", "\"\\u00e9\\ud83d\\ude00\""])
    func allowed(text: String) throws {
        _ = try JSONParser.parse(text)
    }

    @Test(
        "what is not JSON is refused (N86)",
        arguments: [
            "", "{", "[1,]", "{\"a\":1,}", "01", "1.", ".5", "+1", "nul", "\"\\x\"", "\"\u{1}\"", "[1 2]",
            "{} x",
            "'a'", "NaN", "\"\\ud800\"", "\"\\ud800\\u0041\"", "\"\\u0000\"", "\"\\udc00\"",
        ])
    func refused(text: String) {
        #expect(throws: JSONError.self) { try JSONParser.parse(text) }
    }

    @Test("malformed UTF-8 is refused (N86)")
    func malformedText() {
        #expect(throws: JSONError.self) { try JSONParser.parse([0x22, 0xc3, 0x28, 0x22]) }
        #expect(throws: JSONError.self) { try JSONParser.parse([0x22, 0xed, 0xa0, 0x80, 0x22]) }
    }

    @Test("depth, number of values, long numbers and repeated names are bounded (N79)")
    func exhaustion() {
        let deep = [UInt8](repeating: UInt8(ascii: "["), count: 10_000)
        #expect(throws: JSONError.self) { try JSONParser.parse(deep) }
        let many = Array(("[" + String(repeating: "1,", count: 200_000) + "1]").utf8)
        #expect(throws: JSONError.self) { try JSONParser.parse(many) }
        #expect(throws: JSONError.self) { try JSONParser.parse(String(repeating: "9", count: 100_000)) }
        #expect(throws: JSONError.duplicateName(at: 7)) { try JSONParser.parse("{\"a\":1,\"a\":2}") }
        let wide = "{" + (0..<40).map { "\"k\($0)\":0" }.joined(separator: ",") + ",\"k3\":1}"
        #expect(throws: JSONError.self) { try JSONParser.parse(wide) }
    }

    @Test("a value is written as it was read")
    func roundTrip() throws {
        let text = #"{"a":[1,-2,0.5,true,false,null,"\"\\\n\u0001é"],"b":{}}"#
        #expect(try JSONParser.parse(text).text == text)
    }
}

@Suite("Canonical JSON")
struct CanonicalJSONTests {
    @Test(
        "numbers are written as ECMAScript does (RFC 8785 appendix B)",
        arguments: [
            ("0", "0"), ("-0.0", "0"), ("5e-324", "5e-324"),
            ("1.7976931348623157e308", "1.7976931348623157e+308"),
            ("9007199254740992", "9007199254740992"), ("295147905179352830000", "295147905179352830000"),
            ("9.999999999999997e22", "9.999999999999997e+22"), ("1e23", "1e+23"), ("1e21", "1e+21"),
            ("999999999999999900000", "999999999999999900000"), ("333333333.33333329", "333333333.3333333"),
            ("0.000001", "0.000001"), ("0.0000001", "1e-7"), ("1424953923781206.25", "1424953923781206.2"),
            ("-71.184902", "-71.184902"), ("100", "100"), ("1E2", "100"),
        ])
    func numbers(input: String, output: String) throws {
        #expect(String(decoding: try JSONParser.parse(input).canonical, as: UTF8.self) == output)
    }

    @Test("members are sorted by UTF-16 (RFC 8785 §3.2.3)")
    func order() throws {
        let value = try JSONParser.parse(#"{"\ufb33":1,"\ud83d\ude00":2,"\u20ac":3,"1":4,"\r":5}"#)
        #expect(value.canonical == Array("{\"\\r\":5,\"1\":4,\"€\":3,\"😀\":2,\"\u{fb33}\":1}".utf8))
    }
}
