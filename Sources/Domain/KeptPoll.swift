public import FoundationEssentials

/// A poll that is kept for later: how long it is open is known, until when is not yet.
public struct KeptPoll: Sendable, Equatable {
    public var options: [String]
    /// Seconds for which it is open once it is published; nil for no end.
    public var seconds: Int?
    public var isMultiple = false
    public var isAnonymous = false
    public var hidesTotals = false

    public init(options: [String], seconds: Int? = nil) {
        self.options = options
        self.seconds = seconds
    }

    /// A poll that would begin now.
    public init(_ poll: Poll, at now: Date) {
        options = poll.options.map(\.text)
        // What no poll may be open for stays so, and is refused by its check: it need not fit into a number.
        let mostSeconds = Double(Poll.duration.upperBound) + 2
        seconds = poll.closesAt.map { Int(min(max($0.timeIntervalSince(now).rounded(), -1), mostSeconds)) }
        isMultiple = poll.isMultiple
        isAnonymous = poll.isAnonymous
        hidesTotals = poll.hidesTotals
    }

    /// The poll as it is asked at a moment.
    public func poll(at moment: Date) -> Poll {
        var poll = Poll(
            options: options.map { Poll.Option($0) }, closesAt: seconds.map { moment + Double($0) })
        poll.isMultiple = isMultiple
        poll.isAnonymous = isAnonymous
        poll.hidesTotals = hidesTotals
        return poll
    }

    /// What may be kept, though it may not be published yet.
    public func check() throws(Refusal) {
        guard options.count <= Poll.optionCount.upperBound,
            options.allSatisfy({
                $0.count <= Poll.optionLength.upperBound && $0.utf8.count <= 1600
                    && !$0.contains(where: \.isNewline)
            })
        else {
            throw .invalid(field: "Options", because: "are at most 20, of 200 characters on one line each")
        }
    }
}
