import Foundation
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
            _ = try StoreFixture.commit(readings, to: fixture.store, &directory)
            if round == 3 { _ = try fixture.store.seal() }
        }
        let expected = try fixture.store.readings(ReadingQuery(.all)).map { reading in
            let time = reading.time
            return [
                "\(reading.series.rawValue)", "\(time.instant.milliseconds)", "\(time.source.rawValue)",
                "\(time.uncertainty)", reading.receivedAt.map { "\($0.milliseconds)" } ?? "", "\(reading.value)",
                reading.isRounded ? "1" : "0", reading.isTrusted ? "0" : "1",
            ].joined(separator: ",")
        }
        func python(_ arguments: [String]) throws -> [String] {
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
        #expect(try python([]) == expected)
        #expect(expected.count == 6 * 934)
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
        #expect(try python(["hours"]) == hours)
        try fixture.store.close()
    }
}
