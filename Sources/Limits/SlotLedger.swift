import GatewayModel

/// Consumption by slots of equal length since 1970: an interval that reaches into two slots is shared by time.
///
/// Sums commute, so late intervals change nothing but their own slots. An interval that is longer than a slot tells a sum
/// and not when it was used: its slots stay unknown ("estimated reads neither raise nor clear"). The newest slots are kept, and
/// what comes for older ones is nobody's question any more.
struct SlotLedger: Sendable {
    private struct Slot: Sendable {
        /// Which slot stands here.
        var number = Int64.min
        var amount = DecimalValue.zero
        /// Milliseconds of the slot that intervals cover.
        var covered: Int64 = 0
    }

    /// Milliseconds of a slot.
    let length: Int64
    /// How many slots of each sensor are kept.
    private let kept: Int
    /// The sensors' slots by their places, each where its number leads in a ring.
    private var slots: [Slot]
    private let sensors: Int

    /// Makes a ledger that keeps so many slots, and some beside them for intervals that a clock has put ahead.
    init(seconds: Int64, sensors: Int, slots count: Int) {
        kept = count + 24
        length = max(60, seconds) * 1000
        self.sensors = sensors
        slots = Array(repeating: Slot(), count: sensors * kept)
    }

    /// The number of the slot that holds an instant.
    func number(at instant: Instant) -> Int64 { instant.milliseconds.flooredDivision(by: length) }

    /// The first instant of a slot.
    func start(of number: Int64) -> Instant { Instant(milliseconds: number * length) }

    mutating func add(_ amount: DecimalValue, of place: Int, from: Instant, until: Instant) {
        let span = until.milliseconds - from.milliseconds
        guard span > 0, span <= length else { return }
        let (first, last) = (number(at: from), number(at: Instant(milliseconds: until.milliseconds - 1)))
        var rest = amount
        for slot in first...last {
            let begin = max(from.milliseconds, slot * length)
            let end = min(until.milliseconds, (slot + 1) * length)
            let part = slot == last ? rest : amount.multiplied(byRatio: end - begin, span) ?? .zero
            rest = rest.subtracting(part) ?? rest
            add(part, covering: end - begin, to: slot, of: place)
        }
    }

    private mutating func add(_ part: DecimalValue, covering time: Int64, to number: Int64, of place: Int) {
        let index = index(of: number, place)
        guard number >= slots[index].number else { return }
        if number > slots[index].number { slots[index] = Slot(number: number) }
        slots[index].amount = slots[index].amount.adding(part) ?? slots[index].amount
        slots[index].covered += time
    }

    /// What was used in a slot; nil where less than nine tenths of it are covered.
    func amount(of place: Int, in number: Int64) -> DecimalValue? {
        let slot = slots[index(of: number, place)]
        guard slot.number == number, slot.covered * 10 >= length * 9 else { return nil }
        return slot.amount
    }

    /// The sum over the sensors; nil where one of them is not known.
    func amount(in number: Int64) -> DecimalValue? {
        var sum = DecimalValue.zero
        for place in 0..<sensors {
            guard let amount = amount(of: place, in: number), let next = sum.adding(amount) else { return nil }
            sum = next
        }
        return sum
    }

    private func index(of number: Int64, _ place: Int) -> Int {
        let turn = Int(truncatingIfNeeded: number % Int64(kept))
        return place * kept + (turn < 0 ? turn + kept : turn)
    }
}
