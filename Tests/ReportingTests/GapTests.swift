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
