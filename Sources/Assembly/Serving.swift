import Domain
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import ServiceLifecycle
import Surface
import UnixSignals

/// Listens, and runs the loops beside, until a signal says to stop.
struct Serving {
    /// Each costs some 65 KiB while something comes in on it; whoever comes when there are more waits to be let in.
    private static let mostConnections = 10_000

    let settings: Settings
    let logger: Logger

    /// `ending`: what is left to do when nothing runs any more; it is part of the stop, which has its limit.
    ///
    /// - Throws: ``SettingsFault`` when the address cannot be listened on.
    func run(
        router: Router<HallwayContext>, services: [any Service], ending: () throws -> Void
    ) async throws {
        let (settings, logger) = (settings, logger)
        let stop = StopDeadline(logger: logger)
        let doors = Doors(share: Self.mostConnections / 4, trusted: settings.trustedProxies)
        let application = Application(
            router: router,
            server: .http1(
                configuration: .init(additionalChannelHandlers: [doors.handler()], idleTimeout: .seconds(90))),
            configuration: .init(
                address: .hostname(settings.listenHost, port: settings.listenPort), serverName: "Hallway",
                backlog: 1024,
                availableConnectionsDelegate: MaximumAvailableConnections(
                    Self.mostConnections, logger: logger)),
            services: [],
            onServerRunning: { _ in
                logger.info(
                    "listening",
                    metadata: [
                        "address": "\(settings.listenHost):\(settings.listenPort)",
                        "baseURL": "\(settings.baseURL.origin)",
                    ])
            },
            logger: logger)
        var configuration = ServiceGroupConfiguration(
            services: (services + [application, stop]).map { .init(service: $0) },
            gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        configuration.maximumGracefulShutdownDuration = StopDeadline.grace
        do {
            try await ServiceGroup(configuration: configuration).run()
            try ending()
            stop.end()
        } catch let error as IOError
            where error.errnoCode == 98 || error.errnoCode == 13 || error.errnoCode == 99
        {
            let cause =
                switch error.errnoCode {
                case 98: "another program listens there"
                case 13: "this user may not"
                default: "this machine has no such address"
                }
            throw SettingsFault(
                "cannot listen on \(settings.listenHost):\(settings.listenPort): \(cause); choose another with "
                    + "HALLWAY_LISTEN")
        }
    }
}
