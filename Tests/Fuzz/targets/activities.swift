import ActivityStreams
import JSON

/// Nothing that can be asked of an object traps, whatever it holds, and what is embedded is asked as well.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    guard let json = try? JSONParser.parse(bytes(start, count)) else { return -1 }
    guard let object = try? ASObject(json) else { return 0 }
    ask(object, depth: 0)
    guard let again = try? ASObject(.object(object.json)) else { fatalError("an object is refused again") }
    claim(again.json == object.json, "an object differs from itself")
    return 0
}

private func ask(_ object: ASObject, depth: Int) {
    _ = (object.id, object.types, object.type, object.has("Note"))
    for name in object.json.names + ["name", "content", "summary"] {
        _ = (object.text(name), object.language(name), object.bool(name), object.int(name))
        _ = (object.date(name), object.uris(name), object.uri(name))
        _ = MediaType.isActivityStreams(object.text(name))
        guard depth < 3 else { continue }
        for inner in object.objects(name).prefix(4) { ask(inner, depth: depth + 1) }
    }
}
