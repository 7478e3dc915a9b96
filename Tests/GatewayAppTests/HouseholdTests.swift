import Foundation
import GatewayModel
import Reporting
import Storage
import TestSupport
import Testing

@testable import GatewayApp

/// P9: households are private, and can be forgotten. On a real store with months of readings.
@Suite("Households", .serialized)
struct HouseholdTests {
    let folder: TemporaryFolder
    let site: Site
    static let homes = (1...6).map { SensorID(rawValue: "house-\($0)/water") }

    init() throws {
        folder = try TemporaryFolder("homes")
        let sensors = Self.homes.map {
            "  - {id: \($0), resource: water, quantity: volume, role: consumption, visibility: household, unit: L, meter: {digits: 9}, device: tap-\($0.rawValue.prefix(7)), channel: water}"
        }.joined(separator: "\n")
        try """
        community: {id: test, name: Test, languages: [en], time_zone: Europe/Madrid, kind: real}
        data_folder: \(folder.path)/data
        devices_folder: \(GatewayUnderTest.root)/Devices
        resolutions_folder: \(folder.path)
        languages_folder: \(GatewayUnderTest.root)/config/languages
        mqtt: {broker: 127.0.0.1, port: 1, topics: ["zigbee2mqtt/+"]}
        assembly: {meets: first Sunday 18:00}
        stewards: [{name: Rosa}]
        destinations:
          - {name: notices, kind: files, audience: stewards, folder: \(folder.path)/notices}
        sensors:
        \(sensors)
          - {id: tank/level, resource: water, quantity: temperature, role: storage, visibility: community, unit: Cel}

        """.write(toFile: folder.file("gateway.yaml"), atomically: true, encoding: .utf8)
        site = try Site.load(configFile: folder.file("gateway.yaml"))
    }

    /// The first day of the month before last, at noon.
    var begin: Instant {
        let month = CalendarMonth(of: site.zone.date(at: SystemClock.now())).previous.previous
        return site.zone.start(of: month.firstDay).advanced(bySeconds: 43_200)
    }

    /// Two months of daily figures of six homes, some in blocks and some in the journal, and a level.
    func live() throws {
        let office = try Office.open(site: site, now: SystemClock.now())
        defer { office.close() }
        let readings = (0..<45).flatMap { day in
            Self.homes.enumerated().map { index, home in
                HandReading(
                    sensor: home, value: DecimalValue(Int64(1_000_003 + day * (100 + index))), unit: nil,
                    time: begin.advanced(bySeconds: Int64(day) * 86_400))
            }
        }
        let now = SystemClock.now()
        for part in [readings.prefix(200), readings.dropFirst(200)] {
            #expect(office.perform(.addReadings(Array(part)), by: Actor(account: "test"), now: now).isDone)
            try office.pipeline.commit(packets: [], session: 0, now: now)
            if part.count == 200 { _ = try office.store.seal() }
        }
        let level = HandReading(sensor: SensorID(rawValue: "tank/level"), value: DecimalValue(7), unit: nil, time: now)
        #expect(office.perform(.addReadings([level]), by: Actor(account: "test"), now: now).isDone)
        office.pipeline.batch.putAside.append(
            PutAside(
                at: begin, reason: "time_off", device: "tap-house-1", topic: "zigbee2mqtt/x",
                payload: Array("SECRET-PAYLOAD".utf8)))
        try office.pipeline.commit(packets: [], session: 0, now: now)
        try office.makeUpIfDue(now: now)
    }

    private func count(_ sensor: SensorID) throws -> Int {
        try site.readingStore().readings(ReadingQuery(.sensors([sensor]))).count
    }

    private func total(_ month: CalendarMonth) throws -> String {
        let text = try Papers(site: site, store: site.readingStore(), month: month, now: SystemClock.now())
            .report(.json, language: "en")
        let object = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        #expect((object["errata"] as? [Any])?.isEmpty == true)
        let water = (object["resources"] as? [[String: Any]])?.first { $0["resource"] as? String == "water" }
        return "\((water?["used"] as? [String: Any])?["value"] ?? "?")"
    }

    @Test("Households' figures are left out unless somebody says why, and the household sees who and why")
    func looks() throws {
        try live()
        let desk = ReadingDesk(site: site)
        func export(_ sensors: [String] = [], why: String? = nil) throws -> String {
            let path = folder.file("out.csv")
            try desk.export(
                .init(sensors: sensors, devices: [], from: nil, until: nil, isCSV: true, why: why), to: path)
            return try String(contentsOfFile: path, encoding: .utf8)
        }
        #expect(try !export().contains("house-"))
        #expect(try export().contains("tank/level"))
        #expect(throws: AppError.self) { try export(["house-2/water"]) }
        #expect(try export(["house-2/water"], why: "it seems to leak").split(separator: "\n").count == 46)
        let list = try desk.latest(json: false).joined(separator: "\n")
        #expect(list.contains("house-2/water") && !list.contains("1004"))
        func ask(_ sql: String, why: String? = nil) throws -> String {
            let path = folder.file("answer.csv")
            try SQLDesk(site: site).run(sql, why: why, form: .csv, to: path)
            return try String(contentsOfFile: path, encoding: .utf8)
        }
        let question = "SELECT sensor, count(*) FROM readings WHERE sensor LIKE 'house-2/%' GROUP BY sensor"
        #expect(try ask(question) == "sensor,count(*)\n")
        #expect(try ask(question, why: "to compare") == "sensor,count(*)\nhouse-2/water,45\n")
        let shown = try HouseholdDesk(site: site).show("house-2/water").joined(separator: "\n")
        #expect(shown.contains("to compare: \(question)"))
        #expect(shown.contains("45 readings") && shown.contains("it seems to leak"))
        #expect(try HouseholdDesk(site: site).show("house-1/water").joined().contains("to compare"))
        #expect(try HouseholdDesk(site: site).show("house-1/water").joined().contains("leak") == false)
        #expect(throws: AppError.self) { try HouseholdDesk(site: site).show("tank/level") }
    }

    @Test("A household is forgotten: nothing of it is left in the file, and no report tells the difference")
    func forgotten() throws {
        try live()
        let month = CalendarMonth(of: site.zone.date(at: begin))
        let before = try total(month)
        #expect(before != "?")
        let reply = try HouseholdDesk(site: site).forget(
            "house-1/water", from: nil, through: nil, enteredFor: "Amina")
        #expect(reply.isDone, "\(reply.lines)")
        #expect(reply.lines.first?.contains("45 readings") == true)
        #expect(try count(Self.homes[0]) == 0)
        #expect(try Self.homes.dropFirst().map(count) == [45, 45, 45, 45, 45])
        #expect(try total(month) == before)
        let store = try site.readingStore()
        let first = try #require(CalendarDate(text: "2000-01-01"))
        #expect(try store.dayUse(Self.homes[0], from: first, through: site.zone.date(at: SystemClock.now())).isEmpty)
        #expect(try store.check().isEmpty)
        #expect(try store.verifyRecordBook().isIntact)
        #expect(try HouseholdDesk(site: site).show("house-1/water").first == "No readings are kept.")
        for name in ["gateway.sqlite", "gateway.sqlite-wal"] {
            let bytes = FileManager.default.contents(atPath: folder.path + "/data/" + name) ?? Data()
            #expect(bytes.range(of: Data("SECRET-PAYLOAD".utf8)) == nil, "\(name)")
        }
        // The home goes on; what it uses from now on counts from now on.
        let now = SystemClock.now()
        let office = try Office.open(site: site, now: now)
        defer { office.close() }
        let next = HandReading(sensor: Self.homes[0], value: DecimalValue(2_000_000), unit: nil, time: now)
        #expect(office.perform(.addReadings([next]), by: Actor(account: "test"), now: now).isDone)
        try office.pipeline.commit(packets: [], session: 0, now: now)
        #expect(try office.store.meterEvents(sensor: Self.homes[0]).isEmpty)
    }

    @Test("Notices about a forgotten household go from the folders that they were written to, others stay")
    func notices() throws {
        try live()
        let notices = folder.file("notices")
        try FileManager.default.createDirectory(atPath: notices, withIntermediateDirectories: true)
        let names = ["20260901T100000Z-today-a.txt", "20260902T100000Z-today-b.txt"]
        for name in names {
            try "title\n\ntext\n".write(toFile: notices + "/" + name, atomically: true, encoding: .utf8)
        }
        try "Notices\n\none (\(names[0]))\ntwo (\(names[1]))\n"
            .write(toFile: notices + "/latest.txt", atomically: true, encoding: .utf8)
        let office = try Office.open(site: site, now: SystemClock.now())
        let onset = begin.advanced(bySeconds: 86_400)
        for subject in ["house-1/water", "tank/level"] {
            office.pipeline.box(.sensorSilent, subject: subject, isActive: true, onset: onset, [:], SystemClock.now())
        }
        try office.pipeline.commit(packets: [], session: 0, now: SystemClock.now())
        let alerts = try office.store.alerts(openOnly: false)
        office.close()
        for (name, subject) in zip(names, ["house-1/water", "tank/level"]) {
            let alert = try #require(alerts.first { $0.subject == subject })
            let child = try ChildProcess(
                "/usr/bin/sqlite3",
                [
                    folder.file("data/gateway.sqlite"),
                    """
                    INSERT INTO outbox (key, destination, body, state, next_at, created_at, remote_id)
                    VALUES ('\(name)', 'notices', '{"alert": "\(alert.id)"}', 'sent', 0, 0, '\(name)')
                    """,
                ])
            #expect(child.wait(20) == .exited(0), "\(child.output)")
        }
        let reply = try HouseholdDesk(site: site).forget(
            "house-1/water", from: nil, through: nil, enteredFor: "Amina")
        #expect(reply.isDone && reply.lines.contains { $0.contains("1 notices") }, "\(reply.lines)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: notices).sorted() == [names[1], "latest.txt"])
        #expect(
            try String(contentsOfFile: notices + "/latest.txt", encoding: .utf8)
                == "Notices\n\ntwo (\(names[1]))\n")
    }

    @Test("What was imported and undone, exported, and held by the broker is forgotten too; what others own stays")
    func everywhere() throws {
        try live()
        let now = SystemClock.now()
        let office = try Office.open(site: site, now: now)
        let actor = Actor(account: "test")
        let begun = office.perform(
            .beginImport(file: "old.csv", sha256: String(repeating: "a", count: 64)), by: actor, now: now)
        let number = try #require(begun.number)
        let old = Self.homes.prefix(2).map {
            ImportedReading(
                sensor: $0, kind: .register, value: DecimalValue(999_001), unit: Unit("L"),
                time: begin.advanced(bySeconds: -3600))
        }
        #expect(office.perform(.importReadings(number, old), by: actor, now: now).isDone)
        #expect(office.perform(.finishImport(number), by: actor, now: now).isDone)
        try office.pipeline.commit(packets: [], session: 0, now: now)
        #expect(office.perform(.undoImport(number), by: actor, now: now).isDone)
        try office.pipeline.commit(packets: [], session: 0, now: now)
        office.close()
        let both = folder.file("both.csv")
        try ReadingDesk(site: site).export(
            .init(
                sensors: ["house-1/water", "house-2/water"], devices: [], from: nil, until: nil, isCSV: true,
                why: "leak"),
            to: both)
        try HouseholdDesk(site: site).export("house-1/water", to: folder.file("own.csv"), enteredFor: "Amina")
        let reply = try HouseholdDesk(site: site).forget(
            "house-1/water", from: nil, through: nil, enteredFor: "Amina")
        #expect(
            reply.isDone && reply.lines.contains { $0.contains("45 lines were taken out of \(both)") }, "\(reply.lines)"
        )
        #expect(!FileManager.default.fileExists(atPath: folder.file("own.csv")))
        let left = try String(contentsOfFile: both, encoding: .utf8)
        #expect(left.split(separator: "\n").count == 46 && !left.contains("house-1"))
        let imported = try site.readingStore().readings(ReadingQuery(.devices(["imported/\(number)"])))
        #expect(imported.count == 1, "the neighbour's stays")
    }

    @Test("A household takes along and sees the days that it names, and those of which only the sum is kept")
    func days() throws {
        try live()
        let last = site.zone.date(at: begin.advanced(bySeconds: 9 * 86_400))
        let store = try site.writingStore(now: SystemClock.now())
        let cut = try store.keepDaysAlone(of: Self.homes[0], before: last.adding(days: -4), zone: site.zone) { _ in
            ActRecord(RecordEntry(at: begin, kind: "household.days_kept"))
        }
        try store.close()
        #expect(cut == 5)
        let path = folder.file("own.csv")
        try HouseholdDesk(site: site).export(
            "house-1/water", through: last.description, to: path, enteredFor: "Amina")
        let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").dropFirst()
        #expect(lines.filter { $0.contains(",day,") }.count == 5)
        #expect(lines.filter { $0.contains(",register,") }.count == 5)
        let shown = try HouseholdDesk(site: site).show("house-1/water", through: last.description)
        #expect(shown.first?.hasPrefix("5 readings") == true, "\(shown)")
        // Who looks at one device leaves an entry with the homes that it measures, and with no other.
        try ReadingDesk(site: site).export(
            .init(sensors: [], devices: ["by-hand/house-2/water"], from: nil, until: nil, isCSV: true, why: "one only"),
            to: path)
        #expect(try HouseholdDesk(site: site).show("house-2/water").joined().contains("one only"))
        #expect(try !HouseholdDesk(site: site).show("house-3/water").joined().contains("one only"))
    }

    @Test("Some months are forgotten: the days behind them keep their figures, also when they are computed anew")
    func partly() throws {
        try live()
        func days() throws -> [String] {
            try site.readingStore().dayUse(
                Self.homes[0], from: site.zone.date(at: begin), through: site.zone.date(at: SystemClock.now())
            ).map { "\($0.use.amount)\($0.use.isLowerBound ? "~" : "")" }
        }
        let all = try days()
        // As if a gap had ended on each day.
        let end = try ChildProcess(
            "/usr/bin/sqlite3",
            [
                site.configuration.dataFolder + "/gateway.sqlite",
                "UPDATE day_use SET carried_since = date, carried_mantissa = 1, carried_scale = 0",
            ]
        ).wait(20)
        #expect(end == .exited(0))
        func carrying() throws -> Int {
            try site.readingStore().dayUse(
                Self.homes[0], from: site.zone.date(at: begin), through: site.zone.date(at: SystemClock.now())
            ).count { $0.use.carried != nil }
        }
        #expect(try carrying() == all.count)
        let last = site.zone.date(at: begin.advanced(bySeconds: 9 * 86_400))
        let reply = try HouseholdDesk(site: site).forget(
            "house-1/water", from: nil, through: last.description, enteredFor: "Amina")
        #expect(reply.isDone)
        #expect(try carrying() == all.count - 10)
        #expect(try days() == ["0~"] + all.dropFirst(10))
        #expect(try count(Self.homes[0]) == 35)
        let office = try Office.open(site: site, now: SystemClock.now())
        var batch = Batch(committedAt: SystemClock.now())
        batch.dirtyUse = [DirtyUse(sensor: Self.homes[0], date: last.adding(days: 1))]
        try office.store.commit(batch)
        office.needsMakeUp = true
        try office.makeUpIfDue(now: SystemClock.now())
        office.close()
        #expect(try days() == ["0~"] + all.dropFirst(10))
    }
}
