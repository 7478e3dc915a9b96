import GatewayModel
import Reporting
import Testing

/// What the report says is missing.
@Suite("Gaps in the report")
struct GapTests {
    private func gaps(_ months: [SensorMonth]) throws -> [String: Int] {
        var facts = try Village().facts
        facts.sensors = months
        let rows = ReportModel.make(from: facts).gaps.rows
        return Dictionary(uniqueKeysWithValues: rows.map { ($0.sensor.id.rawValue, $0.missingDays) })
    }

    @Test("A meter that is watched as a condition, and rain, have figures on the days on which they counted")
    func countedConditions() throws {
        let meter = Village.sensor(
            "main/below-tank", "Main meter below the tank", "water", .condition, .community, "m3")
        let rain = Village.sensor("weather/rain", "Rain", "garden", .condition, .community, "mm")
        let zone = try Village().zone
        let whole = Village.uses(Village.month, zone: zone) { _ in DecimalValue(3) }
        let holed = Village.uses(Village.month, zone: zone) { $0 == 7 ? nil : DecimalValue(1) }
        #expect(try gaps([SensorMonth(sensor: meter, uses: whole), SensorMonth(sensor: rain, uses: whole)]) == [:])
        #expect(try gaps([SensorMonth(sensor: rain, uses: holed)]) == ["weather/rain": 1])
    }

    @Test(
        "The agenda says what is missing, and not that nothing can be said, where it is one point",
        arguments: ["en", "es"])
    func onePoint(language: String) throws {
        var facts = try Village().facts
        let tank = Village.sensor("tank/level", "Tank", "water", .storage, .community, "%")
        let gauges = Village.month.days.enumerated().filter { !(4..<9).contains($0.offset) }.map { _, date in
            DayGaugeFigure(
                date: date, minimum: DecimalValue(1), maximum: DecimalValue(2), mean: DecimalValue(1),
                coverage: Coverage(measured: 288, expected: 288))
        }
        facts.sensors = [SensorMonth(sensor: tank, gauges: gauges)]
        let item = try #require(
            AgendaDraft.items(from: .make(from: facts), phrases: try Phrases.book(language))
                .first { $0.kind == .dataGap })
        #expect(
            item.summary
                == (language == "en"
                    ? "In October 2026 there are days without figures: Tank. Not knowing is not the same as fine."
                    : "En octubre de 2026 hay días sin cifras: Tank. No saber no es lo mismo que ir bien."))
    }

    @Test(
        "Of a minimum of which no day is known it is not said that it was kept on the others", arguments: [true, false])
    func noDay(isIdle: Bool) throws {
        var facts = try Village().facts
        facts.limits[0].days = [:]
        facts.limits[0].idleDays = isIdle ? Set(Village.month.days) : []
        let text = ReportWriter(.make(from: facts), agenda: [], phrases: try Phrases.book("en")).text(.html)
            .replacing("\n", with: " ")
        #expect(
            text.contains("there is no day of which we know; days not known: \(isIdle ? 0 : 31)."), "\(text)")
        #expect(!text.contains("On the others it was kept"))
    }

    @Test("Nothing is missing before a point was declared, unless it brought history along")
    func sinceDeclared() throws {
        let tank = Village.sensor("tank/level", "Tank", "water", .storage, .community, "%")
        let days = Village.month.days
        func figure(_ day: Int) -> DayGaugeFigure {
            DayGaugeFigure(
                date: days[day], minimum: DecimalValue(1), maximum: DecimalValue(2), mean: DecimalValue(1),
                coverage: Coverage(measured: 288, expected: 288))
        }
        let late = SensorMonth(sensor: tank, gauges: (20..<31).map(figure), since: days[20])
        #expect(try gaps([late]) == [:])
        let silent = SensorMonth(sensor: tank, since: days[28])
        #expect(try gaps([silent]) == ["tank/level": 3])
        let after = SensorMonth(sensor: tank, since: Village.month.next.firstDay)
        #expect(try gaps([after]) == [:])
        let brought = SensorMonth(sensor: tank, gauges: [figure(4)] + (20..<31).map(figure), since: days[20])
        #expect(try gaps([brought]) == ["tank/level": 15])
    }
}
