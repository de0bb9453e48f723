import NIOCore
import Synchronization

/// Who holds how many lines: nobody may hold so many that there are none for others. Proxies speak for many, and may.
final class Doors: Sendable {
    private let share: Int
    private let trusted: [AddressRange]
    private let held = Mutex<[String: Int]>([:])

    init(share: Int, trusted: [AddressRange]) {
        self.share = share
        self.trusted = trusted
    }

    /// For each line one, which closes it at once where its address holds too many.
    func handler() -> any RemovableChannelHandler { Doorkeeper(doors: self) }

    func enter(_ address: String) -> Bool {
        let network = IPAddress.network(of: address)
        return held.withLock { held in
            held[network, default: 0] += 1
            return held[network, default: 0] <= share || isTrusted(address)
        }
    }

    func leave(_ address: String) {
        let network = IPAddress.network(of: address)
        held.withLock { held in
            let left = (held[network] ?? 1) - 1
            held[network] = left > 0 ? left : nil
        }
    }

    private func isTrusted(_ text: String) -> Bool {
        guard let address = IPAddress(text) else { return true }
        return trusted.contains { $0.contains(address) }
    }
}

private final class Doorkeeper: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = Any

    private let doors: Doors
    private var address: String?

    init(doors: Doors) { self.doors = doors }

    func handlerAdded(context: ChannelHandlerContext) {
        guard let address = context.channel.remoteAddress?.ipAddress else { return }
        self.address = address
        guard !doors.enter(address) else { return }
        // Once the line is set up: one that is closed before is an error in the log.
        let channel = context.channel
        channel.eventLoop.execute { channel.close(promise: nil) }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        if let address { doors.leave(address) }
        address = nil
    }
}
