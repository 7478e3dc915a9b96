import Foundation
import GatewayModel
import Reporting
import Storage
import TestSupport
import Testing

@testable import GatewayApp

/// History from files, on a real store.
@Suite("History is brought along", .serialized)
struct ImportTests {
    private let folder: TemporaryFolder
    private let site: Site
    private static let water = SensorID(rawValue: "house-1/water")

    init() throws {
        folder = try TemporaryFolder("import")
        try """
        community: {id: test, name: Test, languages: [en], time_zone: Europe/Madrid, kind: real}
        data_folder: \(folder.path)/data
        devices_folder: \(GatewayUnderTest.root)/Devices
        resolutions_folder: \(folder.path)
        languages_folder: \(GatewayUnderTest.root)/config/languages
        mqtt: {broker: 127.0.0.1, port: 1, topics: ["tele/+/SENSOR"]}
        assembly: {meets: first Sunday 18:00}
        stewards: [{name: Rosa}]
        sensors:
          - {id: house-1/water, resource: water, quantity: volume, role: consumption, unit: m3, meter: {maximum_per_hour: 5000}}
          - {id: main/water, resource: water, quantity: volume, role: input, visibility: community, unit: m3, meter: {maximum_per_hour: 5000}}
          - {id: tank/level, resource: water, quantity: length, role: storage, visibility: community, unit: cm}

        """.write(toFile: folder.file("gateway.yaml"), atomically: true, encoding: .utf8)
        site = try Site.load(configFile: folder.file("gateway.yaml"))
        try Office.open(site: site, now: SystemClock.now()).close()
    }

    private func file(_ name: String, _ text: String) throws -> String {
        try text.write(toFile: folder.file(name), atomically: true, encoding: .utf8)
        return folder.file(name)
    }

    /// What checking and importing a file said; the first line where it was refused.
    private func bring(
        _ path: String, columns: [String] = [], sensor: String? = nil, unit: String? = nil, kind: String? = nil,
        filters: [String] = [], zone: String? = nil
    ) throws -> (isDone: Bool, lines: [String]) {
        let desk = ImportDesk(site: site)
        let checked = try desk.check(
            .init(
                path: path, columns: columns, sensor: sensor, time: nil, unit: unit, kind: kind, filters: filters,
                zone: zone, enteredFor: "Rosa"), progress: { _ in })
        guard checked.isGood else { return (false, checked.lines) }
        let reply = try desk.run(checked, progress: { _ in })
        return (reply.isDone, reply.lines)
    }

    private func uses() throws -> [String] {
        let store = try site.readingStore()
        return try store.dayUse(
            Self.water, from: try #require(CalendarDate(text: "2000-01-01")),
            through: try #require(CalendarDate(text: "2100-01-01"))
        ).map { "\($0.date) \($0.use.amount)" }
    }

    private static let week = """
        time,total
        2026-03-02 08:00,100000
        2026-03-02 20:00,100250
        2026-03-03 20:00,"100.750,0"
        2026-03-05 08:00,101000

        """

    @Test("A file counts all at once, makes the days, is imported once, and is undone")
    func wholeFile() throws {
        let path = try file("week.csv", Self.week)
        #expect(try bring(path, sensor: "house-1/water", unit: "L").isDone)
        let days = ["2026-03-02 0.25", "2026-03-03 0.5", "2026-03-05 0.25"]
        #expect(try uses() == days)
        #expect(try bring(path, sensor: "house-1/water", unit: "L").lines.first?.contains("there already") == true)
        // The same readings in another file are left as they are, new ones are added.
        let longer = try file("longer.csv", Self.week + "2026-03-05 20:00,101100\n")
        let again = try bring(longer, sensor: "house-1/water", unit: "L")
        #expect(again.lines.last == "4 readings were there already and were left as they are.")
        #expect(try uses() == Array(days.dropLast()) + ["2026-03-05 0.35"])
        #expect(try ImportDesk(site: site).undo(1, enteredFor: "Rosa").isDone)
        let left = try uses()
        #expect(left == ["2026-03-05 0"])
        #expect(try ImportDesk(site: site).undo(2, enteredFor: "Rosa").isDone)
        #expect(try uses().isEmpty)
        #expect(try ImportDesk(site: site).undo(2, enteredFor: "Rosa").isDone == false)
        // Undone, it can be brought along again.
        #expect(try bring(path, sensor: "house-1/water", unit: "L").isDone)
        #expect(try uses() == days)
        let kinds = try site.readingStore().recordEntries().map(\.entry.kind).filter { $0.hasPrefix("readings.") }
        #expect(
            kinds == ["imported", "imported", "import_undone", "import_undone", "imported"].map { "readings.\($0)" })
    }

    @Test(
        "One wrong line and nothing of the file counts; the line and the rule are named",
        arguments: [
            ("2026-03-05 08:00,many", ":6: 'many' is not a number"),
            ("yesterday,101000", ":6: 'yesterday' is no time"),
            ("1e30,101000", ":6: '1e30' is no time"),
            ("\"2026-03-05 08:00,1", ":6: a quote is opened here and never closed"),
            ("2999-01-01,101000", ":6: 2999-01-01 00:00 is in the future"),
            ("2026-03-06,1,2,3", ":6: 4 cells where the first line has 2"),
            ("2026-03-05 08:00,7", "the file has 7 for 2026-03-05 08:00 and 101000"),
        ])
    func wrongLine(line: String, expected: String) throws {
        let path = try file("wrong.csv", Self.week + line + "\n")
        let result = try bring(path, sensor: "house-1/water", unit: "L")
        #expect(!result.isDone)
        #expect(result.lines.contains { $0.contains(expected) }, "\(result.lines)")
        #expect(try uses().isEmpty)
        #expect(try site.readingStore().readings(ReadingQuery(.sensors([Self.water]))).isEmpty)
    }

    @Test("What is not clear is asked with the columns there are")
    func unclear() throws {
        let path = try file("two.csv", "when;House 1 (L);House 2 (L)\n2026-03-02 08:00;1,5;2\n")
        #expect(throws: AppError.self) { try bring(path) }
        #expect(throws: AppError.self) { try bring(path, columns: ["House 3 (L)=house-1/water"]) }
        #expect(throws: AppError.self) { try bring(path, columns: ["House 1 (L)=house-9/water"]) }
        #expect(throws: AppError.self) { try bring(path, columns: ["House 1 (L)=tank/level"]) }
        #expect(try bring(path, columns: ["House 1 (L)=house-1/water"]).isDone)
        let stored = try site.readingStore().readings(ReadingQuery(.sensors([Self.water])))
        #expect(stored.map(\.value) == [DecimalValue(mantissa: 15, scale: 1)])
        #expect(try site.readingStore().series().map(\.unit.code) == ["L"])
    }

    @Test("What a box exports another one imports, as CSV and as JSON Lines", arguments: [true, false])
    func exported(isCSV: Bool) throws {
        let path = try file("week.csv", Self.week)
        #expect(try bring(path, sensor: "house-1/water", unit: "L").isDone)
        let before = try uses()
        let copy = folder.file("export")
        try ReadingDesk(site: site).export(
            .init(
                sensors: ["house-1/water"], devices: [], from: nil, until: nil, isCSV: isCSV, why: "the household moves"
            ), to: copy)
        #expect(try ImportDesk(site: site).undo(1, enteredFor: nil).isDone)
        #expect(try bring(copy).isDone)
        #expect(try uses() == before)
    }

    @Test("Case 16: figures that come after a report was closed are told beside it and on the agenda, never over it")
    func closedReport() throws {
        let month = try #require(CalendarMonth(text: "2026-03"))
        func papers() throws -> Papers {
            try Papers(site: site, store: site.readingStore(), month: month, now: SystemClock.now())
        }
        #expect(try bring(file("week.csv", Self.week), sensor: "main/water", unit: "L").isDone)
        #expect(try papers().report(.json, language: "en").contains("\"closed_at\": null"))
        #expect(try ReportDesk(site: site).close(month: "2026-03", enteredFor: "Rosa").isDone)
        #expect(try ReportDesk(site: site).close(month: "2999-01", enteredFor: "Rosa").isDone == false)
        #expect(try papers().report(.json, language: "en").contains("\"errata\": []"))
        let late = try file("late.csv", Self.week + "2026-03-20 20:00,101100\n")
        #expect(try bring(late, sensor: "main/water", unit: "L").isDone)
        let report = try papers().report(.markdown, language: "en")
        #expect(report.contains("What we know better since"))
        #expect(report.replacing("\\", with: "").contains("| Water | 1 m³ (no. 1) | 1.1 m³ |"), "\(report)")
        let agenda = try papers().agenda(.markdown, language: "es")
        #expect(agenda.contains("El informe cerrado de marzo de 2026 ha cambiado"))
        // The next agenda hears of it however long ago the month was.
        let next = try Papers(
            site: site, store: site.readingStore(),
            month: CalendarMonth(of: site.zone.date(at: SystemClock.now())).previous,
            now: SystemClock.now()
        ).items(language: "en")
        #expect(
            next.filter { $0.kind == .reportChanged }.map(\.facts) == [
                ["Water: the closed report said 1 m³ (no. 1); now it is 1.1 m³."]
            ])
        try closedAgain(papers)
    }

    /// Closed again, the better figures are the closed ones, and what changed from one number to the next stays told.
    private func closedAgain(_ papers: () throws -> Papers) throws {
        let desk = ReportDesk(site: site)
        #expect(try desk.close(month: "2026-03", enteredFor: "Rosa").isDone)
        let again = try papers().report(.markdown, language: "en").replacing("\\", with: "")
        #expect(again.contains("| Water | 1 m³ (no. 1) | 1.1 m³ (no. 2) |"), "\(again)")
        #expect(again.contains("Its number is 2; earlier ones, which are kept too: 1."))
        let json = try papers().report(.json, language: "en").filter { !$0.isWhitespace }
        #expect(json.contains("\"closed_number\":2") && json.contains("\"number\":1,\"newer\":2"))
        let csv = try papers().report(.csv, language: "en")
        #expect(csv.contains("closed,,number,2026-03,2,") && csv.contains("erratum,Water,closed_1,2026-03,1,"))
        // Either page as it was, and no other.
        for (number, wanted) in [(Int64?.none, 2), (1, 1), (2, 2)] {
            let path = folder.file("closed.html")
            try desk.writeClosed(month: "2026-03", number: number, language: nil, to: path)
            let page = try String(contentsOfFile: path, encoding: .utf8)
            #expect(page.contains("Its number is \(wanted)") && page.contains("(no. 2)") == (wanted == 2))
        }
        let refused = #expect(throws: AppError.self) {
            try desk.writeClosed(month: "2026-03", number: 9, language: nil, to: nil)
        }
        #expect(refused.map { "\($0)" }?.contains("1, 2") == true)
    }

    @Test("Case 12: in the hour that comes twice, a file in order of time means both")
    func autumn() throws {
        let path = try file(
            "autumn.csv",
            "time,level\n2025-10-26 01:30,1\n2025-10-26 02:30,2\n2025-10-26 02:30,3\n2025-10-26 03:30,4\n")
        #expect(try bring(path, sensor: "tank/level").isDone)
        let times = try site.readingStore().readings(ReadingQuery(.sensors([SensorID(rawValue: "tank/level")])))
            .map(\.time.instant.description)
        #expect(
            times == ["2025-10-25T23:30:00Z", "2025-10-26T00:30:00Z", "2025-10-26T01:30:00Z", "2025-10-26T02:30:00Z"])
        // The report tells a level whoever read it, in one row a day.
        let hand = HandReading(
            sensor: SensorID(rawValue: "tank/level"), value: DecimalValue(10), unit: nil,
            time: try #require(Instant(rfc3339: "2025-10-26T12:00:00Z")))
        let now = SystemClock.now()
        let office = try Office.open(site: site, now: now)
        #expect(office.perform(.addReadings([hand]), by: Actor(account: "t"), now: now).isDone)
        try office.pipeline.commit(packets: [], session: 0, now: now)
        try office.housekeep(now: now)
        office.close()
        let month = try #require(CalendarMonth(text: "2025-10"))
        let figures = try MonthFigures(store: try site.readingStore(), zone: site.zone, now: now).sensorMonths(month)
        let tank = try #require(figures.first { $0.sensor.id.rawValue == "tank/level" })
        #expect(tank.gauges.map { "\($0.minimum) \($0.maximum) \($0.mean)" } == ["1 10 4"])
    }

    @Test("Home Assistant's statistics: the counter's own state, never its running sum; means at their middle")
    func homeAssistant() throws {
        let path = folder.file("home-assistant_v2.db")
        let script = """
            import sqlite3, sys
            db = sqlite3.connect(sys.argv[1])
            db.execute("CREATE TABLE statistics_meta (id INTEGER PRIMARY KEY, statistic_id VARCHAR(255), source VARCHAR(32), unit_of_measurement VARCHAR(255), has_mean BOOLEAN, has_sum BOOLEAN, name VARCHAR(255))")
            db.execute("CREATE TABLE statistics (id INTEGER PRIMARY KEY, created_ts FLOAT, metadata_id INTEGER, start_ts FLOAT, mean FLOAT, min FLOAT, max FLOAT, last_reset_ts FLOAT, state FLOAT, sum FLOAT)")
            db.execute("INSERT INTO statistics_meta VALUES (1, 'sensor.water', 'recorder', 'm³', 0, 1, NULL), (2, 'sensor.tank', 'recorder', 'cm', 1, 0, NULL)")
            for hour, state in enumerate([100.25, 100.5, 100.75]):
                start = 1772434800 + hour * 3600
                db.execute("INSERT INTO statistics (metadata_id, start_ts, state, sum) VALUES (1, ?, ?, ?)", (start, state, 9000 + hour))
                db.execute("INSERT INTO statistics (metadata_id, start_ts, mean) VALUES (2, ?, ?)", (start, 150.5 - hour))
            db.commit()
            """
        let python = try ChildProcess("/usr/bin/python3", ["-c", script, path])
        #expect(python.wait() == .exited(0))
        #expect(throws: AppError.self) { try bring(path) }
        #expect(
            try bring(path, columns: ["sensor.water=house-1/water", "sensor.tank=tank/level"]).isDone)
        let store = try site.readingStore()
        let water = try store.readings(ReadingQuery(.sensors([Self.water])))
        #expect(water.map(\.value.description) == ["100.25", "100.5", "100.75"])
        #expect(water.first?.time.instant == Instant(seconds: 1_772_438_400))
        let tank = try store.readings(ReadingQuery(.sensors([SensorID(rawValue: "tank/level")])))
        #expect(tank.map(\.value.description) == ["150.5", "149.5", "148.5"])
        #expect(tank.first?.time.instant == Instant(seconds: 1_772_436_600))
        #expect(try uses().map { $0.split(separator: " ").last } == ["0.5"])
    }
}
