import Foundation
import GRDB
import GatewayModel
import TestSupport
import Testing

@testable import Storage

/// What was interrupted or stands in the way: forgetting, upgrades, ballast, long reads.
extension FaultTests {
    @Test("A forgetting takes damaged bytes whole, the end of a retention leaves them to the repair")
    func damagedAndForgotten() throws {
        let fixture = try StoreFixture()
        var directory = try fill(fixture.store)
        let day = Zone.utc.date(at: StoreFixture.start)
        let sensor = Sensor(
            id: SensorID(rawValue: "home/a"), resource: "energy", quantity: "active_power", role: .condition,
            visibility: .household, unit: Unit("W"))
        _ = try fixture.store.declare([sensor], at: StoreFixture.start, by: "test")
        try fixture.store.bind(
            Binding(sensor: sensor.id, device: "a", channel: "power", from: Instant(milliseconds: 0)),
            at: StoreFixture.start,
            by: "test",
            zone: .utc)
        try count(fixture.store, &directory)
        let (block, commit) = try fixture.store.pool.read { db in
            (
                try #require(try Int64.fetchOne(db, sql: "SELECT min(id) FROM block WHERE id >> 32 = 1")),
                try #require(try Int64.fetchOne(db, sql: "SELECT max(id) - 3 FROM journal"))
            )
        }
        try flip("block", block, fixture.store)
        try flip("journal", commit, fixture.store)
        func left() throws -> Int? {
            try fixture.store.pool.read { db in
                try Int.fetchOne(
                    db, sql: "SELECT count(*) FROM block WHERE id = ?1", arguments: [block])
            }
        }
        func record(_: Int) -> ActRecord { ActRecord(RecordEntry(at: StoreFixture.start, kind: "test")) }
        _ = try fixture.store.keepDaysAlone(
            of: sensor.id, before: day.adding(days: 4), zone: .utc, record: record)
        #expect(try left() == 1)
        _ = try fixture.store.forget(
            ForgottenDays(sensor: sensor.id, first: day, last: day.adding(days: 4), at: StoreFixture.start), zone: .utc,
            record: record(0))
        #expect(try left() == 0)
        try fixture.store.examine()
        #expect(fixture.store.damage.isEmpty || fixture.store.damage.allSatisfy { $0.id == block || $0.id == commit })
        #expect(try fixture.store.readings(ReadingQuery(.sensors([sensor.id]))).isEmpty)
        #expect(try !fixture.store.owesLogCut())
        try fixture.store.close()
    }

    @Test("While a copy is read the log of a forgetting cannot be cut; it is owed, and made up for")
    func logCutOwed() throws {
        let folder = try TemporaryFolder()
        var options = Store.Options(community: "village", kind: .real)
        options.ballastBytes = 4096
        let store = try Store.open(folder: folder.path, options: options, now: StoreFixture.start)
        _ = try fill(store)
        var configuration = Configuration()
        configuration.readonly = true
        configuration.allowsUnsafeTransactions = true
        let reader = try DatabaseQueue(path: folder.path + "/gateway.sqlite", configuration: configuration)
        try reader.inDatabase { db in
            try db.beginTransaction()
            _ = try Int.fetchOne(db, sql: "SELECT count(*) FROM journal")
        }
        try store.pool.writeWithoutTransaction { db in try db.execute(sql: "PRAGMA busy_timeout = 50") }
        let day = Zone.utc.date(at: StoreFixture.start)
        _ = try store.forget(
            ForgottenDays(sensor: SensorID(rawValue: "home/a"), first: day, last: day, at: StoreFixture.start),
            zone: .utc,
            record: ActRecord(RecordEntry(at: StoreFixture.start, kind: "test")))
        #expect(try store.owesLogCut())
        try reader.inDatabase { db in try db.commit() }
        try reader.close()
        try store.cutLogIfOwed()
        #expect(try !store.owesLogCut())
        try store.close()
    }

    @Test("An empty ballast is laid down again; an upgrade that was cut keeps the copy of before its first change")
    func halfDone() throws {
        let folder = try TemporaryFolder()
        _ = FileManager.default.createFile(atPath: folder.file("ballast"), contents: nil)
        let ballast = Ballast(folder: folder.path, size: 4096)
        #expect(!ballast.isThere && ballast.restore() && ballast.isThere)

        let path = folder.file("gateway.sqlite")
        let old = try DatabaseQueue(path: path)
        try Schema.migrator().migrate(old, upTo: "003 what devices tell")
        try old.close()
        for name in ["before-upgrade-from-002.sqlite", "upgrade-unfinished"] {
            try Data(name.utf8).write(to: URL(fileURLWithPath: folder.file(name)))
        }
        try StoreFixture.open(folder.path).close()
        #expect(FileManager.default.contents(atPath: folder.file("before-upgrade-from-002.sqlite")) != nil)
        #expect(!FileManager.default.fileExists(atPath: folder.file("before-upgrade-from-003.sqlite")))
        #expect(!FileManager.default.fileExists(atPath: folder.file("upgrade-unfinished")))
    }

    @Test("Quiet years before busy ones do not end in one slice that fills the memory")
    func boundedSlices() throws {
        let fixture = try StoreFixture()
        var directory = try fixture.store.directory(zone: .utc)
        let begin = Int64(-3 * 365 * 86_400)
        for day in 0..<300 {
            let one = StoreFixture.reading("plug", "power", DecimalValue(1), at: begin + Int64(day) * 3 * 86_400)
            _ = try StoreFixture.commit([one], to: fixture.store, &directory)
        }
        let perDay = 200_000
        for day in 0..<6 {
            let readings = (0..<perDay).map { index in
                StoreFixture.reading(
                    "plug-\(index % 4)", "power", DecimalValue(Int64(index % 911)),
                    at: Int64(day) * 86_400 + Int64(index) * 86_400 / Int64(perDay))
            }
            _ = try StoreFixture.commit(readings, to: fixture.store, &directory)
            _ = try fixture.store.seal()
        }
        var slices = try ReadingSlices(fixture.store, ReadingQuery(.all))
        var (total, largest) = (0, 0)
        while let slice = try slices.next() {
            total += slice.count
            largest = max(largest, slice.count)
        }
        #expect(total == 300 + 6 * perDay)
        #expect(largest < 600_000, "\(largest)")
    }
}
