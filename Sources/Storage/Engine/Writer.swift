/// What an engine's one writer offers, so that many callers' writes can share a commit.
public protocol Writer {
    /// Runs `body` in one transaction: durable once this returns, undone when it throws.
    ///
    /// `body` may run again, from the start and on rows as they were.
    func inTransaction(_ body: (Transaction) throws -> Void) throws

    /// Within a transaction, undoes what `body` did, and only that, when it throws. `body` may run again.
    func inSavepoint(_ body: (Transaction) throws -> Void) throws
}
