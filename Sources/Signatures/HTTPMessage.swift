/// A request (or a response, for the vectors of RFC 9421) as signatures see it.
public struct HTTPMessage: Sendable {
    public var method: String
    public var scheme: String
    /// Host, with the port where it is not the scheme's own, lower case.
    public var authority: String
    /// Path with query, as sent.
    public var pathAndQuery: String
    /// Names in lower case, in the order in which they arrived.
    public var fields: [(name: String, value: String)]
    public var body: [UInt8]
    /// Of a response.
    public var status: Int?

    public init(
        method: String, scheme: String, authority: String, pathAndQuery: String,
        fields: [(name: String, value: String)] = [], body: [UInt8] = [], status: Int? = nil
    ) {
        self.method = method
        self.scheme = scheme
        self.authority = authority
        self.pathAndQuery = pathAndQuery
        self.fields = fields
        self.body = body
        self.status = status
    }

    /// All values of a field, joined as RFC 9421 §2.1 says; nil when it is absent.
    public func field(_ name: String) -> String? {
        let values = fields.filter { $0.name == name }.map { $0.value.trimmingSpace }
        return values.isEmpty ? nil : values.joined(separator: ", ")
    }

    var path: String { String(pathAndQuery.prefix { $0 != "?" }) }

    var query: String? {
        pathAndQuery.firstIndex(of: "?").map { String(pathAndQuery[pathAndQuery.index(after: $0)...]) }
    }
}

extension StringProtocol {
    var trimmingSpace: String {
        let start = drop { $0 == " " || $0 == "\t" }
        var end = start[...]
        while let last = end.last, last == " " || last == "\t" { end = end.dropLast() }
        return String(end)
    }
}
