public import FoundationEssentials

/// Moments as ActivityStreams writes them (RFC 3339).
public enum ASDate {
    /// To the second: what other software compares by equality.
    public static func text(_ date: Date) -> String { date.ISO8601Format() }

    /// With milliseconds, as client interfaces expect.
    public static func preciseText(_ date: Date) -> String {
        // To the nearest, as it is stored: the format alone cuts, and no fraction is exact.
        Date(timeIntervalSince1970: ((date.timeIntervalSince1970 * 1000).rounded() + 0.25) / 1000)
            .ISO8601Format(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    }

    public static func date(_ text: String) -> Date? {
        guard text.utf8.count <= 40 else { return nil }
        return (try? Date(text, strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: true)))
            ?? (try? Date(text, strategy: .iso8601))
    }
}
