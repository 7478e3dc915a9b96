import Foundation
import GRDB
import GatewayModel
import TestSupport
import Testing

@testable import Storage

@Suite("The description of the file")
struct DescriptionTests {
    @Test("Another language reads the whole file by its description alone")
    func pythonReader() throws {
        let fixture = try StoreFixture()
        var directory = try fixture.store.directory(zone: .utc)
        var random = SeededGenerator(state: 7)
        for round in 0..<6 {
            let readings = (0..<400).flatMap { index -> [Reading] in
                let at = Int64(round * 400 + index) * 60
                let power = DecimalValue(mantissa: Int64.random(in: -900_000...900_000, using: &random), scale: 3)
                var odd = StoreFixture.reading("meter", "total", DecimalValue(1_000_000 + at), unit: "Wh", at: at)
                odd.time = ReadingTime(odd.time.instant, source: .queued, uncertainty: at)
                odd.isTrusted = index % 7 != 0
                // A pattern that comes again and again is what deflating is for.
                let again = DecimalValue(Int64([3, 900, 17, 4, 55_000, 4, 8][index % 7]))
                return [
                    StoreFixture.reading("plug", "power", power, at: at),
                    StoreFixture.reading("oven", "power", again, at: at),
                ] + (index % 3 == 0 ? [odd] : [])
            }
            _ = try StoreFixture.commit(
                readings + DescriptionTests.rare(round), to: fixture.store, &directory,
                packets: [PacketRecord(id: UInt16(round), digest: random.next())])
            if round == 3 { _ = try fixture.store.seal() }
        }
        try DescriptionTests.keepOldRows(fixture.store, &directory)
        _ = try fixture.store.append([
            RecordEntry(at: StoreFixture.start, kind: "alert.raised", facts: ["n": "1"], erasable: ["person": "Rosa"]),
            RecordEntry(at: StoreFixture.start, kind: "alert.closed"),
        ])
        let expected = try fixture.store.readings(ReadingQuery(.all)).map { reading in
            let time = reading.time
            return [
                "\(reading.series.rawValue)", "\(time.instant.milliseconds)", "\(time.source.rawValue)",
                "\(time.uncertainty)", reading.receivedAt.map { "\($0.milliseconds)" } ?? "", "\(reading.value)",
                reading.isRounded ? "1" : "0", reading.isTrusted ? "0" : "1",
            ].joined(separator: ",")
        }
        #expect(try python(fixture) == expected)
        #expect(expected.count == 6 * (934 + 400) + 1)
        let (first, last) = try (
            #require(expected.first?.split(separator: ",")[1]), #require(expected.last?.split(separator: ",")[1])
        )
        let days = try [first, last].map { Zone.utc.date(at: Instant(milliseconds: try #require(Int64($0)))) }
        _ = try fixture.store.recomputeDirtyDays(
            before: days[1].adding(days: 1), zone: .utc, directory: &directory
        ) { _, _, _, _ in nil }
        var hours: [String] = []
        let series = try fixture.store.series().map(\.id)
        try fixture.store.hours(of: series, from: days[0], through: days[1], zone: .utc) { hour in
            let ends = [hour.first ?? hour.minimum, hour.last ?? hour.maximum].map { "\($0 ?? DecimalValue(0))" }
            hours.append(
                (["\(hour.series.rawValue)", "\(hour.from.milliseconds)", "\(hour.count)"] + ends
                    + [hour.sum.map(\.description) ?? ""]).joined(separator: ","))
        }
        #expect(hours.count > 100)
        #expect(try python(fixture, ["hours"]) == hours)
        #expect(try python(fixture, ["record"]) == ["1", "2"])
        // Nothing of the description stands there untried.
        let kinds = [
            "block 1", "block 2", "journal 1", "journal 2", "hours 1", "hours", "hours of a register",
            "hours without sums",
        ]
        let met = try python(fixture, ["met"])
        #expect(Set(met) == Set((0...5).map { "encoding \($0)" } + kinds))
        try fixture.store.close()
    }

    private func python(_ fixture: StoreFixture, _ arguments: [String] = []) throws -> [String] {
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "read_store.py")
        let python = Process()
        let output = Pipe()
        python.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        python.arguments = ["python3", script.path, fixture.folder.path + "/gateway.sqlite"] + arguments
        python.standardOutput = output
        try python.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        python.waitUntilExit()
        return text.split(separator: "\n").map(String.init)
    }

    /// What seldom comes: a register, figures that no sum holds, steady growth, rounded texts, late receipts.
    private static func rare(_ round: Int) -> [Reading] {
        (0..<100).flatMap { index -> [Reading] in
            let step = Int64(round * 100 + index)
            let at = step * 240
            var register = StoreFixture.reading(
                "water", "total", DecimalValue(5_000_000 + step * step), unit: "L", at: at)
            register.kind = .register
            var huge = StoreFixture.reading(
                "odd", "count", DecimalValue(Int64.max / 2 - step * 7919), unit: "1", at: at)
            huge.isRounded = index % 5 == 0
            let steady = StoreFixture.reading("steady", "level", DecimalValue(step * 1001), unit: "cm", at: at)
            let noisy = StoreFixture.reading(
                "noisy", "flow", DecimalValue(step * 40_000 + step * 7919 % 13), unit: "L/h", at: at)
            return [register, huge, steady, noisy]
        }
    }

    /// A commit of the first format and a block of the first format, as earlier programs left them.
    private static func keepOldRows(_ store: Store, _ directory: inout SeriesDirectory) throws {
        let late = StoreFixture.reading("late", "power", DecimalValue(7), at: 5)
        _ = try StoreFixture.commit([late], to: store, &directory)
        try store.pool.write { db in
            let row = try #require(
                try Row.fetchOne(db, sql: "SELECT id, body FROM journal ORDER BY id DESC LIMIT 1"))
            var readings: [StoredReading] = []
            try row.withBytes(at: 1) { bytes in try JournalBody.decode(bytes) { readings.append($0) } }
            readings[0].receivedAt = readings[0].time.instant.advanced(bySeconds: 90)
            try db.execute(
                sql: "UPDATE journal SET body = ? WHERE id = ?",
                arguments: [Data(FirstJournalFormat.encode(packets: [(9, 9)], readings: readings)), row[0] as Int64])
            // Its columns are too short to be deflated, so that its first byte alone tells it from one of format 1.
            let plain = try #require(
                try Row.fetchOne(
                    db,
                    sql: """
                        SELECT block.id, body FROM block JOIN stream ON stream.id = block.id >> 32
                        JOIN device ON device.id = device WHERE identity = 'steady'
                        """))
            var body = Array((plain[1] as Data).dropLast(4))
            body[0] = 1
            var writer = ByteWriter()
            body.forEach { writer.byte($0) }
            writer.fixed32(Checksum.crc32(writer.bytes))
            try db.execute(
                sql: "UPDATE block SET body = ? WHERE id = ?", arguments: [Data(writer.bytes), plain[0] as Int64])
        }
    }
}
