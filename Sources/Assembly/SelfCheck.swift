import Domain
import Federation
import FoundationEssentials
import JSON
public import Logging
import ServiceLifecycle
import Signatures
import Social
import Storage

/// Tests a node's own set-up and says what to do about each fault (`hallway admin check`).
public struct SelfCheck: Sendable {
    private let node: Node

    /// One thing that was looked at.
    public struct Finding: Sendable {
        public var isGood: Bool
        public var text: String
    }

    public init(settings: Settings, logger: Logger) async throws {
        node = try await Node(settings: settings, logger: logger)
    }

    public func run() async -> [Finding] {
        let findings = [await database(), await baseURL(), await webFinger(), await directory()]
        await node.client.close()
        return findings
    }

    private func database() async -> Finding {
        do {
            let moment = Array("\(node.needs.now().timeIntervalSince1970)".utf8)
            try await node.store.write { try $0.setNodeState("ready", to: moment) }
            if let fault = try await node.store.read({ try $0.integrityFault() }) {
                return Finding(
                    isGood: false,
                    text: "database: damaged (\(fault.prefix(200))); restore it from your backup")
            }
            return Finding(
                isGood: true, text: "database: \(node.settings.database) can be read and written")
        } catch {
            return Finding(
                isGood: false, text: "database: \(error); check the disk's room and the rights of the file")
        }
    }

    private func baseURL() async -> Finding {
        let base = node.settings.baseURL
        do {
            let answer = try await node.client.send(
                OutgoingRequest(method: "GET", url: base.sibling("/actor")))
            let json = try JSONParser.parse(answer.body)
            guard answer.isSuccess, json["id"]?.string == node.needs.addresses.node.string else {
                return Finding(
                    isGood: false,
                    text:
                        "baseURL: \(base.origin) answers \(answer.code), but not as this node; point the name and the "
                        + "proxy at \(node.settings.listenHost):\(node.settings.listenPort)")
            }
            return clock(answer.field("date").flatMap(HTTPDate.date))
        } catch ExchangeFault.forbidden(let why) {
            return Finding(
                isGood: false,
                text:
                    "baseURL: \(why); if that is meant (a trial, an intranet), name the range in allowedPeerRanges"
            )
        } catch {
            return Finding(
                isGood: false,
                text:
                    "baseURL: \(base.origin) does not answer (\(error)); start the node, and check name, proxy and "
                    + "certificate")
        }
    }

    private func clock(_ other: Date?) -> Finding {
        let skew = other.map { node.needs.now().timeIntervalSince($0) } ?? 0
        guard abs(skew) < 300 else {
            return Finding(
                isGood: false, text: "clock: differs from the node's by \(Int(skew)) s; synchronise it (NTP)")
        }
        return Finding(
            isGood: true,
            text: "baseURL: \(node.settings.baseURL.origin) is this node, certificate and clock are right")
    }

    private func webFinger() async -> Finding {
        let base = node.settings.baseURL
        let url = base.sibling("/.well-known/webfinger?resource=\(base.origin)/")
        let answer = try? await node.client.send(OutgoingRequest(method: "GET", url: url))
        return answer?.isSuccess == true
            ? Finding(isGood: true, text: "WebFinger: answers")
            : Finding(isGood: false, text: "WebFinger: does not answer; let the proxy pass /.well-known/ on")
    }

    private func directory() async -> Finding {
        guard let url = node.settings.directoryURL else {
            return Finding(isGood: true, text: "directory: none is set; this node stands alone")
        }
        let (seen, alert, skew) =
            (try? await node.store.read { transaction in
                (
                    try transaction.nodeState("directory seen"), try transaction.nodeState("directory alert"),
                    try transaction.nodeState("directory skew")
                )
            }) ?? (nil, nil, nil)
        if let alert, !alert.isEmpty {
            return Finding(
                isGood: false,
                text:
                    "directory: it contradicts itself (\(String(decoding: alert, as: UTF8.self))); ask its administrator: "
                    + "where it was brought back from a copy, `hallway admin directory continue` lets it go on"
            )
        }
        if let skew = skew.flatMap({ Double(String(decoding: $0, as: UTF8.self)) }), abs(skew) > 300 {
            return Finding(
                isGood: false, text: "clock: differs from the directory's by \(Int(skew)) s; synchronise it")
        }
        guard let seen = seen.flatMap({ Double(String(decoding: $0, as: UTF8.self)) }) else {
            return Finding(
                isGood: false,
                text:
                    "directory: \(url.origin) has not admitted this node yet; give it an invitation, or read the "
                    + "fingerprint in the log to its administrator")
        }
        let age = Int(node.needs.now().timeIntervalSince1970 - seen)
        guard age < 300 else {
            return Finding(
                isGood: false,
                text:
                    "directory: not heard of for \(age / 60) minutes; what is known goes on, new nodes and people wait"
            )
        }
        return Finding(isGood: true, text: "directory: \(url.origin), heard of \(age) s ago")
    }
}
