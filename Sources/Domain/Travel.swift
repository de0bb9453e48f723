public import FoundationEssentials

/// An activity of an actor of this node, as it stands at its id.
public struct OutgoingActivity: Sendable, Equatable {
    public var id: ActivityID
    public var uri: ObjectURI
    public var actor: ActorID
    /// The post it is about, by whose audience readers are judged; nil where only its addressees may read it.
    public var post: PostID?
    public var json: [UInt8]
    /// Whether it belongs in the outbox collection.
    public var isListed: Bool
    public var createdAt: Date
    /// Whether the next of the same actor about the same post takes its place: totals, say.
    public var isPassing = false

    public init(
        id: ActivityID, uri: ObjectURI, actor: ActorID, post: PostID?, json: [UInt8], isListed: Bool,
        createdAt: Date
    ) {
        self.id = id
        self.uri = uri
        self.actor = actor
        self.post = post
        self.json = json
        self.isListed = isListed
        self.createdAt = createdAt
    }
}

/// One activity on its way to one inbox: a line of the ledger.
public struct Delivery: Sendable, Equatable {
    public var id: DeliveryID
    public var activity: ActivityID
    public var actor: ActorID
    public var inbox: ObjectURI
    public var state: State
    public var attempts: Int
    public var nextAt: Date
    /// The answer of the last attempt: an HTTP code, or a word for why there was none.
    public var answer: String?

    public init(
        id: DeliveryID, activity: ActivityID, actor: ActorID, inbox: ObjectURI, state: State, attempts: Int,
        nextAt: Date, answer: String?
    ) {
        self.id = id
        self.activity = activity
        self.actor = actor
        self.inbox = inbox
        self.state = state
        self.attempts = attempts
        self.nextAt = nextAt
        self.answer = answer
    }

    public enum State: Int, Sendable {
        case waiting = 0
        case delivered = 1
        /// The other node said no for good.
        case refused = 2
        /// It was tried for as long as is promised.
        case expired = 3
    }
}

/// How far a post has got to one office: a line of the ledger as its author reads it.
public struct OfficeDelivery: Sendable, Equatable {
    /// The office's authority.
    public var office: String
    public var state: Delivery.State
    public var attempts: Int
    public var nextAt: Date
    public var answer: String?

    public init(office: String, state: Delivery.State, attempts: Int, nextAt: Date, answer: String?) {
        self.office = office
        self.state = state
        self.attempts = attempts
        self.nextAt = nextAt
        self.answer = answer
    }
}

/// An activity that was acknowledged and waits to take effect.
public struct Received: Sendable, Equatable {
    public var id: ReceivedID
    /// Who signed the request.
    public var signer: ActorID
    public var body: [UInt8]
    public var attempts: Int
    public var receivedAt: Date

    public init(id: ReceivedID, signer: ActorID, body: [UInt8], attempts: Int, receivedAt: Date) {
        self.id = id
        self.signer = signer
        self.body = body
        self.attempts = attempts
        self.receivedAt = receivedAt
    }
}

/// A public or private key of an actor.
public struct ActorKey: Sendable, Equatable {
    public var id: ObjectURI
    public var actor: ActorID
    public var kind: Kind
    /// DER SubjectPublicKeyInfo for RSA, 32 raw bytes for Ed25519.
    public var publicKey: [UInt8]
    /// Sealed with the node's master key; nil for keys of other nodes.
    public var sealedPrivateKey: [UInt8]?
    /// When a newer key took over; it is honoured for the overlap after that.
    public var retiredAt: Date?

    public init(
        id: ObjectURI, actor: ActorID, kind: Kind, publicKey: [UInt8], sealedPrivateKey: [UInt8]? = nil,
        retiredAt: Date? = nil
    ) {
        self.id = id
        self.actor = actor
        self.kind = kind
        self.publicKey = publicKey
        self.sealedPrivateKey = sealedPrivateKey
        self.retiredAt = retiredAt
    }

    public enum Kind: Int, Sendable {
        case rsa = 0
        case ed25519 = 1
    }
}
