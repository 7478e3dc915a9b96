import GatewayModel
import Testing

@testable import Limits

/// A minimum per week of which days are missing: what is known to be missed, and what nobody knows.
@Suite("A minimum with days missing")
struct MinimumTests {
    private typealias Fixture = EngineFixture

    /// A Monday.
    private static let first = CalendarDate(year: 2026, month: 6, day: 8)
    private static let well = Fixture.wells[0]

    /// What the Sunday says of seventy a week; nil is a day without a figure.
    private func sunday(
        _ days: [DayTable.Use?], isRegister: Bool, from: Int = 0
    ) -> [String] {
        var table = DayTable(sensors: [Self.well], registers: isRegister ? [Self.well.id] : [])
        for (day, use) in days.enumerated() {
            if let use { table.set(use, of: Self.well.id, on: Self.first.adding(days: day)) }
        }
        let limit = Fixture.limit(
            .budget(amount: DecimalValue(70), period: .week, basis: .total, warnAt: []), sensors: [Self.well],
            unit: "m3")
        let last = Self.first.adding(days: 6)
        let dates = (from...6).map { Self.first.adding(days: $0) }
        let trial = Trial.onDays(
            limit, Scale(persons: nil), from: dates[0], through: last, table, zone: Fixture.zone)
        var engine = Fixture.engine(limit, startedAt: Fixture.zone.start(of: Self.first))
        let live = engine.judgeDay(last, table, now: Fixture.zone.start(of: last.adding(days: 1)))
        return [
            BudgetDay.days(of: limit, Scale(persons: nil), on: dates, table)[last]?.state.rawValue ?? "-",
            trial.episodes.isEmpty ? (trial.unknownDays.contains(last) ? "unknown" : "within") : "past",
            live.isEmpty ? "quiet" : "raised",
        ]
    }

    private func days(_ amounts: [Int64?]) -> [DayTable.Use?] {
        amounts.map { amount in amount.map { DayTable.Use(amount: DecimalValue($0)) } }
    }

    private static let missed = ["past", "past", "raised"]
    private static let unknown = ["unknown", "unknown", "quiet"]
    private static let reached = ["within", "within", "quiet"]

    @Test("Whole weeks, live, tried and reported: missed, and reached")
    func whole() {
        #expect(sunday(days([9, 9, 9, 9, 9, 9, 9]), isRegister: false) == Self.missed)
        #expect(sunday(days([10, 10, 10, 10, 10, 10, 10]), isRegister: false) == Self.reached)
        // What is known is enough, whatever the missing day brought.
        #expect(sunday(days([20, 20, 20, nil, 10, 10, 10]), isRegister: false) == Self.reached)
    }

    @Test("A missing day may have brought what is missing; of a register the next reading says what it brought")
    func missingDay() {
        let gap = days([9, 9, nil, 18, 9, 9, 9])
        #expect(sunday(gap, isRegister: false) == Self.unknown)
        #expect(sunday(gap, isRegister: true) == Self.missed)
        // The gap was over only after the week, or had begun before it.
        #expect(sunday(days([9, 9, 9, 9, 9, 9, nil]), isRegister: true) == Self.unknown)
        #expect(sunday(days([nil, 18, 9, 9, 9, 9, 9]), isRegister: true) == Self.unknown)
        // A day of which little was heard is brought by the next one too; what is only certain is not.
        var thin = days([9, 9, 9, 9, 9, 9, 9])
        thin[2] = DayTable.Use(amount: DecimalValue(1), measuredPermille: 200)
        #expect(sunday(thin, isRegister: true) == Self.missed)
        #expect(sunday(thin, isRegister: false) == Self.unknown)
        thin[2] = DayTable.Use(amount: DecimalValue(1), isLowerBound: true)
        #expect(sunday(thin, isRegister: true) == Self.unknown)
    }
}
