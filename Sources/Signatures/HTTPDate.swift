public import FoundationEssentials

/// Dates as HTTP writes them (RFC 9110 §5.6.7): `Thu, 15 Jan 2026 12:00:00 GMT`.
public enum HTTPDate {
    private static let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    public static func text(_ date: Date) -> String {
        let part = calendar.dateComponents(
            [.weekday, .day, .month, .year, .hour, .minute, .second], from: date)
        let (day, month) = (part.day ?? 1, part.month ?? 1)
        return "\(days[(part.weekday ?? 1) - 1]), \(two(day)) \(months[month - 1]) \(part.year ?? 1970) "
            + "\(two(part.hour ?? 0)):\(two(part.minute ?? 0)):\(two(part.second ?? 0)) GMT"
    }

    /// Reads the preferred form only: nobody has sent the obsolete two for decades.
    public static func date(_ text: String) -> Date? {
        let words = text.split(separator: " ")
        guard words.count == 6, words[5] == "GMT", words[3].count == 4, let day = Int(words[1]),
            let month = months.firstIndex(of: String(words[2])), let year = Int(words[3])
        else { return nil }
        let clock = words[4].split(separator: ":").compactMap { Int($0) }
        guard clock.count == 3, (0..<24).contains(clock[0]), (0..<60).contains(clock[1]),
            (0...60).contains(clock[2]),
            (1...31).contains(day)
        else { return nil }
        return calendar.date(
            from: DateComponents(
                year: year, month: month + 1, day: day, hour: clock[0], minute: clock[1], second: clock[2]
            ))
    }

    private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : String(number) }

    private static let calendar: Calendar = {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        return calendar
    }()
}
