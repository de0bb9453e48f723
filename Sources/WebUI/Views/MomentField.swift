import Domain
import FoundationEssentials

/// A date and time in a form, with the clock that it is meant by.
enum MomentField {
    /// `UTC+02:00`
    static func zone(_ offsetMinutes: Int) -> String {
        guard offsetMinutes != 0 else { return "UTC" }
        let (hours, minutes) = (abs(offsetMinutes) / 60, abs(offsetMinutes) % 60)
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "UTC\(offsetMinutes < 0 ? "−" : "+")\(two(hours)):\(two(minutes))"
    }

    /// The clocks of the earth, for the partial `offsets`. `chosen`: nil to leave it to the browser.
    static func offsets(chosen: Int? = nil) -> [[String: Any]] {
        let hours = (-12...14).map { $0 * 60 }
        let all = (hours + [-570, -210, 210, 270, 330, 345, 390, 525, 570, 630, 765]).sorted()
        // Without a browser's help the first holds.
        return ([0] + all.filter { $0 != 0 }).map { offset in
            ["value": offset, "label": zone(offset), "isChosen": chosen == offset]
        }
    }

    /// What the field holds of a known moment.
    static func text(_ date: Date, offsetMinutes: Int = 0) -> String {
        String((date + Double(offsetMinutes) * 60).ISO8601Format().prefix(16))
    }

    /// What was typed; nil where the field is empty.
    static func date(_ text: String?, offset: String?) throws(Refusal) -> Date? {
        guard let text, !text.isEmpty else { return nil }
        guard text.utf8.count == 16 || text.utf8.count == 19,
            let date = try? Date("\(text.prefix(16)):00Z", strategy: .iso8601),
            let minutes = Int(offset ?? "0"), (-840...840).contains(minutes)
        else { throw .invalid(field: "Date", because: "is no date and time such as 2026-11-24T09:00") }
        return date - Double(minutes) * 60
    }
}
