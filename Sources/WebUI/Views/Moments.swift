import FoundationEssentials

/// Moments in words that are right in every time zone; the browser puts the reader's own clock in their place.
enum Moments {
    /// What `<time>` shows of something that happened: how long ago.
    static func values(_ date: Date, now: Date) -> [String: Any] {
        ["iso": date.ISO8601Format(), "exact": exact(date), "when": words(date, now: now)]
    }

    /// What the partial `clock` shows: the moment by the reader's clock.
    static func clock(_ date: Date) -> [String: Any] {
        ["iso": date.ISO8601Format(), "exact": exact(date), "offset": ""]
    }

    /// The same for what happens somewhere: by the clock of that place, and by the reader's beside it where that is another.
    static func clock(_ date: Date, offsetMinutes: Int) -> [String: Any] {
        clock(date).merging(["exact": exact(date, offsetMinutes: offsetMinutes), "offset": offsetMinutes]) {
            $1
        }
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

    /// `2026-05-08 14:00 (UTC+02:00)`
    static func exact(_ date: Date, offsetMinutes: Int = 0) -> String {
        let text = (date + Double(offsetMinutes) * 60).ISO8601Format()
        return "\(text.prefix(10)) \(text.dropFirst(11).prefix(5)) (\(MomentField.zone(offsetMinutes)))"
    }
}
