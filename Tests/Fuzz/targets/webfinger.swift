import ActivityStreams
import JSON

/// A WebFinger answer is read or refused, and what was read is written so that it reads as the same.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    guard let json = try? JSONParser.parse(bytes(start, count)) else { return -1 }
    guard let answer = ResourceDescriptor(json) else { return 0 }
    claim(ResourceDescriptor(answer.json()) == answer, "\(answer) is not read as it was written")
    claim(ResourceDescriptor(answer.json(isNode: true)) == answer, "\(answer) of a node differs")
    return 0
}
