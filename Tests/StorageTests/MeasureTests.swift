import Foundation
import GRDB
import GatewayModel
import TestSupport
import Testing

@testable import Storage

/// Figures, not promises: run in a release build with COMMONS_MEASURE=1.
@Suite("Measurements", .serialized, .enabled(if: ProcessInfo.processInfo.environment["COMMONS_MEASURE"] != nil))
struct MeasureTests {
    /// One message of a plug: power in 0.1 W, energy in 0.001 kWh, temperature in 0.01 degrees.
    private static func message(
        _ device: Int, power: Int64, energy: Int64, temperature: Int64, at time: Instant
    ) -> [Reading] {
        let stream = StreamKey(device: "0x00158d00\(10_000_000 + device)")
        let when = ReadingTime(time, source: .received)
        return [
            Reading(
                stream: stream, channel: "power", quantity: "active_power", kind: .gauge,
                value: DecimalValue(mantissa: power, scale: 1), unit: Unit("W"), time: when),
            Reading(
                stream: stream, channel: "energy", quantity: "active_energy", kind: .register,
                value: DecimalValue(mantissa: energy, scale: 3), unit: Unit("kWh"), time: when),
            Reading(
                stream: stream, channel: "device_temperature", quantity: "temperature", kind: .gauge,
                value: DecimalValue(mantissa: temperature, scale: 2), unit: Unit("Cel"), time: when),
        ]
    }

    @Test("Placing and committing 400 messages of 3 readings")
    func commits() throws {
        let fixture = try StoreFixture()
        var directory = try fixture.store.directory(zone: .utc)
        var random = SeededGenerator(state: 1)
        let batches = (0..<300).map { batch in
            (0..<400).map { index in
                Self.message(
                    index % 200, power: .random(in: 0...20_000, using: &random), energy: Int64(batch * 7 + index),
                    temperature: .random(in: 1800...2600, using: &random),
                    at: StoreFixture.start.advanced(byMilliseconds: Int64(batch * 1000 + index)))
            }
        }
        let clock = ContinuousClock()
        var placing = Duration.zero
        var committing = Duration.zero
        for (number, messages) in batches.enumerated() {
            let begin = clock.now
            var next = directory
            var batch = Batch(committedAt: StoreFixture.start.advanced(bySeconds: Int64(number)), session: 1)
            for (index, message) in messages.enumerated() {
                batch.packets.append(PacketRecord(id: UInt16(index + 1), digest: UInt64(number * 400 + index)))
                for reading in message {
                    let placement = try next.place(reading, repeatWindow: 0) { _, _ throws(StoreError) in nil }
                    if case .fresh(let series) = placement { batch.readings.append(StoredReading(reading, in: series)) }
                }
            }
            batch.news = next.takeNews()
            let middle = clock.now
            try fixture.store.commit(batch)
            directory = next
            placing += middle - begin
            committing += clock.now - middle
        }
        let messages = 300.0 * 400
        print(
            "place \(placing / .microseconds(1) / messages) µs, commit \(committing / .microseconds(1) / messages) µs per message"
        )
        let begin = clock.now
        let report = try fixture.store.seal()
        print("seal \((clock.now - begin) / .milliseconds(1)) ms: \(report)")
        try fixture.store.close()
    }

    @Test("Bytes per reading of a month of four plugs, one message a minute", arguments: [1, 1000])
    func month(grain: Int64) throws {
        let fixture = try StoreFixture()
        var directory = try fixture.store.directory(zone: .utc)
        var random = SeededGenerator(state: 2)
        let clock = ContinuousClock()
        var power: [Int64] = [50, 800, 1200, 0]
        var energy: [Int64] = [1000, 2000, 3000, 4000]
        var rest: [Double] = [0, 0, 0, 0]
        var temperature: [Int64] = [2000, 2100, 2200, 2300]
        var count = 0
        for day in 0..<30 {
            for hour in 0..<24 {
                var readings: [Reading] = []
                for minute in 0..<60 {
                    for device in 0..<4 {
                        let second = Int64((day * 24 + hour) * 3600 + minute * 60 + device)
                        let jitter = Int64.random(in: 0...150, using: &random)
                        if Int.random(in: 0..<30, using: &random) == 0 {
                            power[device] = .random(in: 0...20_000, using: &random)
                        }
                        let noise = power[device] == 0 ? 0 : Int64.random(in: -8...8, using: &random)
                        rest[device] += Double(power[device]) / 10 / 60
                        energy[device] += Int64(rest[device])
                        rest[device] -= rest[device].rounded(.down)
                        temperature[device] += .random(in: -2...2, using: &random)
                        let time = StoreFixture.start.advanced(byMilliseconds: (second * 1000 + jitter) / grain * grain)
                        readings += Self.message(
                            device, power: max(0, power[device] + noise), energy: energy[device],
                            temperature: temperature[device], at: time)
                    }
                }
                count += readings.count
                _ = try StoreFixture.commit(readings, to: fixture.store, &directory)
            }
            _ = try fixture.store.seal()
        }
        let (pages, blocks) = try fixture.store.pool.read { db in
            (
                try Int64.fetchOne(
                    db, sql: "SELECT (page_count - freelist_count) * 1024 FROM pragma_page_count, pragma_freelist_count"
                ) ?? 0,
                try Int64.fetchOne(db, sql: "SELECT sum(length(body)) FROM block") ?? 0
            )
        }
        let begin = clock.now
        let read = try fixture.store.readings(ReadingQuery(.series([SeriesID(rawValue: 1)]))).count
        print(
            "grain \(grain) ms: \(count) readings, blocks \(Double(blocks) / Double(count)) B, file \(Double(pages) / Double(count)) B per reading; \(read) of one series read in \((clock.now - begin) / .milliseconds(1)) ms"
        )
        try fixture.store.close()
    }
}
