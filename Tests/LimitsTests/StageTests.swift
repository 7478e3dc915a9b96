import GatewayModel
import Testing

@testable import Limits

/// Levels in order, entered and left by rules of their own.
@Suite("Stages")
struct StageTests {
    private static let start = CalendarDate(year: 2026, month: 5, day: 1)

    private func parsed(_ levels: String) -> (stages: Stages?, problems: [String]) {
        let text = """
            ---
            number: 1
            community: vall-clara
            assembly: 2026-05-03
            decided: by consent
            in_force_from: 2026-05-04
            review_by: 2027-05-02
            stages:
              - id: drought
                title: Drought
                resource: water
                declared: in_advance
                levels:
            \(levels)
            limits: []
            ---
            x

            """
        let (resolution, problems) = ResolutionFile.parse(Array(text.utf8), fileName: "1.md")
        return (resolution?.stages.first, problems.map(\.message))
    }

    private func level(_ enter: String, _ leave: String = "by_assembly") -> String {
        "      - {title: level, enter: \(enter), leave: \(leave)}\n"
    }

    /// The levels of the days that follow days of use in m3.
    private func levels(_ stages: Stages, _ uses: [Int64]) -> [Int] {
        let sensor = Sensor(
            id: SensorID(rawValue: "main/water"), resource: "water", quantity: "volume", role: .input,
            visibility: .community, unit: Unit("m3"))
        var table = DayTable(sensors: [sensor])
        for (day, use) in uses.enumerated() {
            table.set(DayTable.Use(amount: DecimalValue(use)), of: sensor.id, on: Self.start.adding(days: day))
        }
        let last = Self.start.adding(days: uses.count)
        let days = StageMachine(stages).days(from: Self.start, through: last, table)
        return (1...uses.count).map { days[Self.start.adding(days: $0)]?.level ?? -1 }
    }

    @Test("A level whose rules to enter and to leave hold at once goes on until only the second one does")
    func bothAtOnce() throws {
        let enter = "{use: [main/water], more_than: 400 m3}"
        let leave = "{use: [main/water], less_than: 450 m3}"
        let stages = try #require(parsed(level(enter, leave)).stages)
        #expect(levels(stages, [399, 420, 430, 440, 410, 399, 420]) == [0, 1, 1, 1, 1, 0, 1])
    }

    @Test(
        "Levels stand in order, the mildest first, whatever they are compared with",
        arguments: [
            ("{use: [main/water], more_than: 450 m3, days: 3}", "{use: [main/water], more_than: 449999 L}", true),
            ("{use: [main/water], more_than: 450 m3}", "{use: [main/water], more_than: 450 m3, days: 3}", false),
            ("{use: [main/water], more_than: 450 m3}", "{use: [main/water], more_than: 500 m3}", false),
            ("{lowest: [tank/level], less_than: 2 m}", "{lowest: [tank/level], less_than: 3 m}", true),
            ("{lowest: [tank/level], less_than: 3 m}", "{lowest: [tank/level], less_than: 2 m}", false),
            ("{lowest: [tank/level], less_than: 2 m}", "{lowest: [well/level], less_than: 3 m}", false),
            (
                "{use: [main/water], more_than: 90 %, of: 500 m3}", "{use: [main/water], more_than: 80 %, of: 500 m3}",
                true
            ),
            (
                "{use: [main/water], more_than: 90 %, of: {last_year: [main/water]}, unit: m3}",
                "{use: [main/water], more_than: 80 %, of: {last_year: [main/water]}, unit: m3}", true
            ),
            (
                "{use: [main/water], more_than: 90 %, of: {last_year: [main/water]}, unit: m3}",
                "{use: [main/water], more_than: 80 %, of: {last_month: [main/water]}, unit: m3}", false
            ),
        ])
    func order(first: String, second: String, isRefused: Bool) {
        let (stages, problems) = parsed(level(first) + level(second))
        #expect(problems == (isRefused ? ["level 2 of 'drought' begins before level 1"] : []))
        #expect(isRefused || stages?.levels.count == 2)
    }
}
