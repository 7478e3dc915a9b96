import Foundation
import GRDB
import GatewayModel
import TestSupport
import Testing

@testable import Storage

/// Databases of earlier schemas, opened by this program.
@Suite("Upgrades")
struct UpgradeTests {
    @Test(
        "A database of any earlier schema is copied, upgraded and goes on",
        arguments: Schema.migrator().migrations.dropLast())
    func upgrade(from schema: String) throws {
        let folder = try TemporaryFolder("upgrade")
        let path = folder.path + "/gateway.sqlite"
        let old = try DatabaseQueue(path: path)
        try Schema.migrator().migrate(old, upTo: schema)
        try old.write { db in
            for (name, value) in ["community": "village", "kind": "real", "client_id": "commons-7", "ended": "cleanly"]
            {
                try db.execute(sql: "INSERT INTO property VALUES (?, ?)", arguments: [name, value])
            }
            try db.execute(sql: "INSERT INTO device VALUES (1, 'plug', 0)")
            try db.execute(
                sql: "INSERT INTO resolution VALUES (1, ?, ?, 'Ana', 0)",
                arguments: [Data("As minuted.".utf8), Fingerprint.sha256(Array("As minuted.".utf8))])
            try db.execute(sql: "INSERT INTO stream (id, device, message, first_seen) VALUES (1, 1, '', 0)")
            try db.execute(
                sql:
                    "INSERT INTO series (id, stream, field, unit, quantity, kind) VALUES (1, 1, 'power', 'W', 'p', 'gauge')"
            )
            let reading = StoredReading(
                series: SeriesID(rawValue: 1), time: ReadingTime(StoreFixture.start, source: .device),
                value: DecimalValue(42))
            try db.execute(
                sql: "INSERT INTO journal VALUES (1, 0, 0, ?1, ?1, 0, 1, ?2)",
                arguments: [
                    StoreFixture.start.milliseconds, Data(FirstJournalFormat.encode(packets: [], readings: [reading])),
                ])
        }
        try old.close()

        let tooEarly = #expect(throws: StoreError.self) { try Store.openForReading(folder: folder.path) }
        #expect(tooEarly?.code == .olderSchema)
        let store = try StoreFixture.open(folder.path)
        #expect(store.clientID == "commons-7")
        #expect(try store.readings(ReadingQuery(.all)).map(\.value) == [DecimalValue(42)])
        #expect(try store.forgottenDays().isEmpty && store.announcements().isEmpty && store.imports().isEmpty)
        let decisions = try store.resolutions()
        #expect(decisions.map(\.signatures) == [[]] && decisions.map(\.isRecovery) == [false])
        #expect(try store.openRecovery() == nil)
        let copy = try DatabaseQueue(path: folder.path + "/before-upgrade-from-\(schema.prefix(3)).sqlite")
        #expect(try copy.read { try Schema.migrator().appliedIdentifiers($0).max() } == schema)
        #expect(try copy.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM journal") } == 1)
        try store.close()
        // Nothing is copied where nothing is upgraded.
        try copy.close()
        try FileManager.default.removeItem(atPath: folder.path + "/before-upgrade-from-\(schema.prefix(3)).sqlite")
        try StoreFixture.open(folder.path).close()
        #expect(try !FileManager.default.contentsOfDirectory(atPath: folder.path).contains { $0.hasPrefix("before") })
    }
}
