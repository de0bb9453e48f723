import ActivityStreams
import FoundationEssentials
import Signatures

/// A date that was taken is written so that it reads as the same moment.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    guard let text = String(validating: bytes(start, count), as: UTF8.self) else { return -1 }
    if let date = ASDate.date(text) {
        claim(date.timeIntervalSince1970.isFinite, "\(text) is no moment")
        let written = ASDate.text(date)
        _ = ASDate.preciseText(date)
        // Years of more than four digits have no form in RFC 3339.
        if isOurTime(date) {
            let again = ASDate.date(written)
            claim(again.map { abs($0.timeIntervalSince(date)) < 1 } ?? false, "\(text) is \(written)")
        }
    }
    if let date = HTTPDate.date(text) {
        let written = HTTPDate.text(date)
        if isOurTime(date) { claim(HTTPDate.date(written) == date, "\(text) is \(written)") }
    }
    return 0
}

/// From the year 1600 to the year 9999: no other calendar, no more than four digits.
private func isOurTime(_ date: Date) -> Bool {
    (-11_676_096_000..<253_402_300_799).contains(date.timeIntervalSince1970)
}
