/// One household: its persons and its water meter.
struct Household: Sendable {
    /// Persons in each of the fourteen households, forty together.
    static let persons: [Double] = [4, 2, 3, 5, 2, 1, 4, 3, 2, 4, 3, 2, 1, 4]

    /// The meter's register in litres.
    private(set) var register: Int64
    /// Litres drawn in the last step.
    private(set) var drawn: Int64 = 0
    private let people: Double
    private var habits: SeededGenerator

    init(index: Int, seed: UInt64) {
        people = Household.persons[index]
        habits = SeededGenerator(seed: seed, part: "household", index: Int64(index))
        register = 60_000 + habits.whole(below: 700_000)
    }

    /// Draws water for one step: about 20 draws a person and day, most small, some a shower or a washing machine.
    mutating func advance(to moment: Moment, isHotDay: Bool) {
        let share = Curve.value(of: Curve.waterByHour, atHour: moment.hour) / 1000 * Double(Moment.step) / 3600
        let chance = 20 * people * share * (isHotDay ? 1.8 : 1)
        drawn = 0
        var left = chance
        while left > 0 {
            if habits.fraction() < min(left, 1) { drawn += draw() }
            left -= 1
        }
        register += drawn
    }

    private mutating func draw() -> Int64 {
        let kind = habits.fraction()
        return switch kind {
        case ..<0.55: 1 + habits.whole(below: 2)
        case ..<0.91: 3 + habits.whole(below: 5)
        case ..<0.985: 20 + habits.whole(below: 25)
        default: 40 + habits.whole(below: 15)
        }
    }
}
