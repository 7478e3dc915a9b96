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
    private static let budget = 2

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
        checkMeters(alerts, village, through: CalendarDate(year: 2026, month: 6, day: 29))
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
        checkDestinations(alerts, village, until: end)
        checkHandOvers(alerts, village, until: end)
        let tests = alerts.filter { $0.cause == .box(.testAlarm) }
        // Three at the beginning, then on the first of each month one to whoever is a steward then: three, from February two.
        #expect(tests.count == 3 + 7 * 3 + 5 * 2)
        #expect(alerts.allSatisfy { $0.state == .closed || $0.cause == .box(.nobodyOnDuty) })
    }

    /// Each time a destination takes nothing for a day is told once; an answer that is lost is no failure.
    private func checkDestinations(_ alerts: [Alert], _ village: YearVillage, until end: Instant) {
        var expected: [String] = []
        var day = village.site.zone.date(at: village.begin)
        // The daily sign of life is what meets the trouble, at two; half an hour later it is one.
        while day < village.site.zone.date(at: end) {
            let sign = village.site.zone.instant(of: CivilTime(date: day, millisecondOfDay: 14 * 3_600_000))
            if let failing = village.failing(at: sign), failing.trouble == .refuses, day.weekday == 2 {
                expected.append("\(failing.name) since \(day)")
            }
            day = day.adding(days: 1)
        }
        let failures = alerts.filter { $0.cause == .box(.destinationFailing) }
        #expect(
            failures.map { "\($0.subject) since \(village.site.zone.date(at: $0.onset))" }.sorted()
                == expected.sorted())
        #expect(expected.count > 15)
    }

    /// Each change of duty that the list asks for is handed over once, to whoever comes.
    private func checkHandOvers(_ alerts: [Alert], _ village: YearVillage, until end: Instant) {
        let zone = village.site.zone
        var changes = [zone.start(of: YearVillage.recall).advanced(bySeconds: 300)]
        var day = zone.date(at: village.begin)
        while day < zone.date(at: end) {
            if day.weekday == 1 { changes.append(zone.instant(of: CivilTime(date: day, millisecondOfDay: 64_800_000))) }
            day = day.adding(days: 1)
        }
        let expected = changes.sorted().compactMap { change -> String? in
            let before = onDuty(change.advanced(bySeconds: -400), village)[0]
            let after = onDuty(change.advanced(bySeconds: 60), village)[0]
            return before == after ? nil : "\(after) on \(zone.date(at: change))"
        }
        let found = alerts.filter { $0.cause == .box(.handOver) }
            .map { "\($0.subject) on \(zone.date(at: $0.detectedAt))" }
        #expect(found == expected)
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

    /// Who should have been called when, by the list and by what people said, without a look at what the gateway recorded.
    private func expectedCalls(_ alert: Alert, _ village: YearVillage) -> [(at: Instant, person: String?)] {
        let list = onDuty(alert.detectedAt, village)
        let said = village.said[alert.id] ?? []
        func next(after call: Instant, of person: String) -> Instant {
            let late = call.advanced(bySeconds: 900)
            return said.first { $0.person == person && !$0.isGoing && $0.at >= call && $0.at < late }?.at ?? late
        }
        let second = next(after: alert.detectedAt, of: list[0])
        let all = next(after: second, of: list[1])
        var calls: [(at: Instant, person: String?)] = [(alert.detectedAt, list[0]), (second, list[1]), (all, nil)]
        // Everybody again and again, until somebody goes or it is over.
        let end = said.first { $0.isGoing }?.at ?? alert.returnedAt ?? village.now
        while let last = calls.last?.at, last < end { calls.append((last.advanced(bySeconds: 3600), nil)) }
        return calls.filter { $0.at < end }
    }

    private func checkCalls(_ alerts: [Alert], _ village: YearVillage) {
        let recalled = village.site.zone.start(of: YearVillage.recall).advanced(bySeconds: 600)
        for alert in alerts where alert.priority == .now {
            let calls = alert.entries.filter { [.called, .calledAll, .nobodyCame].contains($0.kind) }
            let expected = expectedCalls(alert, village)
            #expect(calls.map(\.person) == expected.map(\.person), "\(alert.number)")
            for (call, wanted) in zip(calls, expected) {
                let late = call.at.milliseconds(since: wanted.at) / 1000
                #expect(late >= 0 && late <= 900, "\(alert.number): \(late) s")
            }
            let kinds: [AlertEntry.Kind] = [.called, .called, .calledAll]
            #expect(
                calls.map(\.kind)
                    == Array((kinds + Array(repeating: .nobodyCame, count: 30)).prefix(calls.count)))
        }
        // Every way in which a call can go has happened.
        let plans = Set(village.plans.values)
        #expect(plans == Set(YearVillage.Plan.allCases))
        checkLonelyDay(alerts, village)
        for alert in alerts where alert.detectedAt > recalled {
            #expect(alert.subject != "Amina" && !alert.entries.contains { $0.person == "Amina" }, "\(alert.number)")
        }
    }

    /// The day on which nobody came stands in the record book and in the notices, hour by hour, and the siren sounded.
    private func checkLonelyDay(_ alerts: [Alert], _ village: YearVillage) {
        let lonely = alerts.first { village.plans[$0.id] == .nobodyComes }
        let hours = lonely?.entries.count { $0.kind == .nobodyCame } ?? 0
        #expect(hours == 7)
        let number = lonely.map { "\($0.number)" }
        let record = (try? village.office.store.recordEntries().map(\.entry)) ?? []
        #expect(record.count { $0.kind == "alert.nobody_came" && $0.facts["alert"] == number } == hours)
        let outbox = (try? village.office.store.outboxEntries()) ?? []
        for destination in ["phones", "mail", "yard"] {
            let told = outbox.filter {
                $0.item.alert == lonely?.id && $0.item.destination == destination && $0.item.type == "alert.nobody_came"
            }
            #expect(told.count == hours && told.allSatisfy { $0.state == .sent }, "\(destination)")
        }
        #expect(village.siren.times == outbox.count { $0.item.destination == "yard" && $0.state == .sent })
    }

    private func checkLoad(_ alerts: [Alert], _ village: YearVillage) {
        var calls: [String: Set<Int>] = [:]
        for alert in alerts where alert.priority == .now && alert.cause != .box(.testAlarm) {
            for call in expectedCalls(alert, village) {
                // Everybody means each of those who are stewards then.
                for person in call.person.map({ [$0] }) ?? onDuty(call.at, village) {
                    let date = village.site.zone.date(at: call.at)
                    calls["\(person), week of \(date.adding(days: 1 - date.weekday))", default: []].insert(alert.number)
                }
            }
        }
        #expect(calls.values.map(\.count).max() ?? 0 <= Self.budget, "\(calls)")
        #expect(!village.agendas.values.contains { $0.contains("Too many alarms") })
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
