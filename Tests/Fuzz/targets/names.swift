import Domain

/// A URI that was taken is canonical: it reads as itself, and what was stored is what was read.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    guard let text = String(validating: bytes(start, count), as: UTF8.self) else { return -1 }
    if let uri = ObjectURI(text) { check(uri) }
    // What another version stored, or somebody wrote into the database, may be wrong but never traps.
    if let stored = ObjectURI(stored: text) {
        _ = (stored.host, stored.port, stored.origin, stored.pathAndQuery, stored.withoutFragment)
    }
    if let handle = Handle(text) {
        claim(Handle(handle.description) == handle, "a handle is not read as it was written")
        claim(Handle(handle.key)?.key == handle.key, "a key of a handle has another key")
    }
    if let host = HostName.canonical(text) {
        claim(HostName.canonical(host) == host, "\(host) is not canonical")
        claim(ObjectURI("https://\(text)/")?.host == host, "\(host) is no host of a URI")
    }
    return 0
}

private func check(_ uri: ObjectURI) {
    guard let again = ObjectURI(uri.string) else { fatalError("\(uri) is not taken again") }
    claim(again.string == uri.string, "\(uri) is not canonical")
    guard let stored = ObjectURI(stored: uri.string) else { fatalError("\(uri) cannot be stored") }
    for other in [again, stored] {
        claim(
            (other.host, other.port, other.authority) == (uri.host, uri.port, uri.authority)
                && (other.origin, other.pathAndQuery) == (uri.origin, uri.pathAndQuery),
            "\(uri) and \(other) differ")
    }
    claim(HostName.canonical(uri.host) == uri.host, "\(uri.host) is not canonical")
    claim(uri.sibling("/a").origin == uri.origin, "a sibling of \(uri) is elsewhere")
    let bare = uri.withoutFragment
    claim(!bare.string.contains("#") && bare.origin == uri.origin, "\(bare) has a fragment")
    claim(uri.pathAndQuery.hasPrefix("/"), "a path begins with a slash")
}
