import CFaultVFS
import Foundation
import GRDB
import GatewayModel
import TestSupport
import Testing

@testable import Storage

@Suite("Faults of a card: what is damaged stops nothing but itself", .serialized)
struct FaultTests {
    private let minutes = 3 * 1440

    /// Three days of a reading a minute of two plugs, the first two in blocks; days counted.
    func fill(_ store: Store) throws -> SeriesDirectory {
        var directory = try store.directory(zone: .utc)
        for day in 0..<3 {
            for hour in 0..<24 {
                let readings = (0..<60).flatMap { minute -> [Reading] in
                    let at = Int64((day * 24 + hour) * 60 + minute) * 60
                    return ["a", "b"].map {
                        StoreFixture.reading(
                            $0, "power", DecimalValue(mantissa: (at * 7919) % 100_003, scale: 1), at: at)
                    }
                }
                _ = try StoreFixture.commit(readings, to: store, &directory)
            }
            if day < 2 { _ = try store.seal() }
        }
        try count(store, &directory)
        return directory
    }

    func count(_ store: Store, _ directory: inout SeriesDirectory) throws {
        let today = Zone.utc.date(at: StoreFixture.start.advanced(bySeconds: 4 * 86_400))
        _ = try store.recomputeDirtyDays(before: today, zone: .utc, directory: &directory) { _, _, _, _ in nil }
    }

    func flip(_ table: String, _ id: Int64, _ store: Store) throws {
        try store.pool.write { db in
            var body = try #require(
                try Data.fetchOne(db, sql: "SELECT body FROM \(table) WHERE id = ?", arguments: [id]))
            body[body.count / 2] ^= 8
            try db.execute(sql: "UPDATE \(table) SET body = ? WHERE id = ?", arguments: [body, id])
        }
    }

    @Test("A flipped byte in a block: all else is read, late readings and the seal go on, days keep their figures")
    func flippedBlock() throws {
        let fixture = try StoreFixture()
        var directory = try fill(fixture.store)
        let (id, inIt) = try fixture.store.pool.read { db in
            let row = try #require(
                try Row.fetchOne(db, sql: "SELECT id, reading_count FROM block WHERE id >> 32 = 1 ORDER BY id LIMIT 1"))
            return (row[0] as Int64, row[1] as Int)
        }
        let today = Zone.utc.date(at: StoreFixture.start.advanced(bySeconds: 4 * 86_400))
        #expect(try fixture.store.compareDays(before: today, zone: .utc).isEmpty)
        let first = Zone.utc.date(at: StoreFixture.start)
        let before = try fixture.store.dayStats(SeriesID(rawValue: 1), from: first, through: first)
        try flip("block", id, fixture.store)

        #expect(try fixture.store.readings(ReadingQuery(.all)).count == 2 * minutes - inIt)
        #expect(fixture.store.damage.map(\.id) == [id])
        #expect(fixture.store.damage.first?.stream == StreamID(rawValue: 1))
        // A late reading in the damaged time is stored, sealed apart, and read.
        let late = StoreFixture.reading("a", "power", DecimalValue(5), at: 90)
        #expect(try StoreFixture.commit([late], to: fixture.store, &directory) == [.late(SeriesID(rawValue: 1))])
        _ = try fixture.store.seal()
        #expect(try fixture.store.readings(ReadingQuery(.all)).count == 2 * minutes - inIt + 1)
        // Its day cannot be counted and says so; the row of before is not replaced by less than there was.
        try count(fixture.store, &directory)
        #expect(try fixture.store.dayStats(SeriesID(rawValue: 1), from: first, through: first).isEmpty)
        let kept = try fixture.store.pool.read { db in
            try Int.fetchOne(
                db, sql: "SELECT count FROM day_stats WHERE series = 1 AND date = ?", arguments: [first.description])
        }
        #expect(kept == before.first?.count)
        try fixture.store.examine()
        #expect(fixture.store.damage.count == 1)
        try fixture.store.close()

        // It is known at the next start, and a repair takes it out and counts the day from what is left.
        let again = try StoreFixture.open(fixture.folder.path)
        #expect(again.damage.map(\.id) == [id])
        let taken = try again.setDamageAside(into: fixture.folder.file("aside"), zone: .utc) { _ in
            ActRecord(RecordEntry(at: StoreFixture.start, kind: "store.repaired", facts: [:]))
        }
        #expect(taken.count == 1 && again.damage.isEmpty)
        #expect(FileManager.default.fileExists(atPath: fixture.folder.file("aside/block-\(id)")))
        try count(again, &directory)
        let left = try again.dayStats(SeriesID(rawValue: 1), from: first, through: first)
        #expect(
            try left.first?.count
                == again.readings(
                    ReadingQuery(
                        .series([SeriesID(rawValue: 1)]), from: Zone.utc.start(of: first),
                        until: Zone.utc.start(of: first.adding(days: 1)))
                ).count)
        #expect(try again.compareDays(before: today, zone: .utc).isEmpty)
        try again.close()
    }

    @Test("A damaged commit: the store opens, reads and seals the others, and never deletes the damaged one")
    func flippedCommit() throws {
        let fixture = try StoreFixture()
        var directory = try fill(fixture.store)
        let id = try #require(
            try fixture.store.pool.read { db in try Int64.fetchOne(db, sql: "SELECT max(id) - 3 FROM journal") })
        try flip("journal", id, fixture.store)
        try fixture.store.close()
        let store = try StoreFixture.open(fixture.folder.path)
        directory = try store.directory(zone: .utc)
        #expect(try store.session().packets.isEmpty)
        #expect(try store.readings(ReadingQuery(.all)).count == 2 * minutes - 120)
        #expect(store.damage.map(\.place) == [.journal])
        _ = try store.seal()
        #expect(try store.readings(ReadingQuery(.all)).count == 2 * minutes - 120)
        let stays = try store.pool.read { db in
            try Bool.fetchOne(db, sql: "SELECT EXISTS (SELECT 1 FROM journal WHERE id = ?)", arguments: [id])
        }
        #expect(stays == true)
        #expect(throws: Never.self) {
            try StoreFixture.commit(
                [StoreFixture.reading("a", "power", DecimalValue(1), at: 400_000)], to: store, &directory)
        }
        try store.close()
    }

    @Test("A disk that was remounted for reading alone refuses commits with a reason, and gives everything back")
    func readOnly() throws {
        #expect(fault_register() == 0)
        defer { fault_forget("frozen") }
        let folder = try TemporaryFolder()
        let store = try StoreFixture.open(folder.path + "/fault-disk-frozen")
        var directory = try store.directory(zone: .utc)
        func commit(_ value: Int64) throws {
            _ = try StoreFixture.commit(
                [StoreFixture.reading("a", "power", DecimalValue(value), at: value)], to: store, &directory)
        }
        try commit(1)
        fault_freeze("frozen", 1)
        #expect(throws: StoreError.self) { try commit(2) }
        #expect(throws: StoreError.self) { try store.probe(now: StoreFixture.start) }
        #expect(try store.readings(ReadingQuery(.all)).map(\.value) == [DecimalValue(1)])
        fault_freeze("frozen", 0)
        try store.probe(now: StoreFixture.start)
        try commit(2)
        #expect(try store.readings(ReadingQuery(.all)).map(\.value) == [DecimalValue(1), DecimalValue(2)])
        try store.close()
    }

    @Test("A read that fails once is an error with a remedy and no damage; the next one gives everything")
    func readError() throws {
        #expect(fault_register() == 0)
        defer { fault_forget("reads") }
        let folder = try TemporaryFolder()
        let store = try StoreFixture.open(folder.path + "/fault-disk-reads")
        _ = try fill(store)
        try store.close()
        let again = try StoreFixture.open(folder.path + "/fault-disk-reads")
        fault_fail_at("reads", FAULT_READ, 1)
        do {
            let count = try again.readings(ReadingQuery(.all)).count
            Issue.record("\(count) readings without a failing read")
        } catch let error {
            #expect(error.code == .ioError)
        }
        #expect(again.damage.isEmpty)
        #expect(try again.readings(ReadingQuery(.all)).count == 2 * minutes)
        try again.close()
    }

    @Test(
        "A database that was copied while running: without its log it is refused and stays as it is; with it, it is whole"
    )
    func copiedWhileRunning() throws {
        let fixture = try StoreFixture()
        try fixture.store.markRunning()
        var directory = try fixture.store.directory(zone: .utc)
        for value in 0..<20 as Range<Int64> {
            _ = try StoreFixture.commit(
                [StoreFixture.reading("a", "power", DecimalValue(value), at: value)], to: fixture.store, &directory)
        }
        let copy = try TemporaryFolder()
        let files = FileManager.default
        try files.copyItem(atPath: fixture.folder.file("gateway.sqlite"), toPath: copy.file("gateway.sqlite"))
        for open in [{ try StoreFixture.open(copy.path) }, { try Store.openForReading(folder: copy.path) }] {
            do {
                _ = try open()
                Issue.record("opened without its log")
            } catch let error as StoreError {
                #expect(error.code == .logMissing, "\(error)")
            }
        }
        #expect(try files.contentsOfDirectory(atPath: copy.path).sorted() == ["gateway.lock", "gateway.sqlite"])
        // Accepted by a person, it opens with what there is.
        let file = try DatabaseFile(folder: copy.path)
        #expect(file.lacksLog)
        try file.acceptMissingLog()
        file.release()
        let less = try StoreFixture.open(copy.path)
        #expect(try less.readings(ReadingQuery(.all)).count < 20)
        try less.close()

        let whole = try TemporaryFolder()
        for name in ["gateway.sqlite", "gateway.sqlite-wal"] {
            try files.copyItem(atPath: fixture.folder.file(name), toPath: whole.file(name))
        }
        let second = try StoreFixture.open(whole.path)
        #expect(try second.readings(ReadingQuery(.all)).count == 20)
        #expect(try second.check().isEmpty)
        try second.close()
        try fixture.store.markStopped()
        try fixture.store.close()
        // After a clean end the file alone is everything.
        try files.removeItem(atPath: fixture.folder.file("gateway.sqlite-wal"))
        let third = try StoreFixture.open(fixture.folder.path)
        #expect(try third.readings(ReadingQuery(.all)).count == 20)
        try third.close()
    }
}
