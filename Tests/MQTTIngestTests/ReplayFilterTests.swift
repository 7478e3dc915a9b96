import MQTTIngest
import Testing

@Suite("Repeats")
struct ReplayFilterTests {
    /// SplitMix64; the same numbers on every machine.
    struct Numbers: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
    }

    /// A broker with a window that resends in order after each reconnect, and a client that acknowledges what it stored.
    struct Model {
        struct Message: Hashable {
            var number: Int
            var entry: ReplayFilter.Entry
            var wasSent = false
        }

        var queue: [Message] = []
        var nextIdentifier: UInt16 = 1
        var published = 0
        var stored: [Int] = []
        var filter = ReplayFilter()
        /// A state the broker may be set back to.
        var saved: (queue: [Message], nextIdentifier: UInt16) = ([], 1)

        mutating func publish(_ count: Int, digests: UInt64, _ numbers: inout Numbers) {
            for _ in 0..<count {
                let entry = ReplayFilter.Entry(
                    id: nextIdentifier, digest: UInt64.random(in: 0..<digests, using: &numbers))
                queue.append(Message(number: published, entry: entry))
                published += 1
                nextIdentifier = nextIdentifier == .max ? 1 : nextIdentifier + 1
            }
        }

        /// Delivers up to `count`, commits those, and has only the first `acknowledged` acknowledgements arrive.
        mutating func connect(delivering count: Int, acknowledged: Int) {
            filter.reconnected()
            let delivered = min(count, queue.count)
            var batch: [ReplayFilter.Entry] = []
            for index in 0..<delivered {
                let isRepeat = filter.isRepeat(queue[index].entry, isDuplicate: queue[index].wasSent)
                queue[index].wasSent = true
                guard !isRepeat else { continue }
                stored.append(queue[index].number)
                batch.append(queue[index].entry)
            }
            filter.remember(batch)
            queue.removeFirst(min(acknowledged, delivered))
        }
    }

    @Test("every message is stored exactly once, whatever part of the acknowledgements arrives", arguments: 1...40)
    func exactlyOnce(seed: UInt64) {
        var numbers = Numbers(state: seed)
        var model = Model()
        let digests: UInt64 = seed % 2 == 0 ? 1 : 5
        for _ in 0..<60 {
            model.publish(.random(in: 0...300, using: &numbers), digests: digests, &numbers)
            let count = Int.random(in: 0...800, using: &numbers)
            model.connect(delivering: count, acknowledged: .random(in: 0...count, using: &numbers))
        }
        model.connect(delivering: .max, acknowledged: .max)
        #expect(model.stored == Array(0..<model.published))
    }

    @Test("a broker that was set back to an older state loses nothing that it hands over", arguments: 1...40)
    func brokerSetBack(seed: UInt64) {
        var numbers = Numbers(state: seed)
        var model = Model()
        var forgotten: Set<Int> = []
        for round in 0..<60 {
            model.publish(.random(in: 0...200, using: &numbers), digests: 3, &numbers)
            let count = Int.random(in: 0...800, using: &numbers)
            model.connect(delivering: count, acknowledged: count)
            if round % 7 == 0 { model.saved = (model.queue, model.nextIdentifier) }
            if round % 11 == 10 {
                let kept = Set(model.saved.queue.map(\.number))
                forgotten.formUnion(model.queue.map(\.number).filter { !kept.contains($0) })
                (model.queue, model.nextIdentifier) = model.saved
            }
        }
        model.connect(delivering: .max, acknowledged: .max)
        let missing = Set(0..<model.published).subtracting(model.stored).subtracting(forgotten)
        #expect(missing.isEmpty)
    }

    @Test("when the identifiers have come round, a new message of the same content is not taken for the old one")
    func identifiersComeRound() {
        var outcomes: [Bool] = []
        var filter = ReplayFilter()
        for id in UInt16(1)...UInt16.max { filter.remember([ReplayFilter.Entry(id: id, digest: 7)]) }
        filter.reconnected()
        // Received on the last connection of a process that was killed before its commit: it comes with the flag set.
        outcomes.append(filter.isRepeat(ReplayFilter.Entry(id: 1, digest: 7), isDuplicate: true))
        outcomes.append(filter.isRepeat(ReplayFilter.Entry(id: .max, digest: 7), isDuplicate: true))
        #expect(outcomes == [false, true])
    }

    @Test("messages that could not be committed are not taken for older ones under the same identifier")
    func discardedAreForgotten() {
        let entry = ReplayFilter.Entry(id: 5, digest: 1)
        var outcomes: [Bool] = []
        var filter = ReplayFilter(entries: [entry, ReplayFilter.Entry(id: 6, digest: 1)])
        filter.reconnected()
        outcomes.append(filter.isRepeat(entry, isDuplicate: false))
        filter.forget([entry])
        filter.reconnected()
        outcomes.append(filter.isRepeat(entry, isDuplicate: true))
        outcomes.append(filter.isRepeat(ReplayFilter.Entry(id: 6, digest: 1), isDuplicate: true))
        #expect(outcomes == [false, false, true])
    }

    @Test("the first message without the flag ends the phase, and a new session knows nothing")
    func phases() {
        let entry = ReplayFilter.Entry(id: 1, digest: 1)
        var outcomes: [Bool] = []
        var filter = ReplayFilter(entries: [entry])
        outcomes.append(filter.isRepeat(entry, isDuplicate: true))
        filter.reconnected()
        outcomes.append(filter.isRepeat(ReplayFilter.Entry(id: 2, digest: 1), isDuplicate: false))
        outcomes.append(filter.isRepeat(entry, isDuplicate: true))
        filter.reconnected()
        filter.startSession()
        outcomes.append(filter.isRepeat(entry, isDuplicate: true))
        #expect(outcomes == [false, false, false, false])
    }
}
