import GatewayModel
import Testing

@testable import Alerting

@Suite("The duty list")
struct DutyRosterTests {
    private let zone = Zone(identifier: "Europe/Madrid") ?? .utc

    static func day(_ text: String) -> CalendarDate { CalendarDate(text: text) ?? CalendarDate(daysSinceEpoch: 0) }

    private func time(_ text: String) -> Instant { Instant(rfc3339: text) ?? Instant(milliseconds: 0) }

    private func member(_ name: String, through: String? = "2027-12-31", answered: Bool = true) -> DutyRoster.Member {
        DutyRoster.Member(
            name: name, from: through.map { _ in Self.day("2026-01-01") }, through: through.map(Self.day),
            hasAnswered: answered)
    }

    private func roster(_ members: [DutyRoster.Member]) throws -> DutyRoster {
        DutyRoster(
            members: members, change: try #require(MeetingRule.parse("every Monday 18:00")),
            turn: members.map(\.name), turnSince: Self.day("2026-11-02"), zone: zone)
    }

    @Test("The turn changes on Monday at six, also over the change of the clocks; a written week comes before it")
    func turn() throws {
        var roster = try roster([member("Rosa"), member("Jordi"), member("Amina")])
        #expect(roster.order(at: time("2026-11-09T16:59:59Z")) == ["Rosa", "Jordi", "Amina"])
        #expect(roster.order(at: time("2026-11-09T17:00:00Z")) == ["Jordi", "Amina", "Rosa"])
        roster.turnSince = Self.day("2026-10-19")
        #expect(roster.onDuty(at: time("2026-10-26T16:59:00Z")) == "Rosa")
        #expect(roster.onDuty(at: time("2026-10-26T17:00:00Z")) == "Jordi")
        roster.weeks[Self.day("2026-11-09")] = ["Amina"]
        #expect(roster.order(at: time("2026-11-10T12:00:00Z")) == ["Amina", "Rosa", "Jordi"])
        roster.calendar = [
            DutySeries(
                DutyRoster.Shift(
                    from: time("2026-11-10T10:00:00Z"), until: time("2026-11-10T14:00:00Z"), people: ["Rosa"]))
        ]
        #expect(roster.onDuty(at: time("2026-11-10T12:00:00Z")) == "Rosa")
        #expect(roster.onDuty(at: time("2026-11-10T14:00:00Z")) == "Amina")
    }

    @Test("Only who has a mandate on the day and has answered a test message counts")
    func counts() throws {
        let roster = try roster([
            member("Rosa", answered: false), member("Jordi", through: nil), member("Amina", through: "2026-11-11"),
            member("Pau"),
        ])
        #expect(roster.order(at: time("2026-11-03T12:00:00Z")) == ["Amina", "Pau"])
        #expect(roster.order(at: time("2026-11-11T22:59:00Z")) == ["Amina", "Pau"])
        #expect(roster.order(at: time("2026-11-11T23:00:00Z")) == ["Pau"])
    }

    @Test("A gap is known seven days ahead: a mandate that ends, or a week that nobody has taken")
    func gaps() throws {
        var roster = try roster([member("Rosa", through: "2026-11-15")])
        #expect(roster.firstGap(from: time("2026-11-08T22:59:00Z")) == nil)
        #expect(roster.firstGap(from: time("2026-11-09T12:00:00Z")) == time("2026-11-15T23:00:00Z"))
        roster.members = [member("Rosa")]
        #expect(roster.firstGap(from: time("2026-11-09T12:00:00Z")) == nil)
        roster.weeks[Self.day("2026-11-16")] = []
        #expect(roster.firstGap(from: time("2026-11-09T12:00:00Z")) == nil)
        #expect(roster.firstGap(from: time("2026-11-09T18:00:00Z")) == time("2026-11-16T17:00:00Z"))
        roster.members = []
        #expect(roster.firstGap(from: time("2026-11-01T12:00:00Z")) == time("2026-11-01T12:00:00Z"))
    }
}

@Suite("Who is called when")
struct EscalationTests {
    private func time(_ minutes: Int64) -> Instant { AlertBookTests.start.advanced(bySeconds: minutes * 60) }

    private func book(_ names: [String]?) throws -> AlertBook {
        var book = AlertBook(gatewayID: "g", open: [], nextNumber: 1)
        if let names {
            let members = names.map {
                DutyRoster.Member(
                    name: $0, from: DutyRosterTests.day("2000-01-01"), through: DutyRosterTests.day("2099-01-01"),
                    hasAnswered: true)
            }
            book.policy.roster = DutyRoster(
                members: members, change: try #require(MeetingRule.parse("every Monday 18:00")),
                calendar: [DutySeries(DutyRoster.Shift(from: time(-9), until: time(99_999), people: names))],
                zone: .utc)
        }
        return book
    }

    private func calls(_ actions: [AlertAction]) -> [String] {
        actions.compactMap { action in
            guard case .notify(let draft) = action else { return nil }
            return "\(draft.kind.dropFirst(6)) \(draft.persons?.joined(separator: ",") ?? "all")"
        }
    }

    private func raise(_ book: inout AlertBook, _ priority: Priority = .now) -> [String] {
        calls(
            book.receive(
                AlertBookTests.transition(.raised), limit: AlertBookTests.limit(priority), isHousehold: false,
                now: time(0)))
    }

    /// Every call of a day, minute by minute.
    private func day(_ book: inout AlertBook, minutes: ClosedRange<Int64>) -> [String] {
        minutes.flatMap { minute in calls(book.tick(now: time(minute))).map { "\(minute): \($0)" } }
    }

    @Test("On duty, second, all, then again and again with the note that nobody came; a restart changes nothing")
    func order() throws {
        var book = try book(["Rosa", "Jordi", "Amina"])
        #expect(raise(&book) == ["raised Rosa"])
        let first = day(&book, minutes: 1...20)
        var after = try self.book(["Rosa", "Jordi", "Amina"])
        after = AlertBook(gatewayID: "g", open: book.open, nextNumber: 2)
        after.policy = book.policy
        #expect(
            first + day(&after, minutes: 21...160)
                == ["15: called Jordi", "30: called all", "90: nobody_came all", "150: nobody_came all"])
        #expect(
            after.open[0].entries.map(\.kind) == [.raised, .called, .called, .calledAll, .nobodyCame, .nobodyCame])
    }

    @Test("“Can't, next” calls the next at once; “seen” stops nothing; “going” stops it, and giving up goes on with it")
    func answers() throws {
        var book = try book(["Rosa", "Jordi", "Amina"])
        _ = raise(&book)
        _ = try book.answer(1, .seen, person: "Rosa", means: "test", now: time(1))
        _ = try book.answer(1, .decline, person: "Rosa", means: "test", now: time(2))
        #expect(day(&book, minutes: 2...10) == ["2: called Jordi"])
        _ = try book.answer(1, .take, person: "Jordi", means: "test", now: time(11))
        #expect(day(&book, minutes: 11...100).isEmpty)
        _ = try book.answer(1, .decline, person: "Jordi", means: "test", now: time(101))
        #expect(day(&book, minutes: 101...110) == ["101: called all"])
    }

    @Test("Without a duty list everybody is called at once, and again after half an hour and each hour")
    func noList() throws {
        var book = try book(nil)
        #expect(raise(&book) == ["raised all"])
        #expect(day(&book, minutes: 1...100) == ["30: nobody_came all", "90: nobody_came all"])
    }

    @Test("In vain: each hour for a day, then once a day; while messages are replayed nobody is called at all")
    func inVain() throws {
        var book = try book(nil)
        _ = raise(&book)
        let calls = day(&book, minutes: 1...(6 * 1440))
        #expect(calls.count == 24 + 5 && calls.last == "8610: nobody_came all")
        var replay = try self.book(nil)
        replay.policy.callsPeople = false
        _ = raise(&replay)
        #expect(day(&replay, minutes: 1...1440).isEmpty)
        #expect(replay.open[0].entries.map(\.kind) == [.raised])
    }

    @Test("What is for the same day is told to the person on duty and never escalates; a pause ends the calls")
    func restful() throws {
        var today = try book(["Rosa", "Jordi"])
        #expect(raise(&today, .today) == ["raised Rosa"])
        #expect(day(&today, minutes: 1...200).isEmpty)
        var paused = try book(["Rosa", "Jordi"])
        _ = raise(&paused)
        for person in ["Rosa", "Jordi"] {
            _ = try paused.answer(
                1, .pause(until: time(120), why: "work"), person: person, means: "test", now: time(5))
        }
        #expect(day(&paused, minutes: 6...140) == ["120: raised Rosa", "135: called Jordi"])
    }

    @Test("A test message goes to one person, who alone can answer it, and counts from then on")
    func testMessage() throws {
        var book = try book(["Rosa", "Jordi"])
        let sent = book.condition(
            .testAlarm, subject: "Jordi", isActive: true, onset: time(0), details: [:], now: time(0))
        #expect(calls(sent) == ["raised Jordi"])
        #expect(throws: AnswerError(code: .notYours, number: 1)) {
            try book.answer(1, .take, person: "Rosa", means: "test", now: time(1))
        }
        let answered = try book.answer(1, .take, person: "Jordi", means: "test", now: time(1))
        #expect(answered.contains(.testAnswered("Jordi")))
        #expect(book.open.isEmpty)
    }
}
