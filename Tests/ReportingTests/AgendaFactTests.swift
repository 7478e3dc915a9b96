import GatewayModel
import Reporting
import TestSupport
import Testing

/// What an assembly needs to know of a matter: how far, when, how long, and where.
@Suite("The facts of an item")
struct AgendaFactTests {
    private func items(_ language: String = "en", _ change: (inout ReportFacts) throws -> Void) throws -> [AgendaItem] {
        var facts = try Village().facts
        try change(&facts)
        return AgendaDraft.items(from: .make(from: facts), phrases: try Phrases.book(language))
    }

    /// An alert of the tank on a day of October at eight in the evening, with the least level and minutes that it lasted.
    private func tank(_ number: Int, day: Int, least: Int64, minutes: Int64) throws -> Alert {
        let onset = try Village.time("2026-10-\(day)T18:00:00Z")
        var alert = Alert(
            id: "t\(number)", number: number, cause: .limit(LimitReference(resolution: 12, limit: "tank-minimum")),
            subject: "tank/level", priority: .now, protects: .people, onset: onset, detectedAt: onset)
        alert.peak = DecimalValue(least)
        alert.peakAt = onset.advanced(bySeconds: 600)
        alert.returnedAt = onset.advanced(bySeconds: minutes * 60)
        alert.closedAt = alert.returnedAt
        alert.state = .closed
        return alert
    }

    private func atRisk(_ alerts: [Alert], _ language: String = "en") throws -> [String] {
        let found = try items(language) { facts in
            facts.alerts = alerts
            let place = try #require(facts.limits.firstIndex { $0.limit.id == "tank-minimum" })
            facts.limits[place].days[CalendarDate(year: 2026, month: 10, day: 12)] = .past
        }
        return try #require(found.first { $0.kind == .peopleAtRisk }).facts.filter {
            !$0.contains(":") || $0.contains("Alert")
        }
    }

    @Test("people at risk: the worst value, when, and how long, of three times at most, and how many more there were")
    func worst() throws {
        let one = try atRisk([tank(21, day: 12, least: 31, minutes: 229)])
        #expect(
            one.last
                == "Alert 21: from 12 October 2026 at 20:00, lasted 3 h 49 min. The least was 31 %, on 12 October 2026 at 20:10."
        )
        let many = try atRisk([
            tank(21, day: 12, least: 31, minutes: 10), tank(22, day: 13, least: 39, minutes: 500),
            tank(23, day: 14, least: 12, minutes: 20), tank(24, day: 15, least: 30, minutes: 30),
            tank(25, day: 16, least: 38, minutes: 40),
        ])
        #expect(
            many.compactMap { $0.split(separator: ":").first.map(String.init) }.filter { $0.hasPrefix("Alert") }
                == ["Alert 21", "Alert 23", "Alert 24"])
        #expect(many.last == "And 2 more.")
        // What is a home's stays there.
        var home = try tank(21, day: 12, least: 31, minutes: 229)
        home.conceal([SensorID(rawValue: "home-1/water")])
        #expect(try !atRisk([home]).joined().contains("Alert"))
    }

    @Test("an alert for the assembly says how far it went, and of what adds up homes it does not")
    func sum() throws {
        func facts(_ sensors: [String]) throws -> String {
            let found = try items { facts in
                let place = try #require(facts.limits.firstIndex { $0.limit.id == "tank-minimum" })
                facts.limits[place].limit.sensors = sensors.map { SensorID(rawValue: $0) }
                var alert = try tank(21, day: 12, least: 31, minutes: 229)
                (alert.priority, alert.state, alert.closedAt) = (.assembly, .raised, nil)
                facts.alerts = [alert]
            }
            return try #require(found.first { $0.kind == .alert }).facts.joined(separator: " ")
        }
        #expect(try facts(["tank/level"]).contains("The least was 31 %"))
        let homes = try facts((1...6).map { "home-\($0)/water" })
        #expect(homes.contains("Alert 21") && !homes.contains("31"), "\(homes)")
    }

    @Test("a dispute says which alert it is about, and promises no figures where none change", arguments: ["en", "es"])
    func dispute(_ language: String) throws {
        let time = try Village.time("2026-10-20T10:00:00Z")
        func item(_ subject: Dispute.Subject) throws -> AgendaItem {
            try #require(
                try items(language) { facts in
                    facts.disputes = [
                        Dispute(
                            number: 1, subject: subject, sensor: nil, about: time, isHousehold: false, openedAt: time,
                            person: "Amina", enteredBy: "Ona", why: "no")
                    ]
                    // The alert may be another month's.
                    facts.disputedAlerts = [try tank(9, day: 12, least: 31, minutes: 9)]
                }.first { $0.kind == .disputeOpen })
        }
        let book = try Phrases.book(language)
        let alert = try item(.alert(9))
        let name = language == "en" ? "Tank" : "Depósito"
        #expect(alert.title.contains("9 (\(name))") && alert.facts[0].contains(name), "\(alert.title)")
        let changes = book.text("agenda.dispute_open.option.uphold.then")
        #expect(alert.options.count == 3 && alert.options.allSatisfy { $0.consequence != changes })
        let figure = try item(.figure("water", Village.month))
        #expect(figure.options[0].consequence == book.text("agenda.dispute_open.option.uphold_figure.then"))
        let readings = try item(.readings(SensorID(rawValue: "tank/level"), from: time, until: time))
        #expect(readings.options[0].consequence == changes)
    }

    @Test("the page for information names the shared meters that somebody must look at, and of homes the number alone")
    func meters() throws {
        func event(_ sensor: String) throws -> MeterEvent {
            let at = try Village.time("2026-10-20T10:00:00Z")
            return MeterEvent(
                sensor: SensorID(rawValue: sensor), kind: .reset, at: at, before: DecimalValue(9),
                after: DecimalValue(1), impliedUse: nil, state: .proposed)
        }
        let found = try items { facts in
            facts.openMeterEvents = try [event("well/water"), event("grid/import"), event("home-1/water")]
        }
        let item = try #require(found.first { $0.kind == .meterQuestion })
        #expect(item.isForInformation && item.summary.contains("Grid, Well and 1 at homes"), "\(item.summary)")
        #expect(!item.summary.contains("Home"))
    }
}
