import AsyncHTTPClient
import Domain
import Federation
import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import ServiceLifecycle
import Synchronization

/// Sends requests to other nodes: each host by a client of its own, pinned to the address that was checked (N70).
final class NodeClient: Service {
    private struct Pinned {
        var address: IPAddress
        var client: HTTPClient
        var until: NIODeadline
    }

    private static let pinTime = TimeAmount.seconds(60)
    private static let limit = 512
    /// For what follows a status that says it all: it is read so that the connection can be used again, which is not worth
    /// more time than that, and nobody waits for it.
    private static let restTime = Duration.milliseconds(250)

    /// What goes out has a loop of its own, begun with the first request: however many slow nodes and handshakes there
    /// are, whoever is served takes turns with none of them (Spec/decisions/0081).
    private let loop = Mutex<MultiThreadedEventLoopGroup?>(nil)
    private let pins = Mutex<[String: Pinned]>([:])
    private let retired = Mutex<[(client: HTTPClient, at: NIODeadline)]>([])
    private let addresses: AddressGuard
    private let trust: TLSConfiguration
    private let userAgent: String
    private let logger: Logger

    /// `extraCAFile`: PEM certificates to trust besides the system's.
    init(addresses: AddressGuard, extraCAFile: String?, userAgent: String, logger: Logger)
        throws(SettingsFault)
    {
        self.addresses = addresses
        self.userAgent = userAgent
        self.logger = logger
        trust = try Self.trust(extraCAFile: extraCAFile)
    }

    /// Whom an outgoing line believes to be who they say.
    static func trust(extraCAFile: String?) throws(SettingsFault) -> TLSConfiguration {
        var trust = TLSConfiguration.makeClientConfiguration()
        if let extraCAFile {
            do {
                trust.additionalTrustRoots = [.certificates(try NIOSSLCertificate.fromPEMFile(extraCAFile))]
            } catch {
                throw SettingsFault("extraCAFile \(extraCAFile) cannot be read as PEM certificates")
            }
        }
        return trust
    }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                await self.closeRetired(before: NIODeadline.now() - Self.pinTime)
                try? await Task.sleep(for: .seconds(30))
            }
        }
        await close()
    }

    /// Ends every connection; after that nothing can be sent.
    func close() async {
        let clients = pins.withLock { pins in
            defer { pins.removeAll() }
            return pins.values.map(\.client)
        }
        for client in clients { try? await client.shutdown() }
        await closeRetired(before: .distantFuture)
        let loop = loop.withLock { loop in
            defer { loop = nil }
            return loop
        }
        try? await loop?.shutdownGracefully()
    }

    /// Sends one request; redirects are answers like any other.
    ///
    /// - Returns: the answer, where no body is needed without one.
    /// - Throws: `ExchangeFault`, or `CancellationError`.
    @concurrent
    func send(_ request: OutgoingRequest) async throws -> Answer {
        do {
            guard !request.needsBody else {
                return try await within(request.deadline) {
                    let response = try await self.begin(request)
                    return try await Self.answer(response, limitBytes: request.limitBytes)
                }
            }
            let response = try await within(request.deadline) { try await self.begin(request) }
            // It has answered: nothing that happens from here on could make it unsaid.
            Task {
                _ = try? await within(Self.restTime) {
                    try await response.body.collect(upTo: request.limitBytes)
                }
            }
            return Answer(response, body: [])
        } catch  where error is CancellationError || Task.isCancelled {
            // Whatever it looks like, it is we who stop.
            throw CancellationError()
        } catch let fault as ExchangeFault {
            throw fault
        } catch is NIOTooManyBytesError {
            throw ExchangeFault.tooLarge
        } catch {
            throw ExchangeFault.unreachable("\(error)")
        }
    }

    /// Sends a request and waits for the head of its answer.
    private func begin(_ request: OutgoingRequest) async throws -> HTTPClientResponse {
        let client = try await client(for: request.url)
        var outgoing = HTTPClientRequest(url: request.url.withoutFragment.string)
        outgoing.method = HTTPMethod(rawValue: request.method)
        outgoing.headers.add(name: "user-agent", value: userAgent)
        for (name, value) in request.fields { outgoing.headers.add(name: name, value: value) }
        if !request.body.isEmpty { outgoing.body = .bytes(ByteBuffer(bytes: request.body)) }
        return try await client.execute(outgoing, timeout: .seconds(15))
    }

    private static func answer(_ response: HTTPClientResponse, limitBytes: Int) async throws -> Answer {
        guard response.headers["content-encoding"].allSatisfy({ $0 == "identity" }) else {
            throw ExchangeFault.unusable("a compressed body that nobody asked for")
        }
        let body = try await response.body.collect(upTo: limitBytes)
        return Answer(response, body: Array(body.readableBytesView))
    }

    private func client(for url: ObjectURI) async throws -> HTTPClient {
        let now = NIODeadline.now()
        if let pinned = pins.withLock({ $0[url.authority] }), pinned.until > now { return pinned.client }
        let address = try await addresses.address(for: url)
        return pins.withLock { pins in
            if var pinned = pins[url.authority], pinned.address == address {
                pinned.until = now + Self.pinTime
                pins[url.authority] = pinned
                return pinned.client
            }
            if pins.count >= Self.limit, let stale = pins.min(by: { $0.value.until < $1.value.until }) {
                pins[stale.key] = nil
                retire(stale.value.client)
            }
            if let old = pins[url.authority] { retire(old.client) }
            let client = makeClient(host: url.host, address: address)
            pins[url.authority] = Pinned(address: address, client: client, until: now + Self.pinTime)
            return client
        }
    }

    private func makeClient(host: String, address: IPAddress) -> HTTPClient {
        var configuration = HTTPClient.Configuration(
            tlsConfiguration: trust, redirectConfiguration: .disallow,
            timeout: .init(connect: .seconds(5), read: .seconds(15)),
            connectionPool: .init(idleTimeout: .seconds(30), concurrentHTTP1ConnectionsPerHostSoftLimit: 8))
        configuration.httpVersion = .http1Only
        configuration.connectionPool.retryConnectionEstablishment = false
        if host != address.description { configuration.dnsOverride = [host: address.description] }
        return HTTPClient(eventLoopGroupProvider: .shared(ownLoop()), configuration: configuration)
    }

    private func ownLoop() -> MultiThreadedEventLoopGroup {
        loop.withLock { loop in
            if let loop { return loop }
            let made = MultiThreadedEventLoopGroup(numberOfThreads: 1)
            loop = made
            return made
        }
    }

    /// A client whose requests may still be under way is shut down a while later.
    private func retire(_ client: HTTPClient) { retired.withLock { $0.append((client, .now())) } }

    private func closeRetired(before limit: NIODeadline) async {
        let due = retired.withLock { retired in
            defer { retired.removeAll { $0.at < limit } }
            return retired.filter { $0.at < limit }.map(\.client)
        }
        for client in due { try? await client.shutdown() }
    }
}

extension Answer {
    fileprivate init(_ response: HTTPClientResponse, body: [UInt8]) {
        self.init(
            code: Int(response.status.code),
            fields: response.headers.map { ($0.name.lowercased(), $0.value) }, body: body)
    }
}
