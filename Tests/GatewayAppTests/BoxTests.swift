import CFaultVFS
import Delivery
import Foundation
import GatewayModel
import Logging
import MQTTIngest
import Storage
import Synchronization
import TestSupport
import Testing

@testable import GatewayApp

/// What the box says about itself, without any decision of an assembly.
@Suite("The box itself", .serialized)
struct BoxTests {
    private let folder: TemporaryFolder
    private let start = Instant(seconds: 1_795_000_000)

    init() throws {
        folder = try TemporaryFolder("box")
    }

    private func site(
        data: String = "data", kind: String = "real", stewards: String = "[{name: Rosa}]", extra: String = ""
    ) throws -> Site {
        let file = folder.file("gateway.yaml")
        try """
        community: {id: test, name: Test, languages: [en], time_zone: Europe/Madrid, kind: \(kind)}
        data_folder: \(folder.path)/\(data)
        devices_folder: \(GatewayUnderTest.root)/Devices
        resolutions_folder: \(folder.path)
        languages_folder: \(GatewayUnderTest.root)/config/languages
        mqtt: {broker: 127.0.0.1, port: 1, topics: ["zigbee2mqtt/+"]}
        assembly: {meets: first Sunday 18:00}
        stewards: \(stewards)
        destinations:
          - {name: notices, kind: files, audience: stewards, folder: \(folder.path)/notices}
        \(extra)
        sensors:
        \(GatewayUnderTest.plug)

        """.write(toFile: file, atomically: true, encoding: .utf8)
        return try Site.load(configFile: file)
    }

    private func message(_ power: Int, at time: Instant) -> ReceivedMessage {
        let payload = Array("{\"power\": \(power)}".utf8)
        return ReceivedMessage(message: InboundMessage(topic: "zigbee2mqtt/plug", payload: payload, receivedAt: time))
    }

    private func conditions(_ findings: [BoxWatch.Finding]) -> [BoxCondition: Bool] {
        Dictionary(findings.map { ($0.condition, $0.isActive) }, uniquingKeysWith: { $0 || $1 })
    }

    @Test("Case 17: while the disk is full people are told within a minute, and the alert is recorded afterwards")
    func fullDisk() throws {
        #expect(fault_register() == 0)
        defer { fault_forget("box") }
        let site = try site(data: "fault-disk-box")
        let office = try Office.open(site: site, now: start)
        let told = Mutex<[OutboxItem]>([])
        let handler = IngestHandler(
            office: office, session: 1, logger: Logger(label: "test"), snapshot: { _ in }, beat: { _ in },
            committed: {}, tellApart: { items in told.withLock { $0 += items } })
        _ = handler.receive(message(1, at: start))
        try handler.commit([], now: start)
        fault_set_capacity("box", fault_used("box"), nil)
        var isFull = false
        for power in 2..<500 where !isFull {
            for copy in 0..<40 {
                _ = handler.receive(
                    message(power * 40 + copy, at: start.advanced(byMilliseconds: Int64(power * 40 + copy))))
            }
            do { try handler.commit([], now: start) } catch { isFull = true }
        }
        #expect(isFull)
        handler.discard(now: start)
        let stored = try office.store.readings(ReadingQuery(.all)).count
        for second in Int64(1)...59 { try? handler.probe(now: start.advanced(bySeconds: second)) }
        #expect(told.withLock { $0.map(\.destination) } == ["notices"])
        #expect(told.withLock { $0.first?.title } == "NOW 1: The box cannot store")
        #expect(try office.store.alerts(openOnly: false).isEmpty)

        fault_set_capacity("box", -1, nil)
        let later = start.advanced(bySeconds: 120)
        try handler.probe(now: later)
        _ = handler.receive(message(7, at: later))
        try handler.commit([], now: later)
        try handler.commit([], now: later)
        let alert = try #require(try office.store.alerts(openOnly: false).first)
        #expect(alert.cause == .box(.storeFailing))
        #expect(alert.onset == start && alert.returnedAt == later)
        // The message that could not be stored was forgotten here; the broker sends it again.
        #expect(try office.store.readings(ReadingQuery(.all)).count == stored + 1)
        office.close()
    }

    @Test("Nobody on duty, an overdue backup, a failing destination and messages without a guarantee are noticed")
    func conditions() throws {
        let backups = folder.file("backups")
        let site = try site(stewards: "[]", extra: "backup: {folder: \(backups), every: 1 d}")
        let office = try Office.open(site: site, now: start)
        let news = DestinationNews(logger: Logger(label: "t"))
        var watch = BoxWatch(site: site, store: office.store, destinations: news)
        let first = conditions(watch.look(now: start, counters: Counters()))
        #expect(first[.nobodyOnDuty] == true)
        #expect(first[.backupOverdue] == false)
        #expect(first[.destinationFailing] == nil)

        news.add(.failing(destination: "notices", since: start, reason: "no such folder"))
        var counters = Counters()
        counters.messagesByQoS = [0: 90, 1: 10]
        let later = conditions(watch.look(now: start.advanced(bySeconds: 3 * 86_400), counters: counters))
        #expect(later[.backupOverdue] == true)
        #expect(later[.destinationFailing] == true)
        #expect(later[.tooMuchAtQoS0] == true)

        // A clock that was set back does not keep it from looking.
        let back = conditions(watch.look(now: start.advanced(bySeconds: 86_400), counters: counters))
        #expect(back[.backupOverdue] == false)

        // A checked copy ends the alert about the backup.
        try FileManager.default.createDirectory(atPath: backups, withIntermediateDirectories: true)
        let said = try BackupDesk(site: site).make(to: nil)
        #expect(said.contains("checked"))
        news.add(.recovered(destination: "notices"))
        let now = SystemClock.now()
        let last = conditions(watch.look(now: now, counters: counters))
        #expect(last[.backupOverdue] == false)
        #expect(last[.destinationFailing] == false)
        office.close()
    }

    @Test(
        "An alert about a way on which nobody answers any more ends at the next start, and no other",
        arguments: [nil, "127.0.0.1", "10.8.0.1"])
    func abandonedWay(host: String?) throws {
        let village = try AlertVillage()
        village.office.pipeline.box(
            .answerPageAway, subject: "10.8.0.1:8480", isActive: true, onset: village.now, ["reason": "in use"],
            village.now)
        for condition in [BoxCondition.answersUnheard, .destinationFailing] {
            village.office.pipeline.box(
                condition, subject: "push", isActive: true, onset: village.now, ["reason": "HTTP 403"], village.now)
        }
        try village.commit()
        try village.restart()
        let news = DestinationNews(logger: Logger(label: "t"))
        let page = host.map { host in
            var page = AnswerPageSettings()
            page.host = host
            return page
        }
        RunningParts.forgetAbandonedWays([], page: page, in: village.office.store, news: news)
        var watch = BoxWatch(site: village.site, store: village.office.store, destinations: news)
        let found = watch.look(now: village.now, counters: Counters()).filter { !$0.subject.isEmpty && !$0.isActive }
        #expect(
            Set(found.map { "\($0.condition.rawValue) \($0.subject)" })
                == (host == "10.8.0.1"
                    ? ["answers_unheard push"] : ["answers_unheard push", "answer_page_away 10.8.0.1:8480"]))
    }

    @Test("An answer page that cannot listen is told of: at once where somebody must mend it, later where it may pass")
    func answerPageAway() throws {
        let news = DestinationNews(logger: Logger(label: "t"))
        let page = AnswerPageWatch(address: "10.8.0.1:8480", news: news, logger: Logger(label: "t"))
        let begin = Instant(milliseconds: 1_000_000)
        func told() -> [String] {
            news.take().map { "\($0.condition.rawValue) \($0.destination) \($0.reason ?? "-") \($0.since == begin)" }
        }
        for seconds in [Int64(0), 60, 119] {
            page.failed("not there", mayPass: true, now: begin.advanced(bySeconds: seconds))
        }
        #expect(told().isEmpty)
        page.failed("not there", mayPass: true, now: begin.advanced(bySeconds: 120))
        page.failed("not there", mayPass: true, now: begin.advanced(bySeconds: 125))
        #expect(told() == ["answer_page_away 10.8.0.1:8480 not there true"])
        page.listens()
        #expect(told() == ["answer_page_away 10.8.0.1:8480 - false"])
        page.failed("in use", mayPass: false, now: begin)
        page.failed("in use", mayPass: false, now: begin.advanced(bySeconds: 5))
        #expect(told() == ["answer_page_away 10.8.0.1:8480 in use true"])
    }

    @Test("Case 9: forty silent sensors stay forty alerts when their retained copies come again with the broker")
    func silenceStays() throws {
        let file = folder.file("silent.yaml")
        let base = try site()
        let sensors = (1...40).map {
            "  - {id: dead-\($0)/power, resource: energy, quantity: active_power, role: condition, unit: W, "
                + "visibility: community, rhythm: {interval: 10 min, silent_after: 30 min}, device: dead-\($0), channel: power}"
        }.joined(separator: "\n")
        try String(contentsOfFile: base.configuration.file, encoding: .utf8)
            .replacing(GatewayUnderTest.plug, with: sensors).write(toFile: file, atomically: true, encoding: .utf8)
        let office = try Office.open(site: Site.load(configFile: file), now: start)
        func tick(_ seconds: Int64) throws {
            _ = office.pipeline.tick(now: start.advanced(bySeconds: seconds))
            try office.pipeline.commit(packets: [], session: 1, now: start.advanced(bySeconds: seconds))
        }
        office.pipeline.changeState { $0.silence.listen(true, now: start) }
        try tick(7200)
        let alerts = try office.store.alerts(openOnly: true)
        #expect(alerts.count == 40)
        #expect(alerts.allSatisfy { $0.cause == .box(.sensorSilent) })
        office.pipeline.changeState { $0.silence.listen(false, now: start.advanced(bySeconds: 7300)) }
        office.pipeline.changeState { $0.silence.listen(true, now: start.advanced(bySeconds: 7360)) }
        for number in 1...40 {
            let message = InboundMessage(
                topic: "zigbee2mqtt/dead-\(number)", payload: Array("{\"power\": 5}".utf8), retained: true,
                receivedAt: start.advanced(bySeconds: 7361))
            _ = office.pipeline.receive(ReceivedMessage(message: message, qos: 1))
        }
        try tick(7400)
        try tick(20_000)
        #expect(try office.store.readings(ReadingQuery(.all)).isEmpty)
        #expect(try office.store.alerts(openOnly: false).map(\.state) == Array(repeating: .raised, count: 40))
        office.close()
    }
}
