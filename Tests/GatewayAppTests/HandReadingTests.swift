import Foundation
import GatewayModel
import Storage
import TestSupport
import Testing

@testable import GatewayApp

/// Figures that people read off themselves, on a real store.
@Suite("Readings taken by hand", .serialized)
struct HandReadingTests {
    private static let sensors =
        AlertVillage.plugs + """

              - {id: grid/bought, resource: energy, quantity: energy, role: input, unit: kWh, visibility: community, meter: {digits: 6}}
              - {id: tank/level, resource: water, quantity: level, role: storage, unit: m, visibility: community}
            """

    @Test("A meter that is read at midnight tells of the month that ends then, and not of the day that begins")
    func midnight() throws {
        let village = try AlertVillage(sensors: Self.sensors)
        let grid = SensorID(rawValue: "grid/bought")
        let tank = SensorID(rawValue: "tank/level")
        func add(_ sensor: SensorID, _ value: Int64, _ month: Int) throws -> [String] {
            let time = village.site.zone.start(of: CalendarDate(year: 2026, month: month, day: 1))
            return try village.say(
                "Rosa",
                .addReadings([HandReading(sensor: sensor, value: DecimalValue(value), unit: nil, time: time)]))
        }
        #expect(try add(grid, 500, 10)[0] == "done")
        #expect(try add(grid, 600, 11)[1].contains("2026-10-31 23:59"))
        #expect(try add(grid, 600, 11)[1].contains("was there already"))
        #expect(try add(tank, 2, 11)[1].contains("2026-11-01 00:00"))
        try village.office.housekeep(now: village.now)
        let days = try ComputedDays(store: village.office.store, sensors: SensorDirectory(village.office.store))
            .dayUse(
                of: try #require(village.office.store.sensors().first { $0.id == grid }),
                from: CalendarDate(year: 2026, month: 9, day: 1), through: CalendarDate(year: 2026, month: 11, day: 9))
        #expect(
            days.filter { $0.use.amount > .zero }.map { "\($0.date) \($0.use.amount)" } == ["2026-10-31 100"])
    }
}
