import FoundationEssentials

/// Moments in words that are right in every time zone; the browser adds the reader's own clock.
enum Moments {
    static func values(_ date: Date, now: Date) -> [String: Any] {
        ["iso": date.ISO8601Format(), "exact": exact(date), "when": words(date, now: now)]
    }

    static func words(_ date: Date, now: Date) -> String {
        let seconds = Int(now.timeIntervalSince(date))
        switch seconds {
        case ..<60: return "just now"
        case ..<3600: return "\(seconds / 60) min"
        case ..<86400: return "\(seconds / 3600) h"
        case ..<604_800: return seconds < 172_800 ? "1 day" : "\(seconds / 86400) days"
        default: return String(date.ISO8601Format().prefix(10))
        }
    }

    private static func exact(_ date: Date) -> String {
        let text = date.ISO8601Format()
        return "\(text.prefix(10)) \(text.dropFirst(11).prefix(5)) UTC"
    }
}
