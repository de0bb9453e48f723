public import FoundationEssentials
import RawStructuredFieldValues

/// One signature of RFC 9421.
public struct MessageSignature: Sendable {
    public let label: String
    public let keyID: String
    let algorithm: String?
    let created: Int64?
    let expires: Int64?
    let components: [Component]
    let parameters: String
    let signature: [UInt8]

    /// A covered component: its name and its flags (§2).
    struct Component: Sendable, Equatable {
        var name: String
        var queryName: String?
        /// As it stands in the base: name and flags, canonically serialised.
        var identifier: String
    }

    /// Reads the signatures of a message (§4.1, §4.2); those that use what we do not know are refused.
    public static func read(input: String, signature: String) throws(SignatureFault) -> [MessageSignature] {
        guard input.utf8.count + signature.utf8.count <= 16_384 else { throw .malformed("signature-input") }
        guard let inputs = try? dictionary(input), let values = try? dictionary(signature) else {
            throw .malformed("signature-input")
        }
        var result: [MessageSignature] = []
        for (label, value) in inputs {
            guard case .innerList(let list) = value, case .item(let item)? = values[label],
                case .undecodedByteSequence(let text) = item.rfc9651BareItem, let bytes = bytes(base64: text)
            else { throw .malformed("signature") }
            result.append(try MessageSignature(label: label, list: list, signature: bytes))
        }
        return result
    }

    private init(label: String, list: InnerList, signature: [UInt8]) throws(SignatureFault) {
        self.label = label
        self.signature = signature
        var texts: [String: String] = [:]
        var numbers: [String: Int64] = [:]
        for (name, item) in list.rfc9651Parameters {
            switch item {
            case .string(let text): texts[name] = text
            case .integer(let number): numbers[name] = number
            case .bool, .decimal, .undecodedByteSequence, .token, .date, .displayString:
                throw .malformed(name)
            }
        }
        keyID = texts["keyid"] ?? ""
        algorithm = texts["alg"]
        created = numbers["created"]
        expires = numbers["expires"]
        components = try Self.components(list)
        guard Set(components.map(\.identifier)).count == components.count, components.count <= 32 else {
            throw .malformed("components")
        }
        parameters = try Self.serialise(list)
    }

    /// Checks what is covered, the clock, the digest and then the signature, as nodes require it of each
    /// other. `authority`: our own public name; a signature for another is refused (N10).
    public func verify(
        _ message: HTTPMessage, by key: PublicKey, authority: String, now: Date
    ) throws(SignatureFault) {
        guard SignatureAlgorithm.federated.contains(key.algorithm),
            algorithm == nil || algorithm == key.algorithm.rawValue
        else { throw .unsupportedAlgorithm(algorithm ?? key.algorithm.rawValue) }
        let names = Set(components.map(\.name))
        guard names.contains("@method") else { throw .notCovered("@method") }
        guard
            names.contains("@target-uri") || names.isSuperset(of: ["@authority", "@request-target"])
                || names.isSuperset(of: ["@authority", "@path", "@query"])
        else { throw .notCovered("@target-uri") }
        guard message.authority == authority else { throw .otherAuthority }
        guard let created else { throw .malformed("created") }
        try SignatureWindow.created.check(Date(timeIntervalSince1970: Double(created)), now: now)
        if let expires, Date(timeIntervalSince1970: Double(expires)) < now { throw .outsideWindow }
        if message.method == "POST" || !message.body.isEmpty {
            guard let digest = message.field("content-digest") else { throw .digestMissing }
            guard names.contains("content-digest") else { throw .notCovered("content-digest") }
            try BodyDigest.check(contentDigest: digest, of: message.body)
        }
        guard key.algorithm.verify(signature, over: Array(try base(of: message).utf8), by: key) else {
            throw .wrongSignature
        }
    }

    /// The bytes that are signed (§2.5).
    public func base(of message: HTTPMessage) throws(SignatureFault) -> String {
        var lines: [String] = []
        for component in components {
            lines.append("\(component.identifier): \(try Self.value(of: component, in: message))")
        }
        lines.append("\"@signature-params\": \(parameters)")
        return lines.joined(separator: "\n")
    }

    /// Whether the signature covers a field.
    public func covers(_ name: String) -> Bool { components.contains { $0.name == name } }

    /// The bytes of the signature, for algorithms that are not between servers.
    public var value: [UInt8] { signature }

    /// The fields to add to a request (§3.1): method, target and, with a body, its digest are covered.
    public static func sign(
        _ message: HTTPMessage, keyID: String, key: PrivateKey, now: Date
    ) throws(SignatureFault) -> [(name: String, value: String)] {
        var signed = message
        var added: [(name: String, value: String)] = []
        var names = #""@method" "@target-uri""#
        if message.method == "POST" {
            added.append(("content-digest", BodyDigest.contentDigest(of: message.body)))
            names += #" "content-digest""#
        }
        if message.field(CavageSignature.synchronization) != nil {
            names += " \"\(CavageSignature.synchronization)\""
        }
        signed.fields += added
        let created = Int64(now.timeIntervalSince1970)
        let parameters =
            #"(\#(names));created=\#(created);keyid="\#(keyID)";alg="\#(key.algorithm.rawValue)""#
        let input = "sig1=\(parameters)"
        guard let unsigned = try read(input: input, signature: "sig1=::").first else {
            throw .malformed("keyid")
        }
        let signature = try key.algorithm.sign(Array(try unsigned.base(of: signed).utf8), by: key)
        return added + [("signature-input", input), ("signature", "sig1=:\(signature.base64):")]
    }

    private static func value(of component: Component, in message: HTTPMessage) throws(SignatureFault)
        -> String
    {
        switch component.name {
        case "@method": return message.method
        case "@authority": return message.authority
        case "@scheme": return message.scheme
        case "@target-uri": return "\(message.scheme)://\(message.authority)\(message.pathAndQuery)"
        case "@request-target": return message.pathAndQuery
        case "@path": return message.path
        case "@query": return "?\(message.query ?? "")"
        case "@query-param":
            guard let name = component.queryName, let query = message.query else {
                throw .notCovered("@query-param")
            }
            let values = query.split(separator: "&").filter { $0.prefix { $0 != "=" } == name }
            guard values.count == 1, let value = values.first else { throw .notCovered("@query-param") }
            return String(value.dropFirst(name.count + 1))
        case "@status":
            guard let status = message.status else { throw .notCovered("@status") }
            return String(status)
        default:
            guard !component.name.hasPrefix("@"), let value = message.field(component.name) else {
                throw .notCovered(component.name)
            }
            return value
        }
    }

    private static func components(_ list: InnerList) throws(SignatureFault) -> [Component] {
        var result: [Component] = []
        for item in list.bareInnerList {
            guard case .string(let name) = item.rfc9651BareItem else { throw .malformed("components") }
            var component = Component(name: name, identifier: "\"\(name)\"")
            for (flag, value) in item.rfc9651Parameters {
                // `sf`, `key`, `bs`, `tr` and `req` change how a value is made; nobody sends them to an inbox.
                guard flag == "name", case .string(let text) = value else { throw .malformed(flag) }
                component.queryName = text
                component.identifier += ";name=\"\(text)\""
            }
            result.append(component)
        }
        return result
    }

    private static func serialise(_ list: InnerList) throws(SignatureFault) -> String {
        var serializer = StructuredFieldValueSerializer()
        do {
            return String(decoding: try serializer.writeListFieldValue([.innerList(list)]), as: UTF8.self)
        } catch {
            throw .malformed("signature-input")
        }
    }

    private static func dictionary(_ field: String) throws -> OrderedMap<String, ItemOrInnerList> {
        var parser = StructuredFieldValueParser(Array(field.utf8))
        return try parser.parseDictionaryFieldValue()
    }
}
