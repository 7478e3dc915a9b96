import Foundation
import GRDB
import GatewayModel
import TestSupport
import Testing

@testable import Storage

/// Databases of earlier schemas, as they were kept (`Schemas/NNN.sql`, made by `sqlite3 gateway.sqlite .dump`).
@Suite("Upgrades")
struct UpgradeTests {
    private static let schemas = Schema.migrator().migrations

    private func lay(_ schema: String, at path: String) throws {
        let kept = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appending(path: "Schemas/\(schema.prefix(3)).sql").path
        let child = try ChildProcess("/usr/bin/sqlite3", [path, ".read \(kept)"])
        let end = child.wait(20)
        try #require(end == .exited(0), "keep a database of this schema: \(child.output)")
    }

    private func statements(_ path: String) throws -> Set<String> {
        let queue = try DatabaseQueue(path: path)
        defer { try? queue.close() }
        return try queue.read { db in
            try String.fetchSet(db, sql: "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL")
        }
    }

    @Test("A database of each schema is kept, and its tables are those that its migrations make", arguments: schemas)
    func kept(schema: String) throws {
        let folder = try TemporaryFolder("upgrade")
        try lay(schema, at: folder.file("kept.sqlite"))
        let made = try DatabaseQueue(path: folder.file("made.sqlite"))
        try Schema.migrator().migrate(made, upTo: schema)
        try made.close()
        let difference = try statements(folder.file("kept.sqlite"))
            .symmetricDifference(statements(folder.file("made.sqlite")))
        #expect(difference.isEmpty, "a migration that was released must not be changed")
    }

    @Test("A database of any earlier schema is copied, upgraded and goes on", arguments: schemas.dropLast())
    func upgrade(from schema: String) throws {
        let folder = try TemporaryFolder("upgrade")
        try lay(schema, at: folder.file("gateway.sqlite"))
        let before = try DatabaseQueue(path: folder.file("gateway.sqlite"))
        let (readings, client) = try before.read { db in
            (
                try Int.fetchOne(db, sql: "SELECT total(reading_count) FROM journal"),
                try String.fetchOne(db, sql: "SELECT value FROM property WHERE name = 'client_id'")
            )
        }
        try before.close()

        let tooEarly = #expect(throws: StoreError.self) { try Store.openForReading(folder: folder.path) }
        #expect(tooEarly?.code == .olderSchema)
        let store = try StoreFixture.open(folder.path)
        #expect(store.clientID == client)
        #expect(try store.readings(ReadingQuery(.all)).count >= readings ?? .max)
        #expect(try store.readings(ReadingQuery(.all)).last?.value == DecimalValue(schema < "009" ? 42 : 44))
        #expect(try store.forgottenDays().isEmpty && store.announcements().isEmpty && store.imports().isEmpty)
        #expect(try store.verifyRecordBook().isIntact)
        let decisions = try store.resolutions()
        #expect(decisions.map(\.signatures) == [[]] && decisions.map(\.isRecovery) == [false])
        #expect(try store.openRecovery() == nil)
        #expect(try store.switchedOff().isEmpty && store.dutyMarks().isEmpty && store.disputes().isEmpty)
        let copy = try DatabaseQueue(path: folder.path + "/before-upgrade-from-\(schema.prefix(3)).sqlite")
        #expect(try copy.read { try Schema.migrator().appliedIdentifiers($0).max() } == schema)
        #expect(try copy.read { try Int.fetchOne($0, sql: "SELECT total(reading_count) FROM journal") } == readings)
        try store.close()
        // Nothing is copied where nothing is upgraded.
        try copy.close()
        try FileManager.default.removeItem(atPath: folder.path + "/before-upgrade-from-\(schema.prefix(3)).sqlite")
        try StoreFixture.open(folder.path).close()
        #expect(try !FileManager.default.contentsOfDirectory(atPath: folder.path).contains { $0.hasPrefix("before") })
    }

    @Test("Days of a meter that followed days without readings are counted anew for what they carry")
    func carried() throws {
        let folder = try TemporaryFolder("upgrade")
        try lay("016", at: folder.file("gateway.sqlite"))
        let before = try DatabaseQueue(path: folder.file("gateway.sqlite"))
        try before.write { db in
            // A meter, a counter without a meter's state, and what was left of days that were forgotten.
            for (sensor, date, meter, permille) in [
                ("a", "2026-02-27", "{}", 1000), ("a", "2026-02-28", "{}", 1000), ("a", "2026-03-01", "{}", 1000),
                ("a", "2026-03-04", "{}", 1000), ("a", "2026-03-07", "{}", 0), ("b", "2026-02-27", nil, 1000),
                ("b", "2026-03-04", nil, 1000),
            ] {
                try db.execute(
                    sql: "INSERT INTO day_use VALUES (?, ?, 0, 1, 'UTC', 1, 5, 0, 'm3', ?, 0, ?)",
                    arguments: [sensor, date, permille, meter])
            }
        }
        try before.close()
        let store = try StoreFixture.open(folder.path)
        let marked = try store.read("test") { db in
            try Row.fetchAll(db, sql: "SELECT sensor, date FROM dirty_use ORDER BY sensor, date")
                .map { "\($0[0] as String) \($0[1] as String)" }
        }
        #expect(marked == ["a 2026-03-04"])
        let days = try store.dayUse(
            SensorID(rawValue: "a"), from: CalendarDate(year: 2026, month: 2, day: 27),
            through: CalendarDate(year: 2026, month: 3, day: 31))
        #expect(days.map(\.isStale) == [false, false, false, true, false])
        #expect(days.allSatisfy { $0.use.carried == nil })
        try store.close()
    }

    @Test("What was posted and what people made of it is there after the table was made anew")
    func items() throws {
        let folder = try TemporaryFolder("upgrade")
        try lay("014", at: folder.file("gateway.sqlite"))
        let before = try DatabaseQueue(path: folder.file("gateway.sqlite"))
        try before.write { db in
            let number = try Int64.fetchOne(db, sql: "SELECT max(number) FROM record")
            for (id, status) in [("a", "submitted"), ("b", "decided")] {
                let isOpen = status == "submitted"
                try db.execute(
                    sql: "INSERT INTO agenda_item VALUES ('2026-11-01', ?, 1, 'submitted', '{}', NULL, NULL)",
                    arguments: [id])
                guard !isOpen else { continue }
                try db.execute(
                    sql: "UPDATE agenda_item SET status = ?, result = ?, record = ? WHERE id = ?",
                    arguments: [
                        status, "{\"decision\":\"decision 7\",\"note\":\"by consent\",\"status\":\"decided\"}", number,
                        id,
                    ])
            }
        }
        try before.close()
        let store = try StoreFixture.open(folder.path)
        let past = try store.agendaPast()
        #expect(past["a"]?.map(\.status) == [.submitted])
        #expect(
            past["b"]?.map { [$0.status.rawValue, $0.decision, $0.note] } == [["decided", "decision 7", "by consent"]])
        let meeting = CalendarDate(year: 2026, month: 11, day: 1)
        #expect(throws: StoreError.self) {
            try store.recordAgenda(
                meeting: meeting, results: ["b": AgendaResult(status: .accepted)],
                entry: RecordEntry(at: Instant(seconds: 0), kind: "test"))
        }
        try store.recordAgenda(
            meeting: meeting, results: ["a": AgendaResult(status: .accepted)],
            entry: RecordEntry(at: Instant(seconds: 0), kind: "test"))
        #expect(try store.agendaPast()["a"]?.map(\.status) == [.accepted])
        try store.close()
    }
}
