import Alerting
import Foundation
import GatewayModel
import Limits
import Simulation
import Storage
import TestSupport
import Testing

@testable import GatewayApp

/// A whole year: what should be told is told once, to whom it should be, and twelve agendas come of it.
@Suite("A year", .serialized, .timeLimit(.minutes(30)))
struct YearTests {
    private static let budget = 3

    @Test("Every alert once, escalation by the list, load within the budget, nothing lost, twelve agendas")
    func year() async throws {
        // Other tests wait for answers on the few threads that tasks share: a year must not hold one of them.
        let village = try await onOwnThread {
            let village = try YearVillage()
            try village.run(until: YearTests.end(village))
            return village
        }
        let end = YearTests.end(village)
        let alerts = try village.office.store.alerts(openOnly: false)
        #expect(village.restarts > 20)
        checkAlerts(alerts, village, until: end)
        try checkLimits(alerts, village, through: CalendarDate(year: 2026, month: 6, day: 29))
        checkCalls(alerts, village)
        checkLoad(alerts, village)
        try checkNotices(alerts, village)
        let book = try village.office.store.verifyRecordBook()
        #expect(book.firstBroken == nil && book.count > 300)
        try checkAgendas(village)
    }

    private static func end(_ village: YearVillage) -> Instant {
        village.site.zone.start(of: CalendarDate(year: 2026, month: 6, day: 30))
    }

    /// What happened in the village, and what was broken, is told once each; nothing else is.
    private func checkAlerts(_ alerts: [Alert], _ village: YearVillage, until end: Instant) {
        var expected: [String: Int] = [:]
        var found: [String: Int] = [:]
        func name(_ alert: Alert) -> String {
            switch alert.cause {
            case .limit(let limit): limit.description
            case .box(let condition): "\(condition.rawValue) \(alert.subject)"
            }
        }
        func day(_ instant: Instant) -> CalendarDate { village.site.zone.date(at: instant) }
        // A story of sixty days; its last event in the year may begin shortly before the year ends.
        for event in VillageEvent.all(start: village.begin, until: end) where event.until < end {
            let names: [VillageEvent.Kind: String] = [
                .hotDay: "2/cold-store-warm", .tankLow: "1/tank-minimum", .deadSensor: "sensor_silent garden/bed-3",
                .meterExchange: "sensor_silent lower-well/pumped",
            ]
            // A leak is within what the assembly allows for a month; it has no limit of its own here.
            guard let name = names[event.kind] else { continue }
            expected["\(name) since \(day(event.from))", default: 0] += 1
        }
        for outage in village.outages { expected["broker_away  since \(day(outage.lowerBound))", default: 0] += 1 }
        // The mandates end with the year; a week ahead nobody would be on duty.
        expected["nobody_on_duty  since 2026-06-29"] = 1
        let counted: Set<BoxCondition> = [.testAlarm, .handOver, .destinationFailing, .peopleAtRisk]
        for alert in alerts {
            switch alert.cause {
            case .limit(let limit) where ["water-per-person", "bought-energy"].contains(limit.limit): continue
            case .box(let condition) where counted.contains(condition): continue
            default: break
            }
            // Alerts of the second day of an event (a tank that empties slowly) are that event's.
            let event = VillageEvent.all(start: village.begin, until: end).first {
                $0.from <= alert.onset && alert.onset <= $0.until
                    && expected["\(name(alert)) since \(day($0.from))"] != nil
            }
            found["\(name(alert)) since \(day(event?.from ?? alert.onset))", default: 0] += 1
        }
        #expect(found == expected)
        let failures = alerts.filter { $0.cause == .box(.destinationFailing) }
        #expect(failures.count > 5 && Set(failures.map(\.subject)) == ["phones", "mail"])
        for alert in failures { #expect(village.failing(at: alert.onset) == alert.subject) }
        let tests = alerts.filter { $0.cause == .box(.testAlarm) }
        // Three at the beginning, then on the first of each month one to whoever is a steward then: three, from February two.
        #expect(tests.count == 3 + 7 * 3 + 5 * 2)
        #expect(alerts.allSatisfy { $0.state == .closed || $0.cause == .box(.nobodyOnDuty) })
    }

    /// What the limits of the decisions raised is what they find when they are tried on what was stored.
    private func checkLimits(_ alerts: [Alert], _ village: YearVillage, through last: CalendarDate) throws {
        let store = village.office.store
        let adopted = try LimitRegister(site: village.site).adopted(in: store)
        let run = TrialRun(
            store: store, sensors: try SensorDirectory(store), zone: village.site.zone,
            from: village.site.zone.date(at: village.begin), through: last)
        for entry in LimitsInForce(adopted).inForce(on: CalendarDate(year: 2025, month: 12, day: 31)) {
            guard case .budget = entry.limit.rule else { continue }
            let trial = try #require(try run.trials(of: [(entry.limit, entry.scale)]).first)
            let months = Set(
                trial.episodes.map { CalendarMonth(of: village.site.zone.date(at: $0.from)) }
                    // A limit that lapses before its month is over is not told any more.
                    .filter { $0.next.firstDay <= entry.reviewBy })
            let told = alerts.filter {
                $0.cause == .limit(entry.reference) && $0.entries.contains { $0.kind == .raised }
            }
            .filter {
                $0.peak != nil && $0.transition?.change == .raised || $0.entries.contains { $0.kind == .updated }
            }
            .map { CalendarMonth(of: village.site.zone.date(at: $0.onset)) }
            #expect(Set(told) == months && told.count == months.count, "\(entry.reference)")
        }
    }

    /// Who is on duty at a time, and who is second, by the list alone.
    private func onDuty(_ time: Instant, _ village: YearVillage) -> [String] {
        let recalled = village.site.zone.start(of: YearVillage.recall)
        let people = time < recalled ? YearVillage.people : ["Rosa", "Jordi"]
        let shifted = village.site.zone.date(at: time.advanced(bySeconds: -18 * 3600))
        let weeks = Int((shifted.daysSinceEpoch - CalendarDate(year: 2025, month: 6, day: 30).daysSinceEpoch) / 7)
        return people.indices.map { people[(weeks + $0) % people.count] }
    }

    private func checkCalls(_ alerts: [Alert], _ village: YearVillage) {
        let recalled = village.site.zone.start(of: YearVillage.recall).advanced(bySeconds: 600)
        var depths: Set<Int> = []
        for alert in alerts where alert.priority == .now {
            let calls = alert.entries.filter { [.called, .calledAll].contains($0.kind) }
            let list = onDuty(alert.detectedAt, village)
            let expected: [String?] = [list[0], list[1], nil]
            #expect(calls.map(\.person) == Array(expected.prefix(calls.count)), "\(alert.number)")
            for (call, wait) in zip(calls, [0, 900, 1800]) {
                let waited = call.at.milliseconds(since: alert.detectedAt) / 1000
                #expect(waited >= wait && waited <= wait + 600, "\(alert.number)")
            }
            // Nobody is called once somebody goes.
            if let taken = alert.entries.first(where: { $0.kind == .taken })?.at, let last = calls.last?.at {
                #expect(last <= taken)
            }
            depths.insert(calls.count)
        }
        #expect(depths == [1, 2, 3])
        for alert in alerts where alert.detectedAt > recalled {
            #expect(alert.subject != "Amina" && !alert.entries.contains { $0.person == "Amina" }, "\(alert.number)")
        }
    }

    private func checkLoad(_ alerts: [Alert], _ village: YearVillage) {
        var calls: [String: Int] = [:]
        for alert in alerts where alert.priority == .now && alert.cause != .box(.testAlarm) {
            for person in Set(alert.entries.filter { $0.kind == .called }.compactMap(\.person)) {
                let date = village.site.zone.date(at: alert.detectedAt)
                calls["\(person), week of \(date.adding(days: 1 - date.weekday))", default: 0] += 1
            }
        }
        #expect(calls.values.max() ?? 0 <= Self.budget, "\(calls)")
        #expect(!village.agendas.values.contains { $0.contains("Too many alarms") })
    }

    /// Every notice came to an end, and none of an alert went twice to a destination.
    private func checkNotices(_ alerts: [Alert], _ village: YearVillage) throws {
        let outbox = try village.office.store.outboxEntries()
        for entry in outbox { #expect([.sent, .dropped].contains(entry.state), "\(entry.item.title)") }
        for alert in alerts where alert.isUntold != true {
            for destination in ["phones", "mail"] {
                let told = outbox.filter {
                    $0.item.alert == alert.id && $0.item.destination == destination && $0.item.type == "alert.raised"
                }
                #expect(told.count <= 1 && (told.count == 1 || alert.priority == .assembly), "\(alert.number)")
            }
        }
        for destination in ["phones", "mail"] {
            let log = try String(contentsOfFile: village.folder.file(destination + ".log"), encoding: .utf8)
            let refs = try log.split(separator: "\n").map { line in
                try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])["ref"]
                    as? String
            }
            #expect(refs.count > 300 && Set(refs).count == refs.count)
        }
        let recalled = village.site.zone.start(of: YearVillage.recall).advanced(bySeconds: 600)
        #expect(!outbox.contains { $0.item.destination == "amina" && $0.item.createdAt > recalled })
    }

    /// The twelve agendas, word for word; `UPDATE_FIXTURES=1` writes them anew.
    private func checkAgendas(_ village: YearVillage) throws {
        let folder = GatewayUnderTest.root + "/Tests/GatewayAppTests/Fixtures/year"
        #expect(village.agendas.count == 12)
        for (day, text) in village.agendas {
            let file = "\(folder)/agenda-\(day).md"
            if ProcessInfo.processInfo.environment["UPDATE_FIXTURES"] == "1" {
                try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
                try text.write(toFile: file, atomically: true, encoding: .utf8)
            }
            let expected = try String(contentsOfFile: file, encoding: .utf8)
            #expect(text == expected, "the agenda of \(day) differs; look, then run with UPDATE_FIXTURES=1")
        }
    }
}
