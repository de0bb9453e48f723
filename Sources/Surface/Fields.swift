public import Domain
import Foundation
import FoundationEssentials
import HTTPTypes
public import Hummingbird
import JSON

/// What a request asks with, wherever it stands: query, form, multipart or JSON. Booleans and numbers may be text.
public struct Fields: Sendable {
    /// Bytes of a form or a JSON request of a client.
    static let limit = 256 * 1024
    private var values: [String: [String]] = [:]

    /// Reads the query and the body.
    ///
    /// - Throws: ``Refusal`` for a body that is too large or not what it says it is.
    public init(_ request: Request, context: HallwayContext) async throws {
        if let query = request.uri.query { add(form: query) }
        guard ![.get, .head].contains(request.method) else { return }
        let bytes = try await request.wholeBody(limit: Self.limit, in: context)
        guard !bytes.isEmpty else { return }
        let type = request.headers[.contentType] ?? ""
        if type.hasPrefix("application/json") {
            try add(json: bytes)
        } else if type.hasPrefix("multipart/form-data") {
            try add(multipart: bytes, type: type)
        } else {
            guard let text = String(validating: bytes, as: UTF8.self) else {
                throw Refusal.malformed(because: "The request is not UTF-8")
            }
            add(form: text)
        }
    }

    /// What an empty form holds.
    public static let none = Fields()

    private init() {}

    /// The last value of that name; empty text counts as given.
    public subscript(name: String) -> String? { values[name]?.last }

    /// All values of `name` or `name[]`.
    public func list(_ name: String) -> [String] { (values[name] ?? []) + (values["\(name)[]"] ?? []) }

    public var names: [String] { Array(values.keys) }

    /// `true`, `1`, `on` and the like; nil when absent or anything else.
    public func bool(_ name: String) -> Bool? {
        switch self[name]?.lowercased() {
        case "true", "1", "on", "yes", "t": true
        case "false", "0", "off", "no", "f": false
        default: nil
        }
    }

    /// - Throws: ``Refusal/malformed(because:)`` when there is something that is no number.
    public func int(_ name: String) throws(Refusal) -> Int64? {
        guard let text = self[name], !text.isEmpty else { return nil }
        guard let number = Int64(text) else { throw .malformed(because: "\(name) is not a number") }
        return number
    }

    public func id<Kind>(_ name: String) throws(Refusal) -> ID<Kind>? { try int(name).map { ID($0) } }

    /// The stretch of a list that is asked for; a limit is bounded, not refused.
    public func page(limit: Int = 20, most: Int = 40) throws(Refusal) -> Page {
        Page(
            before: try int("max_id"), since: try int("since_id"), after: try int("min_id"),
            limit: Int(min(max(try int("limit") ?? Int64(limit), 1), Int64(most)))
        )
    }

    private mutating func add(form: String) {
        for pair in form.split(separator: "&").prefix(1000) {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = Self.decode(parts[0])
            values[name, default: []].append(parts.count > 1 ? Self.decode(parts[1]) : "")
        }
    }

    private mutating func add(json bytes: [UInt8]) throws(Refusal) {
        let value: JSONValue
        do {
            value = try JSONParser.parse(bytes, depth: 16, nodes: 10_000)
        } catch {
            throw .malformed(because: "The request is not JSON")
        }
        guard let object = value.object else { throw .malformed(because: "The request is not a JSON object") }
        for member in object.members { add(member.value, under: member.name) }
    }

    /// Nested values get the names that a form would give them: `source[privacy]`, `fields_attributes[0][name]`.
    private mutating func add(_ value: JSONValue, under name: String) {
        switch value {
        case .null: break
        case .bool(let value): values[name, default: []].append(value ? "true" : "false")
        case .int(let number): values[name, default: []].append(String(number))
        case .double(let number): values[name, default: []].append(String(number))
        case .string(let text): values[name, default: []].append(text)
        case .array(let items):
            for (index, item) in items.enumerated() {
                add(item, under: item.object == nil ? name : "\(name)[\(index)]")
            }
        case .object(let object):
            for member in object.members { add(member.value, under: "\(name)[\(member.name)]") }
        }
    }

    /// Text parts only: files are not taken here.
    private mutating func add(multipart bytes: [UInt8], type: String) throws(Refusal) {
        guard let mark = type.firstRange(of: "boundary=") else {
            throw .malformed(because: "The multipart request has no boundary")
        }
        let boundary = "--" + type[mark.upperBound...].prefix { $0 != ";" }.filter { $0 != "\"" }
        let text = String(decoding: bytes, as: UTF8.self)
        for part in text.split(separator: boundary).prefix(200) {
            guard let gap = part.firstRange(of: "\r\n\r\n") else { continue }
            let head = part[..<gap.lowerBound]
            guard !head.contains("filename="), let name = head.firstRange(of: "name=\"") else { continue }
            let key = String(head[name.upperBound...].prefix { $0 != "\"" })
            var value = part[gap.upperBound...]
            if value.hasSuffix("\r\n") { value = value.dropLast() }
            values[key, default: []].append(String(value))
        }
    }

    private static func decode(_ text: Substring) -> String {
        let (plus, space) = (UInt8(ascii: "+"), UInt8(ascii: " "))
        guard text.utf8.contains(where: { $0 == plus || $0 == UInt8(ascii: "%") }) else {
            return String(text)
        }
        let spaced = String(decoding: text.utf8.map { $0 == plus ? space : $0 }, as: UTF8.self)
        return spaced.removingPercentEncoding ?? spaced
    }
}
