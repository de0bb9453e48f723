import Domain
import FoundationEssentials
import Signatures

/// What became of one attempt to deliver.
enum Outcome: Sendable, Equatable {
    case delivered(Int)
    /// No for good.
    case refused(String)
    /// The inbox does not exist any more (410).
    case gone
    /// Not now, and nothing for so many seconds (429, 503).
    case busy(Int, retryAfter: Double)
    /// The node takes others, and this one again after so many seconds (``ActivityWaits``, or in the answer to a batch).
    case waits(Int, retryAfter: Double)
    /// No useful answer: the node is down, or in trouble.
    case silent(String)
    /// It could not be sent, for a reason of this node's own, which says nothing of the other.
    case fault
    /// This node stops: as if it had not been tried.
    case interrupted

    init(_ answer: Answer, now: Date) {
        switch answer.code {
        case 200..<300: self = .delivered(answer.code)
        case 410: self = .gone
        case 429, 503:
            let seconds = Self.retryAfter(answer.field("retry-after"), now: now)
            self =
                ActivityWaits.isSaid(by: answer)
                ? .waits(answer.code, retryAfter: seconds) : .busy(answer.code, retryAfter: seconds)
        case 408, 500..<600: self = .silent(String(answer.code))
        // A redirected delivery is not followed (N76); every other answer is about this activity alone.
        default: self = .refused(String(answer.code))
        }
    }

    var isSilent: Bool { if case .silent = self { true } else { false } }
    /// Seconds for which the node wants to be left alone.
    var rest: Double? { if case .busy(_, let seconds) = self { seconds } else { nil } }

    /// The same, where it is said of one activity of a batch, and not of the inbox.
    var ofOneAlone: Outcome {
        switch self {
        case .busy(let code, let seconds): .waits(code, retryAfter: seconds)
        case .gone: .refused("410")
        case .delivered, .refused, .waits, .silent, .fault, .interrupted: self
        }
    }

    var label: String {
        switch self {
        case .delivered: "delivered"
        case .refused: "refused"
        case .gone: "gone"
        case .busy: "busy"
        case .waits: "waits"
        case .silent: "silent"
        case .fault: "fault"
        case .interrupted: "interrupted"
        }
    }

    /// What it is counted as; nil for what was not tried.
    var count: Count? {
        switch self {
        case .delivered: .delivered
        case .refused: .deliveryRefused
        case .gone: .deliveryGone
        case .busy, .waits: .deliveryBusy
        case .silent: .deliverySilent
        case .fault: .deliveryFault
        case .interrupted: nil
        }
    }

    /// Brings the ledger's line up to date. `pause`: seconds until a silent node is tried again.
    func settle(_ delivery: inout Delivery, now: Date, pause: Double) {
        switch self {
        case .delivered(let code):
            delivery.state = .delivered
            delivery.answer = String(code)
        case .refused(let reason):
            delivery.answer = reason
            if reason == "401" {
                // A wrong clock, here or there, or a key it has not seen: neither is this activity's fault.
                delivery.nextAt = now + Backoff.pause(after: delivery.attempts)
            } else if Self.isPassing(reason), delivery.attempts < Self.doubts {
                // Perhaps it has not heard yet that we belong.
                delivery.nextAt = now + 5 * Double(delivery.attempts)
            } else {
                delivery.state = .refused
            }
        case .gone:
            delivery.state = .refused
            delivery.answer = "410"
        case .busy(let code, let seconds):
            delivery.answer = String(code)
            delivery.nextAt = now + seconds
        case .waits(let code, let seconds):
            delivery.answer = String(code)
            // What it waits for may be away for long, and is asked about more and more rarely.
            delivery.nextAt = now + max(seconds, Backoff.pause(after: delivery.attempts))
        case .silent(let reason):
            delivery.answer = String(reason.prefix(200))
            delivery.nextAt = now + pause
        case .fault:
            delivery.answer = Self.ownFault
            delivery.nextAt = now + Backoff.pause(after: delivery.attempts)
        case .interrupted: return
        }
        // A delivery may have been put behind others.
        let began = min(IDSource.date(of: delivery.id), IDSource.date(of: delivery.activity))
        let age = now.timeIntervalSince(began)
        if delivery.state == .waiting, age > Self.patience { delivery.state = .expired }
    }

    /// Whether something waits for a node that was silent, by its line in the ledger: one that said no, or when, was not.
    /// What was put off together with others has no answer of its own.
    static func tellsOfSilence(_ answer: String?) -> Bool {
        guard let answer else { return true }
        guard let code = Int(answer) else { return answer != unknownNode && answer != ownFault }
        return code == 408 || (500..<600).contains(code) && code != 503
    }

    /// Seconds for which something waits to be delivered, and no longer.
    static let patience = Double(Limits.deliveryDays) * 86400

    /// How often a "no" about who we are is asked again before it is believed.
    private static let doubts = 4

    private static func isPassing(_ reason: String) -> Bool {
        reason == "403" || reason == unknownNode
    }

    /// Our own "no": the directory's list may name the node in a moment.
    static let unknownNode = "not a node we deal with"

    private static let ownFault = "fault"

    /// Seconds or a date (RFC 9110 §10.2.3), at most a day.
    private static func retryAfter(_ field: String?, now: Date) -> Double {
        guard let field else { return 60 }
        let seconds = UInt32(field).map(Double.init) ?? HTTPDate.date(field)?.timeIntervalSince(now) ?? 60
        return min(max(seconds, 1), 86400)
    }
}
