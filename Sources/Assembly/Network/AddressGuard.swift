import Domain
import Federation
import NIOCore
import NIOPosix
import Storage

/// Decides to which address a request may go, and names it, so that it goes nowhere else (N69–N74).
struct AddressGuard: Sendable {
    let allowedRanges: [AddressRange]
    let allowsInsecure: Bool
    let store: any Store
    /// Its port is in the settings, so it may be unusual.
    let directory: String?
    /// Asks the system for a name's addresses.
    var lookUp: @Sendable (String) async throws -> [IPAddress] = AddressGuard.systemLookUp
    /// For one answer of the system.
    var patience = Duration.seconds(10)

    /// The one address to connect to.
    ///
    /// - Throws: `ExchangeFault.forbidden` when there is none that may be used.
    func address(for url: ObjectURI) async throws -> IPAddress {
        guard url.scheme == "https" || allowsInsecure else { throw ExchangeFault.forbidden("plain http") }
        let addresses = try await resolve(url.host)
        let member = try await store.read { try $0.member(url.authority) }
        let declared = (member?.state == .admitted ? member?.ranges ?? [] : []).compactMap {
            AddressRange($0)
        }
        guard let address = addresses.first(where: { isAllowed($0, declared: declared) }) else {
            throw ExchangeFault.forbidden("\(url.host) is at an address that may not be connected to")
        }
        // An unusual port is somebody's word: the directory's, or the administrator's for that range.
        guard
            url.port == nil || member?.state == .admitted || url.authority == directory
                || allowedRanges.contains(where: { $0.contains(address) })
        else { throw ExchangeFault.forbidden("port \(url.port ?? 0) is in no record") }
        return address
    }

    private func isAllowed(_ address: IPAddress, declared: [AddressRange]) -> Bool {
        if allowedRanges.contains(where: { $0.contains(address) }) { return true }
        return switch address.kind {
        case .ordinary: true
        case .inner: declared.contains { $0.contains(address) }
        case .never: false
        }
    }

    private func resolve(_ host: String) async throws -> [IPAddress] {
        if let literal = IPAddress(host) { return [literal] }
        // RFC 6761 §6.3: browsers answer so, and the system's resolver may not.
        if host == "localhost" || host.hasSuffix(".localhost") {
            return [IPAddress("127.0.0.1")].compactMap { $0 }
        }
        return try await answer(host)
    }

    /// The system's answer, which is not waited for longer than patience lasts, though nothing can make it give up.
    private func answer(_ host: String) async throws -> [IPAddress] {
        let (answers, answer) = AsyncThrowingStream.makeStream(of: [IPAddress].self)
        let looking = Task { [lookUp] in
            do { answer.yield(try await lookUp(host)) } catch { answer.finish(throwing: error) }
        }
        let clock = Task { [patience] in
            try await Task.sleep(for: patience)
            answer.finish(throwing: ExchangeFault.unreachable("no name server answers for \(host)"))
        }
        defer {
            looking.cancel()
            clock.cancel()
        }
        for try await addresses in answers { return addresses }
        throw CancellationError()
    }

    /// The resolver blocks a thread for each name whose server is silent: they are many, and nobody else's.
    private static let lookUps: NIOThreadPool = {
        let pool = NIOThreadPool(numberOfThreads: 32)
        pool.start()
        return pool
    }()

    static let systemLookUp: @Sendable (String) async throws -> [IPAddress] = { host in
        do {
            let found = try await lookUps.runIfActive {
                try SocketAddress.makeAddressResolvingHost(host, port: 0).ipAddress
            }
            return [found.flatMap { IPAddress($0) }].compactMap { $0 }
        } catch {
            throw ExchangeFault.unreachable("\(host) cannot be resolved")
        }
    }
}

extension IPAddress: CustomStringConvertible {
    public var description: String {
        guard bytes.count == 16 else { return bytes.map(String.init).joined(separator: ".") }
        return stride(from: 0, to: 16, by: 2).map { index in
            String(UInt16(bytes[index]) << 8 | UInt16(bytes[index + 1]), radix: 16)
        }.joined(separator: ":")
    }
}
