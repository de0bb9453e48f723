import JSON

/// Half of the new inputs are made by libFuzzer's own means; the others are a document with one value changed, since few
/// documents are any after a byte of them was.
@_cdecl("LLVMFuzzerCustomMutator")
public func mutate(_ start: UnsafeMutablePointer<UInt8>, _ count: Int, _ most: Int, _ seed: UInt32) -> Int {
    var luck = Luck(state: UInt64(seed) << 1 | 1)
    guard luck.next(2) == 0, let json = try? JSONParser.parse(bytes(start, count)) else {
        return mutateBytes(start, count, most)
    }
    var values: [JSONValue] = []
    list(json, into: &values)
    var left = luck.next(values.count)
    let changed = change(json, at: &left) { value in
        switch luck.next(5) {
        case 0: values[luck.next(values.count)]
        case 1: interesting[luck.next(interesting.count)]
        case 2: [value, values[luck.next(values.count)]]
        case 3: other(than: value, &luck)
        default: with(value, one: values[luck.next(values.count)], &luck)
        }
    }.bytes
    guard changed.count <= most else { return mutateBytes(start, count, most) }
    _ = UnsafeMutableBufferPointer(start: start, count: changed.count).update(fromContentsOf: changed)
    return changed.count
}

@_extern(c, "LLVMFuzzerMutate")
private func mutateBytes(_ start: UnsafeMutablePointer<UInt8>, _ count: Int, _ most: Int) -> Int

private struct Luck {
    var state: UInt64

    /// Below a bound.
    mutating func next(_ bound: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int(state >> 33) % max(bound, 1)
    }
}

private let interesting: [JSONValue] = [
    nil, true, false, 0, -1, 2, 1_000_000, 1_000_001, .int(.max), .int(.min), .double(1e300), "", " ",
    "\u{301}",
    "\u{600}", "\u{202e}", "<p>", "</p>", "2026-05-02T12:00:00.999Z", "0000-01-01T00:00:00Z",
    "9999-12-31T23:59:59.999Z", "99999-01-01T00:00:00Z", "-0001-01-01T00:00:00Z", [], [nil], [:],
    .string(String(repeating: "a", count: 250)), "https://oslo.example/actors/1",
    "https://pune.example/actors/1",
]

private func list(_ value: JSONValue, into values: inout [JSONValue]) {
    values.append(value)
    switch value {
    case .array(let items): for item in items { list(item, into: &values) }
    case .object(let object): for member in object.members { list(member.value, into: &values) }
    default: break
    }
}

/// The same document with one of its values changed, by its place in the order of ``list(_:into:)``.
private func change(_ value: JSONValue, at left: inout Int, _ body: (JSONValue) -> JSONValue) -> JSONValue {
    left -= 1
    if left == -1 { return body(value) }
    switch value {
    case .array(let items): return .array(items.map { change($0, at: &left, body) })
    case .object(let object):
        return .object(JSONObject(object.members.map { ($0.name, change($0.value, at: &left, body)) }))
    default: return value
    }
}

/// A text or number that is nearly the same, or the other truth.
private func other(than value: JSONValue, _ luck: inout Luck) -> JSONValue {
    switch value {
    case .int(let number): return .int(number &+ Int64(luck.next(5)) &- 2)
    case .bool(let isTrue): return .bool(!isTrue)
    case .string(let text):
        var scalars = Array(text.unicodeScalars)
        let place = luck.next(scalars.count + 1)
        let added: [Unicode.Scalar] = ["\u{301}", "\u{600}", "\u{200d}", "<", "&", "é", " ", "\n", "0", "#"]
        scalars.insert(added[luck.next(added.count)], at: place)
        return .string(String(String.UnicodeScalarView(scalars)))
    case .null, .double, .array, .object: return .string("\(luck.next(100))")
    }
}

/// A list or object with something more in it, or less.
private func with(_ value: JSONValue, one: JSONValue, _ luck: inout Luck) -> JSONValue {
    switch value {
    case .array(var items):
        if luck.next(2) == 0, !items.isEmpty {
            items.remove(at: luck.next(items.count))
        } else {
            items.append(one)
        }
        return .array(items)
    case .object(var object):
        guard let member = object.members.isEmpty ? nil : object.members[luck.next(object.members.count)]
        else {
            return one
        }
        object[member.name] = luck.next(2) == 0 ? nil : one
        return .object(object)
    case .null, .bool, .int, .double, .string: return one
    }
}
