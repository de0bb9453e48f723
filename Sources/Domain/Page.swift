/// A stretch of a list that is ordered by id, newest first.
public struct Page: Sendable, Equatable {
    /// Only what is older than this id.
    public var before: Int64?
    /// Only what is newer; the newest of it.
    public var since: Int64?
    /// Only what is newer; the oldest of it, which is what reading upwards asks for.
    public var after: Int64?
    public var limit: Int

    public init(before: Int64? = nil, since: Int64? = nil, after: Int64? = nil, limit: Int = 20) {
        self.before = before
        self.since = since
        self.after = after
        self.limit = limit
    }
}
