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
}
