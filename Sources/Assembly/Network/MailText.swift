import Domain
import Foundation

/// A letter as it goes over the line (RFC 5322, RFC 2045): plain text in base64, so that no line is too long and no dot is first.
struct MailText {
    let mail: Mail
    let from: String
    /// What the letter's own name ends with; the same letter has the same name, so that a second copy is known as one.
    let domain: String
    let date: Date

    /// Ends with CRLF.
    var text: String {
        let headers = [
            ("From", "Hallway <\(from)>"), ("To", "<\(mail.recipient)>"),
            ("Subject", Self.word(mail.subject)),
            ("Date", Self.date(date)), ("Message-ID", "<\(mail.id)@\(domain)>"), ("MIME-Version", "1.0"),
            ("Content-Type", "text/plain; charset=utf-8"), ("Content-Transfer-Encoding", "base64"),
            ("List-Unsubscribe", "<\(mail.stopLink)>"),
            ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
            ("Auto-Submitted", "auto-generated"),
        ]
        let lines = mail.body.replacing("\n", with: "\r\n")
        let body = Data(lines.utf8).base64EncodedString(options: [
            .lineLength76Characters, .endLineWithCarriageReturn, .endLineWithLineFeed,
        ])
        return headers.map { "\($0): \($1)\r\n" }.joined() + "\r\n\(body)\r\n"
    }

    /// Letters other than ASCII in a header (RFC 2047), in words of at most 75 characters.
    private static func word(_ text: String) -> String {
        let plain = String(text.map { $0.isNewline ? " " : $0 }.prefix(200))
        guard !plain.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7f }) else { return plain }
        var words: [String] = []
        var part = ""
        for character in plain {
            if (part + String(character)).utf8.count > 42 {
                words.append(part)
                part = ""
            }
            part.append(character)
        }
        words.append(part)
        return words.map { "=?utf-8?B?\(Data($0.utf8).base64EncodedString())?=" }.joined(separator: "\r\n ")
    }

    private static func date(_ date: Date) -> String {
        let style = Date.VerbatimFormatStyle(
            format:
                "\(weekday: .abbreviated), \(day: .twoDigits) \(month: .abbreviated) \(year: .padded(4)) \(hour: .twoDigits(clock: .twentyFourHour, hourCycle: .zeroBased)):\(minute: .twoDigits):\(second: .twoDigits) +0000",
            locale: Locale(identifier: "en_US_POSIX"), timeZone: .gmt,
            calendar: Calendar(identifier: .gregorian))
        return date.formatted(style)
    }
}
