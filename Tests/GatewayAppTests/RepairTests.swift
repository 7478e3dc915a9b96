import CFaultVFS
import Foundation
import GatewayModel
import Logging
import MQTTIngest
import Storage
import Synchronization
import TestSupport
import Testing

@testable import GatewayApp

/// What the doctor sees of a damaged store, and what a repair saves.
@Suite("The doctor", .serialized)
struct RepairTests {
    private let folder: TemporaryFolder
    private let site: Site
    private static let meter = SensorID(rawValue: "well/water")

    init() throws {
        folder = try TemporaryFolder("doctor")
        site = try RepairTests.site(folder, data: folder.file("data"))
    }

    private static func site(_ folder: TemporaryFolder, data: String) throws -> Site {
        try """
        community: {id: test, name: Test, languages: [en], time_zone: Europe/Madrid, kind: demonstration}
        data_folder: \(data)
        devices_folder: \(GatewayUnderTest.root)/Devices
        resolutions_folder: \(folder.path)
        languages_folder: \(GatewayUnderTest.root)/config/languages
        mqtt: {broker: 127.0.0.1, port: 1, topics: ["zigbee2mqtt/+"]}
        assembly: {meets: first Sunday 18:00}
        stewards: [{name: Rosa}]
        destinations:
          - {name: notices, kind: files, audience: stewards, folder: \(folder.path)/notices}
        sensors:
          - {id: well/water, resource: water, quantity: volume, role: input, visibility: community, unit: L, meter: {digits: 9}}
        \(GatewayUnderTest.plug)

        """.write(toFile: folder.file("gateway.yaml"), atomically: true, encoding: .utf8)
        return try Site.load(configFile: folder.file("gateway.yaml"))
    }

    /// Eighty days of a meter and of a plug with a message a quarter of an hour, all sealed, all days counted.
    private func live() throws {
        let now = SystemClock.now()
        let begin = now.advanced(bySeconds: -80 * 86_400)
        let office = try Office.open(site: site, now: begin)
        defer { office.close() }
        for step in 0..<80 * 96 {
            let time = begin.advanced(bySeconds: Int64(step) * 900)
            let payload = Array("{\"power\": \(step * 7919 % 100_003)}".utf8)
            _ = office.pipeline.receive(
                ReceivedMessage(message: InboundMessage(topic: "zigbee2mqtt/plug", payload: payload, receivedAt: time)))
            if step % 96 == 95 { try office.pipeline.commit(packets: [], session: 1, now: time) }
        }
        let readings = (0..<79).map { day in
            HandReading(
                sensor: Self.meter, value: DecimalValue(Int64(1_000_000 + day * 100)), unit: nil,
                time: begin.advanced(bySeconds: Int64(day) * 86_400))
        }
        #expect(office.perform(.addReadings(readings), by: Actor(account: "test"), now: now).isDone)
        try office.pipeline.commit(packets: [], session: 1, now: now)
        try office.housekeep(now: now)
    }

    private func sql(_ statement: String) throws {
        let child = try ChildProcess("/usr/bin/sqlite3", [folder.file("data/gateway.sqlite"), statement])
        #expect(child.wait(20) == .exited(0), "\(child.output)")
    }

    private func examine() throws -> [String] {
        try Doctor(site: site).examine(brokerConfig: nil).lines.filter { !$0.contains("clock chip") }
    }

    private func count() throws -> Int {
        var count = 0
        try site.readingStore().readings(ReadingQuery(.all)) { _ in count += 1 }
        return count
    }

    @Test("Days and hours that are not what their readings say are named, and counted anew by a repair")
    func wrongDays() throws {
        try live()
        #expect(try examine().joined().contains("every day is what its readings say"))
        try sql(
            "UPDATE day_stats SET sum = sum + 1 WHERE date = (SELECT min(date) FROM day_stats)")
        try sql("UPDATE day_use SET mantissa = mantissa + 5 WHERE date = (SELECT max(date) FROM day_use)")
        let found = try examine()
        #expect(found.contains { $0.contains("plug power are not what their readings say (row_differs)") }, "\(found)")
        #expect(found.contains { $0.contains("what well/water used") }, "\(found)")
        let done = try RepairDesk(site: site).run()
        #expect(done.contains { $0.contains("days were counted anew") }, "\(done)")
        #expect(try examine().joined().contains("every day is what its readings say"))
        #expect(try RepairDesk(site: site).run() == ["Nothing needed to be repaired."])
    }

    @Test(
        "A flipped byte in a block is an alert and a line of the doctor; a repair keeps its bytes and says so for good")
    func flippedByte() throws {
        try live()
        let whole = try count()
        try sql(
            "UPDATE block SET body = CAST(substr(body, 1, 40) || x'FF' || substr(body, 42) AS BLOB) WHERE id = (SELECT min(id) FROM block)"
        )
        let found = try examine()
        #expect(found.contains { $0.contains("cannot be read: checksum does not fit") }, "\(found)")
        let left = try count()
        #expect(left < whole && left > 0)
        let office = try Office.open(site: site, now: SystemClock.now())
        try office.store.examine()
        var watch = BoxWatch(site: site, store: office.store, destinations: DestinationNews(logger: Logger(label: "t")))
        let alert = watch.look(now: SystemClock.now(), counters: Counters()).first { $0.condition == .storeDamaged }
        #expect(alert?.isActive == true && alert?.details["count"] == "1")
        #expect(throws: StoreError.self) { try RepairDesk(site: site).run() }
        office.close()
        let done = try RepairDesk(site: site).run()
        #expect(done.contains { $0.contains("its readings are lost") }, "\(done)")
        #expect(try count() == left)
        let kept = try FileManager.default.subpathsOfDirectory(atPath: folder.file("data")).filter {
            $0.contains("/block-")
        }
        #expect(kept.count == 1)
        let entries = try site.readingStore().recordEntries().map(\.entry)
        #expect(entries.contains { $0.kind == "store.repaired" && $0.facts["set_aside"] == "1" })
        #expect(try site.readingStore().verifyRecordBook().isIntact)
        #expect(try examine().joined().contains("every day is what its readings say"))
    }

    @Test(
        "Torn pages: the doctor names them, and a repair saves every row of the other pages",
        arguments: ["middle", "end"])
    func tornPages(place: String) throws {
        try live()
        let whole = try count()
        let path = folder.file("data/gateway.sqlite")
        try sql("VACUUM; PRAGMA wal_checkpoint(TRUNCATE)")
        let handle = try #require(FileHandle(forUpdatingAtPath: path))
        let size = try handle.seekToEnd()
        if place == "end" {
            // The last page was only half written.
            try handle.truncate(atOffset: size - 700)
        } else {
            try handle.seek(toOffset: size / 2 / 1024 * 1024)
            try handle.write(contentsOf: Data(repeating: 0xA5, count: 1024))
        }
        try handle.close()
        let found = try examine()
        #expect(found.contains { $0.contains("commons doctor --repair") }, "\(found)")
        let done = try RepairDesk(site: site).run()
        #expect(done.first?.contains("was damaged") == true, "\(done)")
        // A block spans three or four pages of some hundred readings each; at most two blocks can be hit by one page.
        let left = try count()
        #expect(left > whole - 6000 && left > whole / 3, "\(left) of \(whole)")
        #expect(FileManager.default.fileExists(atPath: path))
        let aside = try FileManager.default.contentsOfDirectory(atPath: folder.file("data")).filter {
            $0.hasPrefix("damaged-")
        }
        #expect(aside.count == 1)
        #expect(try Doctor(site: site).examine(brokerConfig: nil).lines.allSatisfy { !$0.contains("damaged:") })
        let office = try Office.open(site: site, now: SystemClock.now())
        office.close()
    }

    @Test(
        "A remount for reading alone: messages wait, people are told, nothing is started afresh, all comes afterwards")
    func remount() throws {
        #expect(fault_register() == 0)
        defer { fault_forget("remount") }
        let site = try RepairTests.site(folder, data: folder.file("fault-disk-remount"))
        let start = Instant(seconds: 1_795_000_000)
        let office = try Office.open(site: site, now: start)
        let told = Mutex<[String]>([])
        let handler = IngestHandler(
            office: office, session: 1, logger: Logger(label: "test"), snapshot: { _ in }, beat: { _ in },
            committed: {}, tellApart: { items in told.withLock { $0 += items.map(\.title) } })
        func message(_ power: Int64) -> ReceivedMessage {
            ReceivedMessage(
                message: InboundMessage(
                    topic: "zigbee2mqtt/plug", payload: Array("{\"power\": \(power)}".utf8),
                    receivedAt: start.advanced(bySeconds: power)))
        }
        _ = handler.receive(message(1))
        try handler.commit([], now: start)
        fault_freeze("remount", 1)
        _ = handler.receive(message(2))
        #expect(throws: StoreError.self) { try handler.commit([], now: start) }
        handler.discard(now: start)
        for second in Int64(1)...40 { try? handler.probe(now: start.advanced(bySeconds: second)) }
        #expect(told.withLock { $0 } == ["NOW 1: The box cannot store"])
        #expect(try office.store.readings(ReadingQuery(.all)).count == 1)
        fault_freeze("remount", 0)
        let later = start.advanced(bySeconds: 60)
        try handler.probe(now: later)
        // What was never acknowledged comes again.
        _ = handler.receive(message(2))
        try handler.commit([], now: later)
        #expect(try office.store.readings(ReadingQuery(.all)).count == 2)
        office.close()
    }

    @Test(
        "An error while writing or syncing: that commit is not acknowledged and leaves nothing; handed over again it is stored once",
        arguments: ["write", "sync"])
    func ioError(kind: String) throws {
        #expect(fault_register() == 0)
        let disk = "io-" + kind
        defer { fault_forget(disk) }
        let site = try RepairTests.site(folder, data: folder.file("fault-disk-" + disk))
        let start = Instant(seconds: 1_795_000_000)
        let office = try Office.open(site: site, now: start)
        let handler = IngestHandler(
            office: office, session: 1, logger: Logger(label: "test"), snapshot: { _ in }, beat: { _ in },
            committed: {}, tellApart: { _ in })
        func message(_ power: Int64) -> ReceivedMessage {
            ReceivedMessage(
                message: InboundMessage(
                    topic: "zigbee2mqtt/plug", payload: Array("{\"power\": \(power)}".utf8),
                    receivedAt: start.advanced(bySeconds: power)))
        }
        _ = handler.receive(message(1))
        try handler.commit([], now: start)
        for value in Int64(2)...6 {
            _ = handler.receive(message(value))
            fault_fail_at(disk, kind == "write" ? FAULT_WRITE : FAULT_SYNC, 1)
            #expect(throws: StoreError.self) { try handler.commit([], now: start) }
            handler.discard(now: start)
            #expect(try office.store.readings(ReadingQuery(.all)).count == Int(value) - 1)
            // The broker hands over again what was not acknowledged.
            try handler.probe(now: start.advanced(bySeconds: value))
            _ = handler.receive(message(value))
            try handler.commit([], now: start.advanced(bySeconds: value))
            #expect(try office.store.readings(ReadingQuery(.all)).count == Int(value))
        }
        #expect(try office.store.check().isEmpty)
        office.close()
    }
}
