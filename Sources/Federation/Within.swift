/// Does something with the network, but not for longer than a time.
///
/// - Throws: `ExchangeFault.tooSlow` when the time is up.
public func within<Value: Sendable>(
    _ limit: Duration, _ body: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    try await withThrowingTaskGroup(of: Value.self) { group in
        group.addTask { try await body() }
        group.addTask {
            try await Task.sleep(for: limit)
            throw ExchangeFault.tooSlow
        }
        defer { group.cancelAll() }
        guard let value = try await group.next() else { throw ExchangeFault.tooSlow }
        return value
    }
}
