import GatewayModel
import Testing

@testable import Alerting

@Suite("What rests, and who goes, when decisions, meetings or stewards change")
struct AlertReviewTests {
    private func time(_ hours: Int64) -> Instant { AlertBookTests.start.advanced(bySeconds: hours * 3600) }

    private func told(_ actions: [AlertAction]) -> [String] {
        actions.compactMap { action in
            switch action {
            case .notify(let draft): "\(draft.kind) \(draft.alert.number)"
            case .switched(let off, let switching): "\(switching.rawValue) \(off.subject)"
            case .store, .record, .testAnswered, .digest: nil
            }
        }
    }

    private func stake(_ protects: Protects) -> Stake {
        Stake(
            limit: LimitReference(resolution: 1, limit: "tank-minimum"), sensors: [AlertBookTests.tank],
            priority: .now, protects: protects)
    }

    private func raise(_ book: inout AlertBook, _ protects: Protects, at hours: Int64 = 0) -> [String] {
        told(
            book.receive(
                AlertBookTests.transition(.raised, at: time(hours)), limit: AlertBookTests.limit(protects: protects),
                isHousehold: false, now: time(hours)))
    }

    @Test("That people are at risk is paused by two persons and for a day, as what protects people")
    func peopleAtRisk() throws {
        var book = AlertBook(gatewayID: "g", open: [], nextNumber: 1)
        _ = book.condition(
            .peopleAtRisk, subject: "water", isActive: true, onset: time(0), details: [:], now: time(0))
        func pause(_ person: String, _ hours: Int64) throws(AnswerError) {
            _ = try book.answer(1, .pause(until: time(hours), why: "work"), person: person, means: "test", now: time(0))
        }
        #expect(book.open.map(\.protects) == [.people])
        #expect(throws: AnswerError(code: .tooLong, number: 1, latest: time(24))) { try pause("Rosa", 25) }
        try pause("Rosa", 20)
        #expect(book.open.map(\.state) == [.raised])
        try pause("Jordi", 20)
        #expect(book.open.map(\.state) == [.paused])
    }

    @Test("That people are at risk stands first among many alerts, and what was told before is not told twice")
    func firstInTheFlood() {
        var book = AlertBook(gatewayID: "g", open: [], nextNumber: 1)
        func box(_ condition: BoxCondition, _ subject: String, _ seconds: Int64) {
            let at = time(0).advanced(bySeconds: seconds)
            _ = book.condition(condition, subject: subject, isActive: true, onset: at, details: [:], now: at)
        }
        for index in 0..<12 { box(.destinationFailing, "d\(index)", Int64(index)) }
        box(.diskFull, "", 15)
        box(.peopleAtRisk, "water", 20)
        let digests = book.tick(now: time(0).advanced(bySeconds: 200)).compactMap { action -> [String]? in
            guard case .digest(let drafts, let beside) = action else { return nil }
            return (beside + drafts.map(\.alert)).map(\.subject)
        }
        #expect(digests == [["water", "", "d10", "d11"]])
    }

    @Test(
        "What one person switched off does not cover a limit for people that is decided later; what two agreed on does")
    func offBeforeTheDecision() throws {
        var book = AlertBook(gatewayID: "g", open: [], nextNumber: 1)
        func off(_ person: String, _ hours: Int64, forPeople: Bool) throws {
            _ = try book.switchOff(
                "tank/level", until: time(hours), why: "repair", person: person, means: "test", forPeople: forPeople,
                isHousehold: false, now: time(0))
        }
        try off("Rosa", 33 * 24, forPeople: false)
        #expect(raise(&book, .equipment) == [])
        _ = book.limitEnded(LimitReference(resolution: 1, limit: "tank-minimum"), subject: "tank/level", now: time(1))
        #expect(raise(&book, .people, at: 2) == ["alert.raised 2"])
        #expect(book.open.last?.state == .raised)
        _ = try book.switchOn("tank/level", person: "Rosa", means: "test", now: time(2))
        try off("Rosa", 20, forPeople: true)
        try off("Jordi", 20, forPeople: true)
        #expect(book.open.last?.state == .switchedOff)
    }

    @Test("A silence that one person paused or switched off counts again once a limit for people depends on it")
    func silenceBeforeTheDecision() throws {
        for isOff in [true, false] {
            var book = AlertBook(gatewayID: "g", open: [], nextNumber: 1)
            book.policy.stakes = [stake(.equipment)]
            _ = book.condition(
                .sensorSilent, subject: "tank/level", isActive: true, onset: time(0), details: [:], now: time(0))
            if isOff {
                _ = try book.switchOff(
                    "tank/level", until: time(100), why: "w", person: "Rosa", means: "test", forPeople: false,
                    isHousehold: false, now: time(0))
            } else {
                _ = try book.answer(1, .pause(until: time(100), why: "w"), person: "Rosa", means: "test", now: time(0))
            }
            #expect(told(book.tick(now: time(1))) == [])
            book.policy.stakes = [stake(.people)]
            #expect(told(book.tick(now: time(2))) == ["alert.raised 1"])
            #expect(book.open.map(\.state) == [.raised])
        }
    }

    @Test("Pauses and switch-offs end with an assembly that is moved before their end, and that is told once")
    func movedAssembly() throws {
        var book = AlertBook(gatewayID: "g", open: [], nextNumber: 1)
        func meet(_ rule: String) { book.policy.meetings = MeetingRule.parse(rule).map { Meetings($0, zone: .utc) } }
        meet("first Sunday 18:00")
        _ = raise(&book, .equipment)
        _ = try book.answer(1, .pause(until: time(160), why: "w"), person: "Rosa", means: "test", now: time(0))
        _ = try book.switchOff(
            "well/level", until: time(200), why: "w", person: "Rosa", means: "test", forPeople: false,
            isHousehold: false, now: time(0))
        #expect(told(book.tick(now: time(1))) == [])
        // 28 May 2026 was a Thursday; the next Friday evening is a day and a half away.
        meet("every Friday 20:00")
        let assembly = try #require(book.policy.meetings?.next(after: time(2)))
        #expect(told(book.tick(now: time(2))) == ["off_sooner well/level", "alert.pause_sooner 1"])
        #expect(book.open[0].pause?.until == assembly && book.switchedOff["well/level"]?.terms.until == assembly)
        meet("every Friday 20:00")
        #expect(told(book.tick(now: time(3))) == [])
        #expect(told(book.tick(now: assembly)) == ["off_ended well/level", "alert.raised 1"])
        let entries = book.open[0].entries.map(\.kind)
        #expect(entries == [.raised, .calledAll, .paused, .pauseSooner, .resumed, .calledAll])
    }

    @Test("Whoever goes and is recalled goes no more: it is told at once, and the next one of the list is called")
    func freed() throws {
        var book = AlertWorld(hasList: true).book
        _ = raise(&book, .people)
        let first = try #require(book.open[0].entries.last?.person)
        _ = try book.answer(1, .take, person: first, means: "test", now: time(0))
        #expect(told(book.free(from: Set(AlertWorld.persons).subtracting([first]), now: time(0))) == [])
        book.policy.roster?.members.removeAll { $0.name == first }
        #expect(told(book.free(from: [first], now: time(0))) == ["alert.freed 1"])
        #expect(book.open.map(\.state) == [.raised])
        #expect(told(book.tick(now: time(0))) == ["alert.called 1"])
        #expect(book.open[0].entries.map(\.kind) == [.raised, .called, .taken, .freed, .called])
        #expect(book.open[0].entries.last?.person != first)
        #expect(told(book.tick(now: time(2))).contains { $0.hasPrefix("alert.reminder") } == false)
    }

    @Test("A condition that has become more urgent calls people as if it had just been raised, and rests no more")
    func moreUrgent() throws {
        var book = AlertBook(gatewayID: "g", open: [], nextNumber: 1)
        func gap(atMost: Priority, _ hours: Int64) -> [String] {
            told(
                book.condition(
                    .nobodyOnDuty, subject: "", isActive: true, onset: time(hours), details: ["gap": "\(hours)"],
                    atMost: atMost, now: time(hours)))
        }
        #expect(gap(atMost: .today, 0) == ["alert.raised 1"])
        #expect(book.open.map(\.priority) == [.today])
        #expect(told(book.tick(now: time(20))) == [])
        _ = try book.answer(1, .pause(until: time(100), why: "w"), person: "Rosa", means: "test", now: time(20))
        #expect(gap(atMost: .today, 21) == [])
        #expect(gap(atMost: .now, 22) == ["alert.raised 1"])
        #expect(gap(atMost: .now, 23) == [])
        #expect(gap(atMost: .today, 24) == [])
        #expect(book.open.map(\.priority) == [.now] && book.open.map(\.state) == [.raised])
        #expect(book.open[0].entries.map(\.kind) == [.raised, .paused, .updated, .calledAll])
    }

    @Test("A test message that is replaced is over for nobody, and a person who went is not called nobody")
    func quietEnds() throws {
        var book = AlertBook(gatewayID: "g", open: [], nextNumber: 1)
        func test(_ isActive: Bool) -> [Audience] {
            book.condition(.testAlarm, subject: "Rosa", isActive: isActive, onset: time(0), details: [:], now: time(0))
                .compactMap { if case .notify(let draft) = $0 { draft.audience } else { nil } }
        }
        #expect(test(true) == [.stewards] && test(false) == [.person])
        _ = raise(&book, .people)
        _ = try book.answer(2, .take, person: "Rosa", means: "test", now: time(0))
        _ = book.limitEnded(LimitReference(resolution: 1, limit: "tank-minimum"), subject: "tank/level", now: time(1))
        #expect(book.open.map(\.stateWord) == ["returned_going"])
    }
}
