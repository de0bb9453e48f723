/// Waits for a fact of which no event tells, and leaves the machine to others meanwhile.
public func eventually(
    isolation: isolated (any Actor)? = #isolation, _ fact: () async throws -> Bool
) async throws {
    while try await !fact() { try await Task.sleep(for: .milliseconds(20)) }
}
