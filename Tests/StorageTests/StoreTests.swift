import Foundation
import GRDB
import GatewayModel
import TestSupport
import Testing

@testable import Storage

@Suite("The store")
struct StoreTests {
    @Test("Writer and readers have the settings that durability and wear depend on")
    func pragmas() throws {
        let fixture = try StoreFixture()
        func pragma(_ name: String, _ db: Database) throws -> String {
            try String.fetchOne(db, sql: "PRAGMA \(name)") ?? ""
        }
        let names = [
            "page_size", "journal_mode", "synchronous", "secure_delete", "auto_vacuum", "foreign_keys", "cache_size",
            "journal_size_limit",
        ]
        let writer = try fixture.store.pool.writeWithoutTransaction { db in try names.map { try pragma($0, db) } }
        #expect(writer == ["1024", "wal", "2", "0", "0", "1", "-4096", "-1"])
        #expect(try fixture.store.pool.read { try pragma("cache_size", $0) } == "-1024")
        #expect(fixture.store.pool.configuration.maximumReaderCount == 2)
        for file in ["gateway.sqlite", "gateway.sqlite-wal", "gateway.lock", "ballast"] {
            let mode = try FileManager.default.attributesOfItem(atPath: fixture.folder.file(file))[.posixPermissions]
            #expect(mode as? NSNumber == 0o600, "\(file)")
        }
        try fixture.store.close()
        // The log outlives the last connection, so that its room on the card is not given back and taken anew.
        #expect(FileManager.default.fileExists(atPath: fixture.folder.file("gateway.sqlite-wal")))
    }

    @Test("A folder in use, another community, the other kind and a newer schema are refused by name")
    func refusals() throws {
        let fixture = try StoreFixture()
        let path = fixture.folder.path
        func refusal(_ community: String, _ kind: DatabaseKind) -> StoreError? {
            do {
                try StoreFixture.open(path, community: community, kind: kind).close()
                return nil
            } catch {
                return error as? StoreError
            }
        }
        let held = refusal("village", .real)
        #expect(held?.code == .locked)
        #expect(held?.cause.contains("process \(ProcessInfo.processInfo.processIdentifier)") == true)
        try fixture.store.close()
        #expect(refusal("town", .real)?.code == .wrongCommunity)
        #expect(refusal("village", .demonstration)?.code == .wrongKind)
        #expect(refusal("village", .real) == nil)
        let store = try StoreFixture.open(path)
        try store.pool.write { try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('999 from the future')") }
        try store.close()
        #expect(refusal("village", .real)?.code == .newerSchema)
        #expect(throws: StoreError.self) { try Store.openForReading(folder: path) }
    }

    @Test("Doubles are dropped and conflicts kept apart, in a batch, after a commit, a seal and a restart")
    func doubles() throws {
        let fixture = try StoreFixture()
        var store = fixture.store
        var directory = try store.directory(zone: .utc)
        let one = SeriesID(rawValue: 1)
        func place(_ value: Int64, _ second: Int64, _ source: TimeSource = .device) throws -> Placement {
            try StoreFixture.commit(
                [StoreFixture.reading("a", "power", DecimalValue(value), at: second, source: source)], to: store,
                &directory, repeatWindow: 2000)[0]
        }
        let first = try StoreFixture.commit(
            [(1, 10), (2, 20), (1, 10), (3, 20), (9, 15), (9, 15), (8, 15)].map {
                StoreFixture.reading("a", "power", DecimalValue($0.0), at: $0.1)
            }, to: store, &directory)
        #expect(
            first == [
                .fresh(one), .fresh(one), .double, .conflict(one, existing: DecimalValue(2)), .late(one), .double,
                .conflict(one, existing: DecimalValue(9)),
            ])
        for round in 0..<3 {
            #expect(try place(1, 10) == .double, "round \(round)")
            #expect(try place(5, 15) == .conflict(one, existing: DecimalValue(9)))
            #expect(try place(2, 20) == .double)
            if round == 0 { _ = try store.seal() }
            if round == 1 {
                try store.close()
                store = try StoreFixture.open(fixture.folder.path)
                directory = try store.directory(zone: .utc)
            }
        }
        #expect(try place(7, 30, .received) == .fresh(one))
        #expect(try place(7, 31, .received) == .double)
        #expect(try place(7, 33, .received) == .fresh(one))
        #expect(try place(6, 33, .received) == .fresh(one))
        #expect(try place(6, 33, .queued) == .fresh(one))
        let stored = try store.readings(ReadingQuery(.all)).map(\.value.mantissa)
        #expect(stored == [1, 9, 2, 7, 7, 6, 6])
        try store.close()
    }

    @Test("A change of unit makes a new series, ids are never reused, and all of it survives a restart")
    func identity() throws {
        let fixture = try StoreFixture()
        var directory = try fixture.store.directory(zone: .utc)
        let placed = try StoreFixture.commit(
            [
                StoreFixture.reading("a", "energy", DecimalValue(1), unit: "Wh", at: 0),
                StoreFixture.reading("a", "energy", DecimalValue(1), unit: "kWh", at: 1),
                StoreFixture.reading("b", "energy", DecimalValue(1), unit: "", at: 1),
                StoreFixture.reading("b", "energy", DecimalValue(1), unit: "1", at: 1),
            ], to: fixture.store, &directory)
        #expect(placed == (1...4).map { .fresh(SeriesID(rawValue: $0)) })
        let series = try fixture.store.series()
        #expect(series.map(\.unit.code) == ["Wh", "kWh", "", "1"])
        #expect(series.map(\.stream.rawValue) == [1, 1, 2, 2])
        // A batch that is never committed leaves no numbers behind.
        var dropped = directory
        _ = try dropped.place(StoreFixture.reading("c", "x", DecimalValue(1), at: 2), repeatWindow: 0) {
            _, _ throws(StoreError) in nil
        }
        try fixture.store.close()
        let store = try StoreFixture.open(fixture.folder.path)
        var reopened = try store.directory(zone: .utc)
        #expect(reopened.series(StreamKey(device: "b"), channel: "energy", unit: .one) == SeriesID(rawValue: 4))
        let next = try StoreFixture.commit(
            [StoreFixture.reading("c", "x", DecimalValue(1), at: 2)], to: store, &reopened)
        #expect(next == [.fresh(SeriesID(rawValue: 5))])
        let devices = try store.devices()
        #expect(devices.map(\.device) == ["a", "b", "c"])
        #expect(devices.map(\.readingCount) == [2, 2, 1])
        #expect(devices[0].lastSeen == StoreFixture.start.advanced(bySeconds: 1))
        try store.close()
    }

    @Test("Times at the ends of the range are stored like any others")
    func madClock() throws {
        let fixture = try StoreFixture()
        var directory = try fixture.store.directory(zone: .utc)
        let times: [Int64] = [0, .max, .min, .max - 1, .min + 1]
        let readings = times.map { time in
            var reading = StoreFixture.reading("a", "power", DecimalValue(1), at: 0)
            reading.time.instant = Instant(milliseconds: time)
            return reading
        }
        _ = try StoreFixture.commit(readings, to: fixture.store, &directory)
        _ = try fixture.store.seal()
        let found = try fixture.store.readings(ReadingQuery(.all)).map(\.time.instant.milliseconds)
        #expect(found == [.min, .min + 1, 0, .max - 1])
        try fixture.store.close()
    }

    @Test("When the newest commit was made is known also once it is sealed and its row is gone")
    func lastCommit() throws {
        let fixture = try StoreFixture()
        var directory = try fixture.store.directory(zone: .utc)
        #expect(try fixture.store.lastCommit() == nil)
        _ = try StoreFixture.commit(
            [StoreFixture.reading("a", "power", DecimalValue(1), at: 0)], to: fixture.store, &directory)
        let last = try #require(try fixture.store.lastCommit())
        #expect(try fixture.store.seal().deletedRows == 1)
        #expect(try fixture.store.lastCommit() == last)
        try fixture.store.close()
    }

    @Test("The session's newest packets come back in order, across seals, and a new session starts empty")
    func session() throws {
        let fixture = try StoreFixture()
        let store = fixture.store
        var directory = try store.directory(zone: .utc)
        #expect(try store.session().number == 0)
        #expect(try store.beginSession() == 1)
        try store.setFilters(["b/#", "a/+", "b/#"])
        try store.markRunning()
        var all: [PacketRecord] = []
        for commit in 0..<90 {
            let packets = (0..<400).map { PacketRecord(id: UInt16($0 + 1), digest: UInt64(commit * 1000 + $0)) }
            all += packets
            _ = try StoreFixture.commit(
                [StoreFixture.reading("a", "power", DecimalValue(Int64(commit)), at: Int64(commit))], to: store,
                &directory,
                packets: packets, session: 1)
            if commit % 40 == 39 { _ = try store.seal() }
        }
        #expect(try store.seal().deletedRows > 0)
        let memory = try store.session()
        #expect(memory.packets == Array(all.suffix(SessionMemory.packetLimit)))
        #expect(memory.filters == ["a/+", "b/#"])
        #expect(memory.endedUncleanly)
        try store.markStopped()
        #expect(try store.beginSession() == 2)
        let fresh = try store.session()
        #expect(fresh.packets.isEmpty && fresh.filters.isEmpty && !fresh.endedUncleanly)
        #expect(fresh.clientID == memory.clientID && fresh.clientID.hasPrefix("commons-"))
        #expect(try store.readings(ReadingQuery(.all)).count == 90)
        try store.close()
    }

    @Test("Readings come in time order whatever was late, from blocks and journal, across seals")
    func order() throws {
        let fixture = try StoreFixture()
        let store = fixture.store
        var directory = try store.directory(zone: .utc)
        var random = SeededGenerator(state: 11)
        var expected: [Int64] = []
        for round in 0..<40 {
            var readings: [Reading] = []
            for index in 0..<500 {
                let isLate = Int.random(in: 0..<10, using: &random) == 0
                let second = Int64(round * 500 + index) * 60
                let time = isLate ? Int64.random(in: 0...second, using: &random) * 2 + 1 : second * 2
                readings.append(
                    StoreFixture.reading("d\(index % 3)", "power", DecimalValue(time), at: time))
                expected.append(time)
            }
            let placements = try StoreFixture.commit(readings, to: store, &directory)
            for (placement, reading) in zip(placements, readings) where placement == .double {
                if let index = expected.lastIndex(of: reading.value.mantissa) { expected.remove(at: index) }
            }
            if round % 7 == 6 { _ = try store.seal() }
        }
        expected.sort()
        let all = try store.readings(ReadingQuery(.all))
        #expect(all.map(\.value.mantissa) == expected)
        let from = StoreFixture.start.advanced(bySeconds: 100_000)
        let until = StoreFixture.start.advanced(bySeconds: 900_000)
        let part = try store.readings(ReadingQuery(.devices(["d1"]), from: from, until: until))
        let names = Set(try store.series().filter { $0.key.device == "d1" }.map(\.id))
        #expect(
            part == all.filter { names.contains($0.series) && $0.time.instant >= from && $0.time.instant < until })
        #expect(try store.unsealedCount() > 0)
        try store.close()
    }

    @Test("Another process reads while this one writes, and cannot write")
    func secondProcess() async throws {
        let fixture = try StoreFixture()
        var directory = try fixture.store.directory(zone: .utc)
        for second in 0..<20 {
            _ = try StoreFixture.commit(
                [StoreFixture.reading("a", "power", DecimalValue(Int64(second)), at: Int64(second))], to: fixture.store,
                &directory)
        }
        let path = fixture.folder.path
        await #expect(processExitsWith: .success) { [path = path as String] in
            let reader = try Store.openForReading(folder: path)
            let count = try reader.readings(ReadingQuery(.all)).count
            guard count == 20, reader.isReadOnly else { exit(3) }
            do throws(StoreError) {
                try reader.probe(now: Instant(milliseconds: 0))
                exit(4)
            } catch {
                exit(error.code == .readOnly ? 0 : 5)
            }
        }
        _ = try StoreFixture.commit(
            [StoreFixture.reading("a", "power", DecimalValue(5), at: 50)], to: fixture.store, &directory)
        #expect(try fixture.store.readings(ReadingQuery(.all)).count == 21)
        try fixture.store.close()
    }
}
