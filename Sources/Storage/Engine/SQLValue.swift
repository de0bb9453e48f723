public import Domain
public import FoundationEssentials

/// A value bound to a statement.
public enum SQLValue: Sendable, Equatable {
    case null
    case int(Int64)
    case real(Double)
    case text(String)
    case blob([UInt8])

    public static func id<Kind>(_ id: ID<Kind>?) -> SQLValue { id.map { .int($0.raw) } ?? .null }
    public static func number(_ number: Int?) -> SQLValue { number.map { .int(Int64($0)) } ?? .null }
    public static func bool(_ value: Bool) -> SQLValue { .int(value ? 1 : 0) }
    public static func string(_ text: String?) -> SQLValue { text.map { .text($0) } ?? .null }
    public static func uri(_ uri: ObjectURI?) -> SQLValue { uri.map { .text($0.string) } ?? .null }
    public static func bytes(_ bytes: [UInt8]?) -> SQLValue { bytes.map { .blob($0) } ?? .null }

    /// Milliseconds since 1970; a moment that no calendar reaches becomes the farthest one that is kept.
    public static func date(_ date: Date?) -> SQLValue {
        guard let date else { return .null }
        let milliseconds = (date.timeIntervalSince1970 * 1000).rounded()
        guard milliseconds.isFinite else { return .int(0) }
        return .int(Int64(min(max(milliseconds, -9e15), 9e15)))
    }
}
