import GatewayModel
import Testing

@testable import Alerting

@Suite("The life of an alert")
struct AlertBookTests {
    static let start = Instant(seconds: 1_780_000_000)
    static let tank = SensorID(rawValue: "tank/level")

    static func limit(_ priority: Priority = .now, protects: Protects = .people) -> Limit {
        Limit(
            id: "tank-minimum", titles: ["": "Water in the tank"], bound: .atLeast, protects: protects,
            resource: "water", sensors: [tank], unit: Unit("cm"),
            rule: .instant(value: DecimalValue(100), deadband: .zero, onDelay: 600, offDelay: 0), priority: priority)
    }

    static func transition(
        _ change: LimitTransition.Change, at time: Instant = start, sensor: SensorID? = tank
    ) -> LimitTransition {
        LimitTransition(
            limit: LimitReference(resolution: 1, limit: "tank-minimum"), sensor: sensor, change: change, onset: time,
            detectedAt: time, value: DecimalValue(76), bound: DecimalValue(100),
            coverage: Coverage(measured: 1, expected: 1), evidence: [])
    }

    func notices(_ actions: [AlertAction]) -> [String] {
        actions.compactMap {
            if case .notify(let draft) = $0 { "\(draft.kind) \(draft.audience.rawValue)" } else { nil }
        }
    }

    @Test("An onset is raised once; the same condition found again tells nobody again")
    func raisedOnce() {
        var book = AlertBook(gatewayID: "g", open: [], nextNumber: 7)
        let first = book.receive(Self.transition(.raised), limit: Self.limit(), isHousehold: false, now: Self.start)
        #expect(notices(first) == ["alert.raised members"])
        let again = book.receive(Self.transition(.raised), limit: Self.limit(), isHousehold: false, now: Self.start)
        #expect(notices(again).isEmpty)
        #expect(book.open.map(\.number) == [7])
        #expect(book.open.map { $0.entries.map(\.kind) } == [[.raised, .calledAll, .updated]])
    }

    @Test("Going, back to normal, closed with a cause; then the next onset is a record of its own")
    func wholeLife() throws {
        var book = AlertBook(gatewayID: "g", open: [], nextNumber: 1)
        _ = book.receive(Self.transition(.raised), limit: Self.limit(), isHousehold: false, now: Self.start)
        let later = Self.start.advanced(bySeconds: 600)
        _ = try book.answer(1, .take, person: "Rosa", means: "console", now: later)
        #expect(book.open.map(\.state) == [.going])
        #expect(throws: AnswerError.self) {
            try book.answer(1, .resolve(.real, note: nil), person: "Rosa", means: "console", now: later)
        }
        let ended = book.receive(
            Self.transition(.returned, at: later), limit: Self.limit(), isHousehold: false, now: later)
        #expect(notices(ended) == ["alert.returned members"])
        let closing = try book.answer(1, .resolve(.real, note: "valve"), person: "Rosa", means: "console", now: later)
        #expect(book.open.isEmpty)
        let stored = closing.compactMap { if case .store(let alert) = $0 { alert } else { nil } }
        #expect(stored.map(\.outcome) == [.real])
        #expect(stored[0].entries.map(\.kind) == [.raised, .calledAll, .taken, .returned, .closed])
        let next = Self.start.advanced(bySeconds: 7200)
        _ = book.receive(
            Self.transition(.raised, at: next), limit: Self.limit(), isHousehold: false, now: next)
        #expect(book.open.map(\.number) == [2])
        #expect(book.open[0].id != stored[0].id)
    }

    @Test("A restart raises nothing anew and knows what still holds")
    func restart() {
        var before = AlertBook(gatewayID: "g", open: [], nextNumber: 1)
        _ = before.receive(Self.transition(.raised), limit: Self.limit(), isHousehold: false, now: Self.start)
        _ = before.condition(
            .brokerAway, subject: "", isActive: true, onset: Self.start, details: [:], now: Self.start)
        var after = AlertBook(gatewayID: "g", open: before.open, nextNumber: 3)
        let again = after.receive(Self.transition(.raised), limit: Self.limit(), isHousehold: false, now: Self.start)
        #expect(notices(again).isEmpty)
        #expect(
            after.condition(.brokerAway, subject: "", isActive: true, onset: Self.start, details: [:], now: Self.start)
                .isEmpty)
        #expect(
            after.open
                == before.open.map { alert in
                    var alert = alert
                    if alert.number == 1 {
                        alert.entries.append(AlertEntry(at: Self.start, kind: .updated, note: "76"))
                    }
                    return alert
                })
    }

    @Test("Alerts about the box end by themselves")
    func boxEnds() {
        var book = AlertBook(gatewayID: "g", open: [], nextNumber: 1)
        _ = book.condition(
            .sensorSilent, subject: "tank/level", isActive: true, onset: Self.start, details: [:], now: Self.start)
        let ended = book.condition(
            .sensorSilent, subject: "tank/level", isActive: false, onset: Self.start.advanced(bySeconds: 60),
            details: [:],
            now: Self.start.advanced(bySeconds: 60))
        #expect(notices(ended) == ["alert.returned stewards"])
        #expect(book.open.isEmpty)
    }

    @Test("The assembly says how urgent the box's alerts are and whether members hear them, but not of a household's")
    func boxRules() {
        var book = AlertBook(gatewayID: "g", open: [], nextNumber: 1)
        book.boxRules = [.sensorSilent: BoxAlertRule(priority: .now, audience: .members)]
        func silent(_ subject: String, isActive: Bool = true, details: [String: String] = [:]) -> [AlertAction] {
            book.condition(
                .sensorSilent, subject: subject, isActive: isActive, onset: Self.start, details: details,
                now: Self.start)
        }
        #expect(notices(silent("tank/level")) == ["alert.raised members"])
        #expect(book.open.map(\.priority) == [.now])
        #expect(notices(silent("tank/level", isActive: false)) == ["alert.returned members"])
        #expect(notices(silent("house-07/water", details: ["visibility": "household"])) == ["alert.raised person"])
    }

    @Test("A household's alert is told to that household alone, unless it protects people")
    func households() {
        var book = AlertBook(gatewayID: "g", open: [], nextNumber: 1)
        let own = book.receive(
            Self.transition(.raised), limit: Self.limit(.today, protects: .resource), isHousehold: true, now: Self.start
        )
        #expect(notices(own) == ["alert.raised person"])
        let records = own.compactMap {
            if case .record(_, let facts, let texts) = $0 { "\(facts)\(texts)" } else { nil }
        }
        #expect(records.allSatisfy { !$0.contains("tank/level") })
    }

    @Test("A budget warns in one record that becomes more urgent when it is passed")
    func budget() {
        var book = AlertBook(gatewayID: "g", open: [], nextNumber: 1)
        let warned = book.receive(
            Self.transition(.warned(percent: 70), sensor: nil), limit: Self.limit(.today), isHousehold: false,
            now: Self.start)
        #expect(notices(warned) == ["alert.warned members"])
        #expect(book.open.map(\.priority) == [.assembly])
        let passed = book.receive(
            Self.transition(.raised, sensor: nil), limit: Self.limit(.today), isHousehold: false, now: Self.start)
        #expect(notices(passed) == ["alert.raised members"])
        #expect(book.open.map(\.priority) == [.today])
        #expect(book.open.count == 1)
    }

    @Test("The record book has the warning, the passing and the return of a budget, each once, and of a home no name")
    func recorded() {
        for isHousehold in [false, true] {
            var book = AlertBook(gatewayID: "g", open: [], nextNumber: 1)
            let changes: [LimitTransition.Change] = [
                .warned(percent: 70), .warned(percent: 90), .raised, .raised, .returned,
            ]
            let actions = changes.enumerated().flatMap { index, change -> [AlertAction] in
                var transition = Self.transition(change)
                transition.onset = Self.start.advanced(bySeconds: Int64(index))
                return book.receive(
                    transition, limit: Self.limit(.today), isHousehold: isHousehold, now: Self.start)
            }
            let records = actions.compactMap { action -> String? in
                guard case .record(let kind, let facts, let erasable) = action else { return nil }
                return
                    "\(kind) \(facts["alert"] ?? "") \(facts["onset"] ?? facts["at"] ?? "") \(erasable["subject"] ?? "-")"
            }
            let name = isHousehold ? "-" : "tank/level"
            #expect(
                records == [
                    "alert.warned 1 \(Self.start) \(name)",
                    "alert.raised 1 \(Self.start.advanced(bySeconds: 2)) \(name)",
                    "alert.returned 1 \(Self.start.advanced(bySeconds: 4)) -",
                ])
        }
    }

    @Test("Somebody who went to an urgent alert two hours ago is asked again, once per two hours")
    func reminder() throws {
        var book = AlertBook(gatewayID: "g", open: [], nextNumber: 1)
        _ = book.receive(Self.transition(.raised), limit: Self.limit(), isHousehold: false, now: Self.start)
        _ = try book.answer(1, .take, person: "Rosa", means: "console", now: Self.start)
        #expect(book.tick(now: Self.start.advanced(bySeconds: 7199)).isEmpty)
        #expect(notices(book.tick(now: Self.start.advanced(bySeconds: 7200))) == ["alert.reminder stewards"])
        #expect(book.tick(now: Self.start.advanced(bySeconds: 7260)).isEmpty)
    }

    @Test("The identity follows from gateway, cause, subject and onset, so the same onset is the same record")
    func identity() {
        func id(_ gateway: String, _ onset: Instant) -> String {
            var book = AlertBook(gatewayID: gateway, open: [], nextNumber: 1)
            _ = book.receive(Self.transition(.raised, at: onset), limit: Self.limit(), isHousehold: false, now: onset)
            return book.open[0].id
        }
        #expect(id("g", Self.start) == id("g", Self.start))
        #expect(id("g", Self.start) != id("h", Self.start))
        #expect(id("g", Self.start) != id("g", Self.start.advanced(bySeconds: 1)))
        #expect(id("g", Self.start).count == 32)
    }

    @Test("What is found again from the same onset, after it was over, is a record and a number of its own")
    func sameOnsetAgain() {
        var book = AlertBook(gatewayID: "g", open: [], nextNumber: 1)
        func found(_ change: LimitTransition.Change, _ minute: Int64) {
            _ = book.receive(
                Self.transition(change, at: Self.start), limit: Self.limit(), isHousehold: false,
                now: Self.start.advanced(bySeconds: minute * 60))
        }
        found(.raised, 1)
        found(.returned, 2)
        // Back to normal and nobody came: it stays beside the new one.
        found(.raised, 3)
        #expect(book.open.map(\.number) == [1, 2])
        #expect(book.open.map { $0.returnedAt != nil } == [true, false])
        // After a restart, with both closed and known by their identities alone.
        var later = AlertBook(gatewayID: "g", open: [], nextNumber: 3, known: Set(book.open.map(\.id)))
        _ = later.receive(
            Self.transition(.raised, at: Self.start), limit: Self.limit(), isHousehold: false, now: Self.start)
        #expect(Set((book.open + later.open).map(\.id)).count == 3)
    }
}
