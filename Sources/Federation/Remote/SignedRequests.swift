import Domain
import Signatures
import Social
import Storage

/// Signs requests in the way that the other node understands, and knocks twice where that is not known.
struct SignedRequests: Sendable {
    let world: World

    /// Sends a request signed by an actor of this node.
    ///
    /// A node that says no to one way of signing is asked once more in the other (double knocking), and what it
    /// takes is remembered.
    func send(_ request: OutgoingRequest, as actor: Actor) async throws -> Answer {
        let authority = request.url.authority
        let style = try await style(for: authority)
        let answer = try await world.send(try await signed(request, as: actor, style: style))
        guard [400, 401].contains(answer.code) else {
            if answer.isSuccess { world.styles.learn(style, for: authority) }
            return answer
        }
        let other: SignatureStyles.Style = style == .classic ? .middle : .classic
        let second = try await world.send(try await signed(request, as: actor, style: other))
        if second.isSuccess { world.styles.learn(other, for: authority) }
        return second.isSuccess ? second : answer
    }

    /// As this process has learned, or as the node announced to an earlier one.
    private func style(for authority: String) async throws -> SignatureStyles.Style {
        if let known = world.styles.style(for: authority) { return known }
        let announced = try await world.needs.store.read { try $0.capabilities(of: authority) }
        return announced.contains(.signsModern) ? .modern : .classic
    }

    private func signed(
        _ request: OutgoingRequest, as actor: Actor, style: SignatureStyles.Style
    ) async throws -> OutgoingRequest {
        let (id, key) = try await world.keys.signingKey(style == .modern ? .ed25519 : .rsa, of: actor)
        var signed = request
        let now = world.needs.now()
        switch style {
        case .classic:
            signed.fields += try CavageSignature.sign(request.message, keyID: id.string, key: key, now: now)
        case .modern, .middle:
            signed.fields += try MessageSignature.sign(request.message, keyID: id.string, key: key, now: now)
        }
        return signed
    }
}
