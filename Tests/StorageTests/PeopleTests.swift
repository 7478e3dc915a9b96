import GRDB
import GatewayModel
import TestSupport
import Testing

@testable import Storage

@Suite("Alerts, outbox, record book, sensors and days")
struct PeopleTests {
    static let now = StoreFixture.start

    static func alert(_ number: Int) -> Alert {
        Alert(
            id: "alert-\(number)", number: number, cause: .box(.brokerAway), subject: "", priority: .today,
            protects: nil, onset: now, detectedAt: now)
    }

    static func item(_ key: String, _ priority: Priority = .today) -> OutboxItem {
        OutboxItem(
            key: key, destination: "mail", type: "alert.raised", priority: priority, title: "t", body: "b",
            createdAt: now)
    }

    @Test("Alerts, notices, events, things put aside and counters of a batch are there after a restart, once")
    func batch() throws {
        let fixture = try StoreFixture()
        var batch = Batch(committedAt: Self.now)
        var first = Self.alert(1)
        let event = MeterEvent(
            sensor: SensorID(rawValue: "well/meter"), kind: .reset, at: Self.now, before: DecimalValue(9),
            after: DecimalValue(0), impliedUse: nil, state: .proposed)
        let aside = PutAside(
            at: Self.now, reason: "poison", topic: "x", payload: [0, 255], explanation: "crashed twice")
        batch.alerts = [first, Self.alert(2)]
        batch.outbox = [Self.item("k1"), Self.item("k2", .now)]
        batch.meterEvents = [event]
        batch.putAside = [aside]
        batch.counters = ["rejected": 3]
        try fixture.store.commit(batch)
        first.state = .closed
        first.closedAt = Self.now
        batch = Batch(committedAt: Self.now)
        batch.alerts = [first]
        batch.outbox = [Self.item("k1")]
        batch.counters = ["rejected": 2]
        try fixture.store.commit(batch)
        try fixture.store.close()
        let store = try StoreFixture.open(fixture.folder.path)
        #expect(try store.alerts(openOnly: true) == [Self.alert(2)])
        #expect(try store.alert(number: 1) == first)
        #expect(try store.alert(id: "alert-2") == Self.alert(2))
        #expect(try store.nextAlertNumber() == 3)
        #expect(try store.meterEvents() == [event])
        #expect(try store.putAside().map(\.entry) == [aside])
        let number = try #require(try store.putAside().first?.number)
        var settling = Batch(committedAt: Self.now)
        settling.settled = [number: false]
        try store.commit(settling)
        #expect(try store.putAside().isEmpty)
        #expect(try store.counters() == ["rejected": 5])
        #expect(try store.oldestPending(destination: "mail") == Self.now)
        // Most urgent first; claimed ones are shown as they stood before, so an interrupted attempt can be told.
        let claimed = try store.claim(destination: "mail", now: Self.now, limit: 10, includingLater: false)
        #expect(claimed.map(\.item.key) == ["k2", "k1"])
        #expect(claimed.allSatisfy { $0.state == .pending && $0.attempts == 0 })
        let again = try store.claim(destination: "mail", now: Self.now, limit: 10, includingLater: false)
        #expect(again.map(\.state) == [.sending, .sending])
        let later = Self.now.advanced(bySeconds: 60)
        func told(_ key: String, _ state: OutboxState, _ attempts: Int, _ next: Instant? = nil) -> DeliveryRecord {
            DeliveryRecord(
                key: key, destination: "mail", state: state, attempts: attempts, at: Self.now, nextAt: next,
                reason: "421")
        }
        try store.record([told("k2", .sent, 1), told("k1", .pending, 1, later)])
        #expect(try store.claim(destination: "mail", now: Self.now, limit: 10, includingLater: true).isEmpty)
        #expect(try store.nextDue(destination: "mail") == later)
        #expect(try store.waiting(destination: "mail") == 1)
        #expect(
            try store.claim(destination: "mail", now: later, limit: 10, includingLater: false).map(\.attempts) == [1])
        try store.record([told("k1", .dead, 2)])
        #expect(try store.outboxEntries().map(\.state) == [.dead, .sent])
        #expect(try store.oldestPending(destination: "mail") == nil)
        try store.close()
    }

    @Test("What called people to an alert is found by the names that its destination gave it, over a restart")
    func calls() throws {
        let fixture = try StoreFixture()
        func item(_ key: String, _ type: String, _ alert: String = "a", to destination: String = "room") -> OutboxItem {
            var item = Self.item(key)
            (item.type, item.alert, item.destination) = (type, alert, destination)
            item.createdAt = Self.now.advanced(bySeconds: Int64(key.dropFirst()) ?? 0)
            return item
        }
        var batch = Batch(committedAt: Self.now)
        batch.outbox = [
            item("k5", "alert.nobody_came"), item("k1", "alert.raised"), item("k2", "alert.taken"),
            item("k3", "alert.called"), item("k4", "alert.raised", "b"), item("k6", "alert.reminder"),
            item("k7", "alert.called"), item("k1", "alert.raised", to: "mail"),
        ]
        try fixture.store.commit(batch)
        func told(_ key: String, _ state: OutboxState = .sent, _ digest: String? = nil, to place: String = "room")
            -> DeliveryRecord
        {
            DeliveryRecord(
                key: key, destination: place, state: state, attempts: 1, at: Self.now, remoteID: "$\(place)-\(key)",
                digest: digest)
        }
        // The third went out in a digest, the sixth was refused, the seventh still waits.
        try fixture.store.record([
            told("k1"), told("k2"), told("k3", .sent, "d"), told("k4"), told("k5"), told("k6", .failed),
            told("k1", to: "mail"),
        ])
        try fixture.store.close()
        let store = try StoreFixture.open(fixture.folder.path)
        #expect(try store.calls(to: "a", destination: "room") == ["$room-k1", "$room-k5"])
        #expect(try store.calls(to: "a", destination: "mail") == ["$mail-k1"])
        #expect(try store.calls(to: "none", destination: "room").isEmpty)
        try store.close()
    }

    @Test("The record book finds a changed byte, refuses changes by SQL, and stays intact when a text is erased")
    func recordBook() throws {
        let fixture = try StoreFixture()
        let store = fixture.store
        #expect(
            try store.verifyRecordBook()
                == RecordBookCheck(count: 0, head: String(repeating: "0", count: 64), firstBroken: nil))
        let entries = (1...5).map {
            RecordEntry(
                at: Self.now, kind: "test", facts: ["n": "\($0)"], erasable: ["person": "Rosa", "note": "dry \($0)"])
        }
        let recorded = try store.append(entries)
        #expect(recorded.map(\.number) == [1, 2, 3, 4, 5])
        #expect(try store.recordEntries() == recorded)
        let erased = ActRecord(RecordEntry(at: Self.now, kind: "record.erased", facts: ["entry": "2"]))
        try store.eraseTexts(["person"], ofRecord: 2, record: erased)
        #expect(try store.recordEntries(from: 2, limit: 1).map(\.entry.erasable) == [["note": "dry 2"]])
        let intact = try store.verifyRecordBook()
        #expect(intact.isIntact && intact.count == 6)
        for sql in ["UPDATE record SET body = x'00' WHERE number = 3", "DELETE FROM record WHERE number = 5"] {
            #expect(throws: DatabaseError.self) { try store.pool.write { try $0.execute(sql: sql) } }
        }
        try store.pool.write { db in
            try db.execute(sql: "UPDATE record_text SET text = 'wet 4' WHERE record = 4 AND name = 'note'")
        }
        #expect(try store.verifyRecordBook().firstBroken == 4)
        try store.pool.write { db in
            try db.execute(sql: "DROP TRIGGER record_no_update")
            try db.execute(
                sql:
                    "UPDATE record SET body = CAST(replace(CAST(body AS TEXT), '\"3\"', '\"8\"') AS BLOB) WHERE number = 3"
            )
        }
        #expect(try store.verifyRecordBook().firstBroken == 3)
        try store.close()
    }

    @Test("Sensors are declared by difference, bound with dates, and a resolution is adopted once")
    func sensors() throws {
        let fixture = try StoreFixture()
        let store = fixture.store
        let id = SensorID(rawValue: "well/meter")
        var sensor = Sensor(id: id, resource: "water", quantity: "volume", role: .input, unit: Unit("m3"))
        #expect(try store.declare([sensor], at: Self.now, by: "Ana").map(\.kind) == [.added])
        #expect(try store.declare([sensor], at: Self.now, by: "Ana").isEmpty)
        let old = sensor
        sensor.meter = MeterSheet(multiplier: DecimalValue(10))
        let later = Self.now.advanced(bySeconds: 100)
        #expect(try store.declare([sensor], at: later, by: "Ana").map(\.kind) == [.changed])
        #expect(try store.sensors() == [sensor])
        #expect(try store.sensors(at: Self.now) == [old])
        let end = Self.now.advanced(bySeconds: 50)
        try store.bind(
            Binding(sensor: id, device: "a", channel: "power", from: Self.now), at: Self.now, by: "Ana", zone: .utc)
        try store.bind(
            Binding(sensor: id, device: "b", channel: "power", from: end), at: end, by: "Ana", zone: .utc)
        #expect(
            try store.bindings() == [
                Binding(sensor: id, device: "a", channel: "power", from: Self.now, until: end),
                Binding(sensor: id, device: "b", channel: "power", from: end),
            ])
        #expect(throws: StoreError.self) {
            try store.bind(
                Binding(sensor: SensorID(rawValue: "no/one"), device: "a", channel: "x", from: end), at: end, by: "Ana",
                zone: .utc)
        }
        var directory = try store.directory(zone: .utc)
        _ = try StoreFixture.commit(
            [("a", 10), ("a", 60), ("b", 40), ("b", 70)].map {
                StoreFixture.reading($0.0, "power", DecimalValue($0.1), at: $0.1)
            }, to: store, &directory)
        #expect(try store.readings(ReadingQuery(.sensors([id]))).map(\.value.mantissa) == [10, 70])
        #expect(try store.unbind(id, at: later, now: later, by: "Ana", zone: .utc)?.until == later)
        #expect(try store.declare([], at: later, by: "Ana").map(\.kind) == [.retired])
        #expect(try store.sensors().isEmpty)
        let entry = RecordEntry(at: later, kind: "limits.adopted")
        let signatures = ["pau", "rosa"].map { SignatureFile(name: "\($0).sig", armour: "-- \($0) --\n") }
        let adopted = try store.adopt(
            number: 3, bytes: [97, 98, 99], signatures: signatures.reversed(), by: "Ana", at: later, record: entry)
        #expect(adopted.signatures == signatures && !adopted.isRecovery)
        #expect(adopted.sha256 == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(throws: StoreError.self) {
            try store.adopt(number: 3, bytes: [1], by: "Ana", at: later, record: entry)
        }
        #expect(try store.resolutions() == [adopted])
        #expect(try store.recordEntries().last?.entry.facts["sha256"] == adopted.sha256)
        #expect(try store.verifyRecordBook().isIntact)
        try store.close()
    }

    @Test("Day rows are computed once, marked stale by a late reading, and computed anew")
    func days() throws {
        let fixture = try StoreFixture()
        let store = fixture.store
        let zone = try #require(Zone(identifier: "Europe/Berlin"))
        let id = SensorID(rawValue: "well/meter")
        _ = try store.declare(
            [Sensor(id: id, resource: "water", quantity: "volume", role: .input, unit: Unit("m3"))], at: Self.now,
            by: "Ana")
        try store.bind(
            Binding(sensor: id, device: "a", channel: "power", from: Self.now), at: Self.now, by: "Ana", zone: zone)
        var directory = try store.directory(zone: zone)
        let first = zone.date(at: Self.now)
        let today = first.adding(days: 3)
        func commit(_ values: [(Int64, Int64)]) throws {
            let readings = values.map { StoreFixture.reading("a", "power", DecimalValue($0.1), at: $0.0) }
            _ = try StoreFixture.commit(readings, to: store, &directory)
        }
        func recompute() throws -> [CalendarDate] {
            var asked: [CalendarDate] = []
            // No more time than a hundred rows: the rest follows with the next call.
            while try !store.recomputeDirtyDays(
                before: today, zone: zone, directory: &directory, within: .zero,
                use: { _, from, _, _ in
                    asked.append(zone.date(at: from))
                    return MeterDay(
                        use: DayUse(
                            amount: DecimalValue(Int64(asked.count)), unit: Unit("m3"), measuredPermille: 990,
                            isLowerBound: false))
                })
            {}
            return asked
        }
        try commit([(0, 5), (60, 7), (120, 3), (86_400, 4), (3 * 86_400, 9)])
        #expect(try recompute() == [first, first.adding(days: 1)])
        #expect(try recompute().isEmpty)
        let stats = try store.dayStats(SeriesID(rawValue: 1), from: first, through: today)
        #expect(stats.map(\.count) == [3, 1])
        #expect([stats[0].minimum, stats[0].maximum, stats[0].first, stats[0].last].map(\.mantissa) == [3, 7, 5, 3])
        #expect(stats[0].sum == DecimalValue(15))
        #expect(try store.dayUse(id, from: first, through: today).map(\.isStale) == [false, false])
        try commit([(90, 8)])
        #expect(try store.dayUse(id, from: first, through: today).map(\.isStale) == [true, true])
        #expect(try store.dayStats(SeriesID(rawValue: 1), from: first, through: today).isEmpty)
        #expect(try recompute() == [first, first.adding(days: 1)])
        #expect(try store.dayStats(SeriesID(rawValue: 1), from: first, through: first).map(\.count) == [4])
        #expect(try store.dayUse(id, from: first, through: today).map(\.isStale) == [false, false])
        try store.close()
    }
}
