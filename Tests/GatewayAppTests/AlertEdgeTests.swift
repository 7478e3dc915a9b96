import Delivery
import GatewayModel
import Storage
import Testing

@testable import GatewayApp

/// What people are told at the edges: when it is over already, when nothing can end it, when it waits.
@Suite("Alerts at the edges")
struct AlertEdgeTests {
    private func testAlarm(_ village: AlertVillage) throws -> (alert: Alert, item: OutboxItem, said: [String]) {
        let said = try village.say("Rosa", .testAlarm(steward: "Jordi"))
        let store = village.office.store
        let alert = try #require(try store.alerts(openOnly: true).last { $0.cause == .box(.testAlarm) })
        let item = try #require(try store.outboxEntries().map(\.item).last { $0.alert == alert.id })
        return (alert, item, said)
    }

    @Test("A test message that was answered while a destination was away does not come later as if it were new")
    func answeredMeanwhile() throws {
        let village = try AlertVillage()
        let (alert, item, _) = try testAlarm(village)
        let store = village.office.store
        let later = item.createdAt.advanced(bySeconds: 921)
        #expect(item.type == "alert.raised" && RunningParts.recheck(item, now: later, store) == .send)
        try village.letGo(of: alert)
        #expect(try village.say("Jordi", .answer(alert: alert.number, answer: .take)).first == "done")
        let closed = try #require(try store.alert(id: alert.id))
        let at = try #require(closed.closedAt)
        #expect(closed.returnedAt == nil)
        #expect(RunningParts.recheck(item, now: later, store) == .drop(reason: LeftOutReason.over.stored("\(at)")))
        #expect(RunningParts.recheck(item, now: item.createdAt.advanced(bySeconds: 60), store) == .send)
        // Nor does anything else that asks people to come or to agree; that it is over is told.
        for type in ["declined", "reminder", "freed", "chattering", "pause_asked", "nobody_came"] {
            var asked = item
            asked.type = "alert.\(type)"
            #expect(RunningParts.recheck(asked, now: later, store) == .drop(reason: LeftOutReason.over.stored("\(at)")))
        }
        var over = item
        over.type = "alert.closed"
        #expect(RunningParts.recheck(over, now: later, store) == .send)
    }

    @Test("After a test message nobody is next, and whoever sends it in quiet hours reads when it goes out")
    func testMessages() throws {
        let village = try AlertVillage()
        let (alert, item, said) = try testAlarm(village)
        #expect(item.title.contains("\(alert.number)") && !item.body.contains("Next is"), "\(item.body)")
        #expect(said.count == 2)
        try village.read(150)
        let plug = try village.office.store.outboxEntries().map(\.item).last { $0.title.contains("Power of the plug") }
        #expect(plug?.body.contains("All stewards are told of it.") == true)
        // It is noon.
        let quiet = try AlertVillage(
            "duty: {change: Monday 18:00, quiet_hours: {from: \"11:00\", until: \"13:00\"}}")
        let (_, waiting, told) = try testAlarm(quiet)
        #expect(waiting.notBefore == AlertVillage.begin.advanced(bySeconds: 3600))
        #expect(told.count == 3 && told.last?.contains("2026-11-10 13:00") == true, "\(told)")
    }

    @Test("What is retained on the broker counts no alert of a home, neither before nor after a restart")
    func countsNoHome() throws {
        let village = try AlertVillage(
            sensors: AlertVillage.plugs.replacing(
                "visibility: community, place: kitchen", with: "visibility: household, place: house-07"))
        func counted() -> Int { village.office.pipeline.state.counters.openAlerts }
        try village.read(150)
        #expect(try village.office.store.alerts(openOnly: true).map(\.subject) == ["plug/power"])
        #expect(counted() == 0)
        // What the home used is not said either by an alert that people are at risk, which stands in the report.
        try village.read(10, of: "cold")
        #expect(counted() == 1)
        try village.restart()
        #expect(try village.office.store.alerts(openOnly: true).count == 2 && counted() == 1)
    }

    @Test("Stewards who are called to a home at risk find it in their list; what concerns nobody else stays out of it")
    func homeAtRisk() throws {
        let village = try AlertVillage(
            sensors: AlertVillage.plugs.replacing("visibility: community", with: "visibility: household"))
        try village.read(150)
        try village.read(10, of: "cold")
        let open = try village.office.store.alerts(openOnly: true)
        #expect(open.map(\.subject) == ["plug/power", "cold/power"] && open.allSatisfy(\.isPrivate))
        let desk = AlertDesk(site: village.site, leavesOutHomes: true)
        let shown = try desk.readLines(all: false, json: false)
        #expect(shown.contains { $0.contains("cold/power") } && !shown.contains { $0.contains("plug/power") })
        #expect(try !desk.readExplanation(2, json: false, why: nil).isEmpty)
        #expect(throws: AppError.self) { try desk.readExplanation(1, json: false, why: nil) }
    }

    @Test("A destination that was taken out of the configuration is in trouble no more; one that is left still is")
    func removedDestination() throws {
        let board = "  - {name: board, kind: files, audience: stewards, folder: board}"
        let village = try AlertVillage(board + "\nneighbours: [{name: la-serra, file: /nowhere, every: 2 h}]")
        for name in ["board", "stewards"] {
            village.office.pipeline.box(
                .destinationFailing, subject: name, isActive: true, onset: village.now, ["reason": "HTTP 401"],
                village.now)
        }
        try village.wait(until: 60)
        try village.wait(until: 3 * 3600)
        func open() throws -> [String] { try village.office.store.alerts(openOnly: true).map(\.subject).sorted() }
        #expect(try open() == ["board", "la-serra", "stewards"])
        try village.restart()
        try village.commit()
        #expect(try open() == ["board", "la-serra", "stewards"])
        try village.change(board + "\nneighbours: [{name: la-serra, file: /nowhere, every: 2 h}]", to: "")
        try village.commit()
        #expect(try open() == ["stewards"])
        #expect(try village.told().suffix(2).contains { $0.contains("board") })
    }
}
