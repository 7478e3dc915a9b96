import GatewayModel
import Testing

@testable import Metering

/// From when on a step of a register is one across a gap, of which nobody knows when it was used.
@Suite("Steps across a gap")
struct GapStepTests {
    private static let start: Int64 = 1_794_308_400

    /// Which of the steps between readings are across a gap.
    private func steps(
        _ readings: [(minute: Int64, value: String)], rhythm: Rhythm? = nil, device: String = "meter"
    ) throws -> [Bool] {
        var sensor = Sensor(
            id: SensorID(rawValue: "main/water"), resource: "water", quantity: "volume", role: .input,
            visibility: .community, unit: Unit("m3"))
        sensor.rhythm = rhythm
        sensor.meter = MeterSheet(jitter: DecimalValue(mantissa: 1, scale: 1))
        var room = MeterRoom(zone: .utc)
        return try readings.flatMap { minute, value in
            let reading = Reading(
                stream: StreamKey(device: device), channel: "total", quantity: "volume", kind: .register,
                value: try #require(DecimalValue(value)), unit: Unit("m3"),
                time: ReadingTime(Instant(seconds: Self.start + minute * 60), source: .device))
            return room.receive(reading, of: sensor).measurements.map(\.isAcrossGap)
        }
    }

    private static func rhythm(_ minutes: Int64) -> Rhythm { Rhythm(interval: minutes * 60) }

    @Test(
        "As long as the rhythm allows before silence, an hour and a half at least, a day and a half at most; by hand a day and a half",
        arguments: [
            (nil, "meter", 90), (rhythm(10), "meter", 90), (rhythm(60), "meter", 181), (rhythm(360), "meter", 1081),
            (rhythm(1440), "meter", 2160), (rhythm(43_200), "meter", 2160), (nil, OwnDevices.hand + "main/water", 2160),
            (rhythm(10), OwnDevices.imported + "3", 2160),
        ] as [(Rhythm?, String, Int64)])
    func longest(rhythm: Rhythm?, device: String, minutes: Int64) throws {
        let found = try steps(
            [(0, "100"), (minutes, "101"), (minutes * 2 + 1, "102")], rhythm: rhythm, device: device)
        #expect(found == [false, true])
    }

    @Test("A meter that stands still within its jitter is read all the same: its next step is no gap's")
    func standing() throws {
        let night = (1...48).map { (minute: Int64($0) * 10, value: $0 % 2 == 0 ? "100" : "99.9") }
        #expect(try steps([(0, "100")] + night + [(490, "100.5")]).allSatisfy { !$0 })
        let below = (1...48).map { (minute: Int64($0) * 10, value: "99.9") }
        #expect(try steps([(0, "100")] + below + [(490, "100.5")]).allSatisfy { !$0 })
    }
}
