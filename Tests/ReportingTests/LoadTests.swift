import Foundation
import GatewayModel
import TestSupport
import Testing

@testable import Reporting

/// How much the stewards were called, in every report; October 2026 begins on a Thursday.
@Suite("The stewards' load")
struct LoadTests {
    private static let tank = AlertCause.limit(LimitReference(resolution: 12, limit: "tank-minimum"))

    private func alert(
        _ number: Int, _ day: String, _ calls: [(String, AlertEntry.Kind, String?)], cause: AlertCause = tank,
        priority: Priority = .now, outcome: AlertOutcome? = .real
    ) throws -> Alert {
        let onset = try Village.time("2026-\(day)T10:00:00Z")
        var alert = Alert(
            id: "a\(number)", number: number, cause: cause, subject: "tank/level", priority: priority,
            protects: .people, onset: onset, detectedAt: onset)
        for (day, kind, person) in calls {
            alert.entries.append(
                AlertEntry(at: try Village.time("2026-\(day)T12:00:00Z"), kind: kind, person: person))
        }
        alert.outcome = outcome
        if outcome != nil { alert.state = .closed }
        return alert
    }

    private func report(_ change: (inout ReportFacts) throws -> Void) throws -> ReportModel {
        var facts = try Village().facts
        facts.alerts = []
        facts.stewardNames = ["Rosa", "Jordi", "Emma"]
        facts.stewardCount = 3
        try change(&facts)
        return ReportModel.make(from: facts)
    }

    @Test("each week says how many alerts called each steward, who was called among all counts, a name stands nowhere")
    func weeks() throws {
        let model = try report { facts in
            // Over before the month began, in its first week.
            facts.earlierAlerts = [try alert(1, "09-29", [("09-29", .called, "Rosa")])]
            facts.alerts = [
                // Rosa twice and then everybody: one alert for each.
                try alert(
                    2, "10-01", [("10-01", .called, "Rosa"), ("10-01", .called, "Jordi"), ("10-01", .calledAll, nil)]),
                // Everybody again a week later, since nobody had come.
                try alert(
                    3, "10-06", [("10-06", .called, "Emma"), ("10-12", .nobodyCame, nil)], outcome: .falseReading),
                // Somebody who is no steward any more was one then.
                try alert(4, "10-20", [("10-20", .called, "Nil")], outcome: nil),
                // After the month's last day: the next report's business.
                try alert(5, "10-31", [("11-01", .called, "Rosa")], outcome: nil),
                // No load: a test message, what nobody was told, what wakes nobody.
                try alert(6, "10-21", [("10-21", .called, "Rosa")], cause: .box(.testAlarm)),
                try alert(7, "10-22", [("10-22", .called, "Rosa")], priority: .today),
            ]
        }
        #expect(
            model.load.weeks.map { "\($0.monday) \($0.end) \($0.calls)" } == [
                "2026-09-28 2026-10-04 [2, 1, 1]", "2026-10-05 2026-10-11 [1, 0, 0]",
                "2026-10-12 2026-10-18 [1, 1, 1]", "2026-10-19 2026-10-25 [1, 0, 0, 0]",
                "2026-10-26 2026-10-31 [0, 0, 0]",
            ])
        #expect(model.load.waking == 4 && model.load.daily == 1 && model.load.busiest == 2 && model.load.isTooMuch)
        for form in ReportWriter.Form.allCases {
            let text = ReportWriter(model, agenda: [], phrases: try Phrases.book("en")).text(form)
            for name in ["Rosa", "Jordi", "Emma", "Nil"] { #expect(!text.contains(name)) }
            #expect(!text.contains("report.load"))
        }
    }

    @Test("what a home alone heard of is no load; what stewards were called to at a home is")
    func homes() throws {
        let model = try report { facts in
            facts.alerts = try [(1, Protects.equipment), (2, .people), (3, .resource)].map { number, protects in
                var alert = try alert(number, "10-01", [])
                (alert.protects, alert.details["visibility"]) = (protects, "household")
                if number == 3 { alert.details[Alert.commons] = "true" }
                return alert
            }
        }
        #expect(model.load.waking == 2 && model.load.causes.map(\.count) == [2])
    }

    @Test("the share of false alerts is of those that somebody explained; what nobody has said is not called fine")
    func falseShare() throws {
        let broker = AlertCause.box(.brokerAway)
        let model = try report { facts in
            facts.alerts = [
                try alert(1, "10-01", [], outcome: .falseReading), try alert(2, "10-02", [], outcome: .real),
                try alert(3, "10-03", [], outcome: .falseReading), try alert(4, "10-04", [], outcome: nil),
                // It ended on its own, and nobody had to say why.
                try alert(5, "10-05", [], cause: broker, priority: .today, outcome: .ended),
            ]
        }
        #expect(
            model.load.causes == [
                .init(cause: Self.tank, count: 4, explained: 3, wrong: 2),
                .init(cause: broker, count: 1, explained: 0, wrong: 0),
            ])
        #expect(model.load.causes.map(\.wrongPercent) == [67, nil])
        let markdown = ReportWriter(model, agenda: [], phrases: try Phrases.book("en")).text(.markdown)
        #expect(markdown.contains("| 4 | 3 | 2 | 67 % |") && markdown.contains("| 1 | 0 | 0 | not known |"))
    }

    @Test("a month without alerts says so as plainly")
    func quiet() throws {
        let model = try report { _ in }
        #expect(!model.load.isTooMuch && model.load.weeks.allSatisfy { $0.calls == [0, 0, 0] })
        let markdown = ReportWriter(model, agenda: [], phrases: try Phrases.book("en")).text(.markdown)
        #expect(markdown.contains("That is within what we said"))
    }
}
