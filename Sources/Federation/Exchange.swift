public import Domain
import Signatures

/// A request to another node, before it is signed.
public struct OutgoingRequest: Sendable {
    public var method: String
    public var url: ObjectURI
    /// Names in lower case.
    public var fields: [(name: String, value: String)]
    public var body: [UInt8]
    /// The most bytes of the answer that are read (N78).
    public var limitBytes: Int
    /// False where the status says it all: then whatever becomes of the answer's body changes nothing.
    public var needsBody: Bool
    /// For everything together: resolving, connecting, sending, reading (N81).
    public var deadline: Duration

    public init(
        method: String, url: ObjectURI, fields: [(name: String, value: String)] = [], body: [UInt8] = [],
        limitBytes: Int = Limits.fetchedBody, needsBody: Bool = true, deadline: Duration = .seconds(15)
    ) {
        self.method = method
        self.url = url
        self.fields = fields
        self.body = body
        self.limitBytes = limitBytes
        self.needsBody = needsBody
        self.deadline = deadline
    }

    var message: HTTPMessage {
        HTTPMessage(
            method: method, scheme: url.scheme, authority: url.authority, pathAndQuery: url.pathAndQuery,
            fields: fields, body: body
        )
    }
}

/// What another node answered.
public struct Answer: Sendable {
    public var code: Int
    /// Names in lower case.
    public var fields: [(name: String, value: String)]
    public var body: [UInt8]

    public init(code: Int, fields: [(name: String, value: String)], body: [UInt8]) {
        self.code = code
        self.fields = fields
        self.body = body
    }

    public func field(_ name: String) -> String? { fields.first { $0.name == name }?.value }
    public var isSuccess: Bool { (200..<300).contains(code) }
}

/// Why there is no answer.
public enum ExchangeFault: Error, Equatable, Sendable {
    /// The address may not be connected to, or the node is not one we deal with.
    case forbidden(String)
    case unreachable(String)
    case tooLarge
    case tooSlow
    /// It answered, but not with what was asked for.
    case unusable(String)
    /// It answered with this code.
    case answered(Int)
}

extension ExchangeFault {
    /// Whether asking again would bring the same.
    var isFinal: Bool {
        switch self {
        case .forbidden, .tooLarge, .unusable: true
        case .answered(let code): (400..<500).contains(code) && code != 408 && code != 429
        case .unreachable, .tooSlow: false
        }
    }
}

/// Sends one request without following redirects. `Assembly` gives it; tests give another.
public typealias Send = @Sendable (OutgoingRequest) async throws -> Answer
