@testable import Federation
import Testing

/// Who may be delivered to at once.
@Suite("Lanes")
struct LanesTests {
    let start = ContinuousClock.now
    let hanging = (0..<400).map { "h\($0).example" }
    let answering = (0..<40).map { "a\($0).example" }

    @Test("nodes that hang, however many, leave the places of those that answer")
    func places() {
        var lanes = Lanes()
        for node in answering { lanes.note(node, hasAnswered: true, at: start) }
        let (others, isCrowded) = lanes.start(hanging, at: start)
        #expect(others == Array(hanging.prefix(Lanes.othersAtOnce)) && isCrowded)
        let (prompt, _) = lanes.start(hanging + answering, at: start)
        #expect(prompt == Array(answering.prefix(Lanes.promptAtOnce)))
        #expect(lanes.start(hanging + answering, at: start).started.isEmpty)
        lanes.end(answering[0])
        #expect(lanes.start(hanging + answering, at: start).started == [answering[0]])
    }

    @Test("one that answered and then hangs gives its place up soon, and keeps it while it answers")
    func slow() {
        var lanes = Lanes()
        for node in answering { lanes.note(node, hasAnswered: true, at: start) }
        #expect(lanes.start(answering, at: start).started.count == Lanes.promptAtOnce)
        lanes.note(answering[0], hasAnswered: true, at: start + .milliseconds(500))
        #expect(lanes.start(answering, at: start + .milliseconds(200)).started.isEmpty)
        let later = lanes.start(answering, at: start + .milliseconds(600))
        #expect(later.started == Array(answering.dropFirst(Lanes.promptAtOnce)) && !later.isCrowded)
        // All that hang were proven once, and still they are bounded.
        lanes.note(answering[1], hasAnswered: false)
        #expect(!lanes.isProven(answering[1]) && lanes.isProven(answering[0]))
    }

    @Test("nothing is begun twice, and the first in line comes first")
    func order() {
        var lanes = Lanes()
        #expect(lanes.start(["b", "a", "b"], at: start).started == ["b", "a"])
        #expect(lanes.count == 2)
        lanes.end("b")
        #expect(lanes.start(["a", "b"], at: start).started == ["b"])
    }
}
