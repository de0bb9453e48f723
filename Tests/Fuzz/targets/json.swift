import JSON

/// What is read is written so that it reads as the same, and the canonical form is its own canonical form.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    guard let value = try? JSONParser.parse(bytes(start, count)) else { return 0 }
    guard let again = try? JSONParser.parse(value.bytes) else { fatalError("what was written is not read") }
    claim(again.bytes == value.bytes, "what was written reads as \(again.text), not \(value.text)")
    let canonical = value.canonical
    guard let sorted = try? JSONParser.parse(canonical) else { fatalError("the canonical form is not read") }
    claim(sorted.canonical == canonical, "the canonical form of the canonical form differs")
    return 0
}
