/// What a target holds to be true of every input; libFuzzer keeps the input for which it is not.
func claim(_ isTrue: Bool, _ what: @autoclosure () -> String) {
    guard isTrue else { fatalError(what()) }
}

/// The bytes of one input.
func bytes(_ start: UnsafePointer<UInt8>, _ count: Int) -> [UInt8] {
    Array(UnsafeBufferPointer(start: start, count: count))
}
