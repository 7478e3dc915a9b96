import GatewayModel
import Testing

@testable import Alerting

@Suite("One person alone prolongs nothing that protects people")
struct AlertTermsTests {
    private func raised(_ protects: Protects = .equipment) -> AlertBook {
        var book = AlertBook(gatewayID: "g", open: [], nextNumber: 1)
        _ = book.receive(
            AlertBookTests.transition(.raised), limit: AlertBookTests.limit(protects: protects), isHousehold: false,
            now: AlertBookTests.start)
        return book
    }

    private func time(_ hours: Int64) -> Instant { AlertBookTests.start.advanced(bySeconds: hours * 3600) }

    @Test(
        "While a pause runs that two persons agreed on, the wish of one changes nothing in it, and waits for a second")
    func onePersonProlongsNoPause() throws {
        var book = raised(.people)
        func pause(_ person: String, until hours: Int64, at now: Int64) throws(AnswerError) {
            _ = try book.answer(
                1, .pause(until: time(hours), why: "work"), person: person, means: "test", now: time(now))
        }
        try pause("Rosa", until: 5, at: 0)
        try pause("Jordi", until: 5, at: 0)
        try pause("Amina", until: 20, at: 1)
        #expect(book.open.map(\.state) == [.paused])
        #expect(book.open[0].pause?.until == time(5))
        #expect(throws: AnswerError(code: .samePerson, number: 1)) { try pause("Amina", until: 20, at: 2) }
        _ = book.tick(now: time(5))
        #expect(book.open.map(\.state) == [.raised])
        #expect(book.open[0].entries.contains { $0.kind == .resumed })
        // The wish goes on waiting: Rosa is its second person.
        try pause("Rosa", until: 18, at: 6)
        #expect(book.open.map(\.state) == [.paused])
        try pause("Jordi", until: 22, at: 7)
        try pause("Amina", until: 21, at: 8)
        #expect(book.open[0].pause?.until == time(21) && book.open[0].pauseWish == nil)
    }

    @Test(
        "While something is off by the word of two, the wish of one prolongs nothing; it waits, and ends with its time")
    func onePersonProlongsNoSwitchOff() throws {
        var book = raised(.people)
        func off(_ person: String, until hours: Int64, at now: Int64) throws(AnswerError) {
            _ = try book.switchOff(
                "tank/level", until: time(hours), why: "work", person: person, means: "test", forPeople: true,
                isHousehold: false, now: time(now))
        }
        try off("Rosa", until: 5, at: 0)
        try off("Jordi", until: 5, at: 0)
        try off("Amina", until: 20, at: 1)
        #expect(book.open.map(\.state) == [.switchedOff])
        #expect(book.switchedOff["tank/level"]?.terms.until == time(5))
        let told = book.tick(now: time(5)).compactMap { if case .notify(let draft) = $0 { draft.kind } else { nil } }
        #expect(told == ["alert.raised"] && book.open.map(\.state) == [.raised])
        #expect(throws: AnswerError(code: .samePerson)) { try off("Amina", until: 20, at: 6) }
        try off("Rosa", until: 18, at: 6)
        #expect(book.open.map(\.state) == [.switchedOff])
        #expect(book.switchedOff["tank/level"]?.terms.confirmedBy == "Rosa")
        // Two persons may prolong what runs.
        try off("Jordi", until: 22, at: 7)
        try off("Amina", until: 23, at: 7)
        #expect(book.switchedOff["tank/level"]?.terms.until == time(22) && book.open[0].offUntil == time(22))
        _ = book.tick(now: time(22))
        #expect(book.switchedOff.isEmpty && book.open.map(\.state) == [.raised])
    }

    @Test(
        "The silence of a sensor whose limit protects people is paused by two persons and for a day, as its limit is")
    func silenceOfWhatProtectsPeople() throws {
        for protects in [Protects.people, .equipment] {
            var book = AlertBook(gatewayID: "g", open: [], nextNumber: 1)
            book.policy.stakes = [
                Stake(
                    limit: LimitReference(resolution: 1, limit: "tank-minimum"), sensors: [AlertBookTests.tank],
                    priority: .now, protects: protects)
            ]
            for subject in ["tank/level", "well/level"] {
                _ = book.condition(
                    .sensorSilent, subject: subject, isActive: true, onset: time(0), details: [:], now: time(0))
            }
            func pause(_ number: Int, _ person: String, _ hours: Int64) throws(AnswerError) {
                _ = try book.answer(
                    number, .pause(until: time(hours), why: "work"), person: person, means: "test", now: time(0))
            }
            try pause(2, "Rosa", 144)
            guard protects == .people else {
                try pause(1, "Rosa", 144)
                #expect(book.open.map(\.state) == [.paused, .paused])
                continue
            }
            #expect(throws: AnswerError(code: .tooLong, number: 1, latest: time(24))) { try pause(1, "Rosa", 144) }
            try pause(1, "Rosa", 20)
            #expect(book.open.map(\.state) == [.raised, .paused])
            try pause(1, "Jordi", 20)
            #expect(book.open.map(\.state) == [.paused, .paused])
        }
    }

    @Test("A place that is away, and the broker, are paused as what cannot be seen meanwhile, also of a later decision")
    func placeAndBroker() throws {
        for condition in [BoxCondition.placeSilent, .brokerAway] {
            var book = AlertBook(gatewayID: "g", open: [], nextNumber: 1)
            book.policy.places = [AlertBookTests.tank: "hill"]
            _ = book.condition(
                condition, subject: condition == .brokerAway ? "" : "hill", isActive: true, onset: time(0),
                details: [:], now: time(0))
            book.policy.stakes = [
                Stake(
                    limit: LimitReference(resolution: 1, limit: "tank-minimum"), sensors: [AlertBookTests.tank],
                    priority: .now, protects: .people)
            ]
            #expect(throws: AnswerError(code: .tooLong, number: 1, latest: time(24))) {
                try book.answer(
                    1, .pause(until: time(144), why: "work"), person: "Rosa", means: "test", now: time(0))
            }
        }
    }
}
