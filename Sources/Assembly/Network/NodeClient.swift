import AsyncHTTPClient
import Domain
import Federation
import Logging
import NIOCore
import NIOHTTP1
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
    }

    /// Sends one request; redirects are answers like any other.
    ///
    /// - Throws: `ExchangeFault`.
    @concurrent
    func send(_ request: OutgoingRequest) async throws -> Answer {
        do {
            return try await withThrowingTaskGroup(of: Answer.self) { group in
                group.addTask { try await self.exchange(request) }
                group.addTask {
                    try await Task.sleep(for: request.deadline)
                    throw ExchangeFault.tooSlow
                }
                defer { group.cancelAll() }
                guard let answer = try await group.next() else { throw ExchangeFault.tooSlow }
                return answer
            }
        } catch let fault as ExchangeFault {
            throw fault
        } catch is NIOTooManyBytesError {
            throw ExchangeFault.tooLarge
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            throw ExchangeFault.unreachable("\(error)")
        }
    }

    private func exchange(_ request: OutgoingRequest) async throws -> Answer {
        let client = try await client(for: request.url)
        var outgoing = HTTPClientRequest(url: request.url.withoutFragment.string)
        outgoing.method = HTTPMethod(rawValue: request.method)
        outgoing.headers.add(name: "user-agent", value: userAgent)
        for (name, value) in request.fields { outgoing.headers.add(name: name, value: value) }
        if !request.body.isEmpty { outgoing.body = .bytes(ByteBuffer(bytes: request.body)) }
        let response = try await client.execute(outgoing, timeout: .seconds(15))
        guard response.headers["content-encoding"].allSatisfy({ $0 == "identity" }) else {
            throw ExchangeFault.unusable("a compressed body that nobody asked for")
        }
        let body = try await response.body.collect(upTo: request.limitBytes)
        return Answer(
            code: Int(response.status.code),
            fields: response.headers.map { ($0.name.lowercased(), $0.value) },
            body: Array(body.readableBytesView))
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
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
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
