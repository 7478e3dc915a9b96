import GatewayModel
import Storage
import TestSupport
import Testing

@testable import GatewayApp

/// The monthly test message, with and without a duty list, on a real store.
@Suite("Monthly test messages")
struct MonthlyTestTests {
    /// Ten in the morning of 1 December and of 1 January, in seconds after the village's begin.
    private static let december: Int64 = 21 * 86_400 - 2 * 3600
    private static let january: Int64 = december + 31 * 86_400

    private func tests(_ village: AlertVillage) throws -> [Alert] {
        try village.office.store.alerts(openOnly: false).filter { $0.cause == .box(.testAlarm) }
    }

    private func open(_ village: AlertVillage) throws -> [String] {
        try tests(village).filter { $0.closedAt == nil }.map(\.subject)
    }

    @Test(
        "Without a duty list every steward gets one from the next month on, answers it alone, and is named until then")
    func withoutList() throws {
        let folder = try TemporaryFolder("monthly")
        let village = try AlertVillage(
            "  - {name: rosa, kind: files, audience: stewards, folder: \(folder.path)/rosa}",
            stewards: "[{name: Rosa, reach: [rosa]}, {name: Jordi}, {name: Amina}]")
        try village.wait(until: 60)
        try village.restart()
        try village.wait(until: Self.december - 1)
        #expect(try tests(village).isEmpty)
        try village.wait(until: Self.december)
        #expect(try open(village) == ["Rosa", "Jordi", "Amina"])
        #expect(village.office.counters.openAlerts == 0)
        let sent = try village.office.store.outboxEntries().map(\.item).filter { $0.title.contains("Test message") }
        #expect(
            sent.map { "\($0.destination): \($0.title)" }.sorted() == [
                "rosa: TODAY 1: Test message to Rosa", "stewards: TODAY 1: Test message to Rosa",
                "stewards: TODAY 2: Test message to Jordi", "stewards: TODAY 3: Test message to Amina",
            ])
        for alert in try tests(village) { try village.letGo(of: alert) }
        #expect(try village.say("Jordi", .answer(alert: 1, answer: .take))[0] == "refused")
        #expect(try village.say("Rosa", .answer(alert: 1, answer: .take))[0] == "done")
        #expect(try village.say("Jordi", .answer(alert: 2, answer: .seen))[0] == "done")
        try village.restart()
        try village.wait(until: Self.december + 86_400)
        #expect(try open(village) == ["Jordi", "Amina"])

        // Amina is a steward no more; the box was off for the first two days of the year.
        try village.change(", {name: Amina}", to: "", isRunning: true)
        let told = try village.told().count
        try village.wait(until: Self.january + 2 * 86_400 - 3600)
        #expect(try open(village) == ["Jordi", "Amina"])
        try village.wait(until: Self.january + 2 * 86_400)
        #expect(try open(village) == ["Rosa", "Jordi"])
        #expect(try tests(village).compactMap(\.outcome) == [.test, .ended, .ended])
        #expect(
            try village.told().dropFirst(told).filter { $0.contains("Test") } == [
                "TODAY 4: Test message to Rosa", "TODAY 5: Test message to Jordi",
            ])
    }

    @Test("Where the configuration names no stewards one message goes to their destinations, and anybody answers it")
    func withoutNames() throws {
        let village = try AlertVillage(stewards: "[]")
        try village.wait(until: Self.december)
        let alert = try #require(try tests(village).first)
        #expect(try tests(village).count == 1 && alert.isTestOfAll)
        let notice = try #require(try village.office.store.outboxEntries().last?.item)
        #expect(notice.title == "TODAY 1: Test message to all")
        #expect(
            notice.body
                == "This is a test: nothing is wrong. Whoever reads it answers as to an alarm; one answer is enough. "
                + "First: say that you are going (alerts take). Answer at the box: commons alerts take 1.")
        let early = try village.say("Rosa", .answer(alert: 1, answer: .take))
        #expect(early[0] == "refused" && early[1].hasPrefix("The test message has not gone out yet"))
        try village.letGo(of: alert)
        #expect(try village.say("Rosa", .answer(alert: 1, answer: .take))[0] == "done")
        #expect(try village.states() == ["1 closed"])
        // It says nothing of anybody's telephone.
        #expect(try !village.office.store.dutyMarks().keys.contains { $0.kind == DutyMark.testAnswered })
        #expect(try village.told() == ["TODAY 1: Test message to all", "GOING 1: Test message to all"])
        try village.change("audience: stewards", to: "audience: members", isRunning: true)
        try village.wait(until: Self.january)
        #expect(try tests(village).count == 1)
    }

    @Test("With a duty list and nobody with a mandate every steward gets one, since an alert calls them all")
    func withoutMandates() throws {
        let village = try AlertVillage(
            "duty: {change: Monday 18:00, turn: [Rosa, Jordi], since: 2026-11-09}",
            stewards: "[{name: Rosa, mandate: {decision: 9, from: 2026-05-04, until: 2027-05-02}}, {name: Jordi}]")
        try village.wait(until: 1)
        #expect(try open(village) == ["Rosa", "Jordi"])
        try village.wait(until: Self.december)
        #expect(try tests(village).map(\.subject) == ["Rosa", "Jordi", "Rosa", "Jordi"])
    }
}
