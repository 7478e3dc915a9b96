import GatewayModel

/// Consumption by slots of equal length since 1970: an interval that reaches into two slots is shared by time.
///
/// Sums commute, so late intervals change nothing but their own slots. An interval that is longer than a slot tells a sum
/// and not when it was used: its slots stay unknown ("estimated reads neither raise nor clear").
struct SlotLedger: Sendable {
    struct Slot: Sendable {
        var amount = DecimalValue.zero
        /// Milliseconds of the slot that intervals cover.
        var covered: Int64 = 0
    }

    /// Milliseconds of a slot.
    let length: Int64
    /// By the sensors' places.
    private var slots: [[Int64: Slot]]

    init(seconds: Int64, sensors: Int) {
        slots = Array(repeating: [:], count: sensors)
        length = max(60, seconds) * 1000
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
            var entry = slots[place][slot] ?? Slot()
            entry.amount = entry.amount.adding(part) ?? entry.amount
            entry.covered += end - begin
            slots[place][slot] = entry
        }
    }

    /// What was used in a slot; nil where less than nine tenths of it are covered.
    func amount(of place: Int, in slot: Int64) -> DecimalValue? {
        guard let entry = slots[place][slot], entry.covered * 10 >= length * 9 else { return nil }
        return entry.amount
    }

    /// The sum over the sensors; nil where one of them is not known.
    func amount(in slot: Int64) -> DecimalValue? {
        slots.indices.reduce(DecimalValue?.some(.zero)) { sum, place in
            sum.flatMap { sum in amount(of: place, in: slot).flatMap { sum.adding($0) } }
        }
    }

    /// Forgets slots before one.
    mutating func forget(before slot: Int64) {
        for place in slots.indices { slots[place] = slots[place].filter { $0.key >= slot } }
    }
}
