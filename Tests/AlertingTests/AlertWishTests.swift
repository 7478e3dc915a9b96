import GatewayModel
import Testing

@testable import Alerting

/// What one person alone wants, says or takes back changes nothing for the others.
@Suite("Wishes that nobody joins, and several who go")
struct AlertWishTests {
    private static func member(_ name: String) -> DutyRoster.Member {
        DutyRoster.Member(
            name: name, from: CalendarDate(year: 2020, month: 1, day: 1),
            through: CalendarDate(year: 2099, month: 1, day: 1), hasAnswered: true)
    }

    /// An alert for people at the first second, with a duty list of three.
    private func raised() -> AlertBook {
        var book = AlertBook(gatewayID: "g", open: [], nextNumber: 1)
        book.policy.roster = MeetingRule.parse("every Monday 18:00").map {
            DutyRoster(
                members: ["Rosa", "Jordi", "Amina"].map(Self.member), change: $0, turn: ["Rosa", "Jordi", "Amina"],
                zone: .utc)
        }
        _ = book.receive(
            AlertBookTests.transition(.raised), limit: AlertBookTests.limit(protects: .people), isHousehold: false,
            now: AlertBookTests.start)
        return book
    }

    private func time(_ minutes: Int64) -> Instant { AlertBookTests.start.advanced(bySeconds: minutes * 60) }

    private func calls(_ book: AlertBook) -> [String] {
        book.open[0].entries.filter(\.kind.isCall).map { "\($0.kind.rawValue) \($0.person ?? "-")" }
    }

    @Test("A wish for a pause that nobody joins puts no call off, however often it is said")
    func pauseForgotten() throws {
        var (book, asking) = (raised(), raised())
        for minute in Int64(1)...60 {
            _ = book.tick(now: time(minute))
            _ = asking.tick(now: time(minute))
            if minute % 10 == 1 {
                _ = try asking.answer(
                    1, .pause(until: time(minute + 9), why: "wait"), person: "Jordi", means: "test", now: time(minute))
            }
        }
        #expect(calls(asking) == calls(book))
        #expect(calls(book).contains("called_all -"))
        #expect(asking.open[0].entries.contains { $0.kind == .pauseForgotten })
        #expect(!asking.open[0].entries.contains { $0.kind == .resumed })
    }

    @Test("A wish to switch off that nobody joined is over without a word: nothing had been off")
    func offForgotten() throws {
        var book = raised()
        _ = try book.switchOff(
            "tank/level", until: time(5), why: "short", person: "Rosa", means: "test", forPeople: true,
            isHousehold: false, now: time(0))
        let said = book.tick(now: time(5)).compactMap { action -> String? in
            if case .switched(_, let switching) = action { switching.rawValue } else { nil }
        }
        #expect(said == ["off_forgotten"])
        #expect(book.switchedOff.isEmpty && book.open[0].state == .raised)
    }

    @Test("Of two who go, one who cannot or is recalled leaves it to the other; the last one lets the calls go on")
    func twoGo() throws {
        var book = raised()
        for person in ["Jordi", "Rosa", "Amina"] {
            _ = try book.answer(1, .take, person: person, means: "test", now: time(1))
        }
        _ = try book.answer(1, .decline, person: "Rosa", means: "test", now: time(2))
        #expect(book.open[0].state == .going && book.open[0].goers == ["Jordi", "Amina"])
        let freed = book.free(from: ["Amina"], now: time(3))
        #expect(book.open[0].takenBy == "Jordi")
        #expect(!freed.contains { if case .notify = $0 { true } else { false } })
        let last = book.free(from: ["Jordi"], now: time(4))
        #expect(book.open[0].state == .raised && book.open[0].goers.isEmpty)
        #expect(last.contains { if case .notify(let draft) = $0 { draft.kind == "alert.freed" } else { false } })
    }

    @Test("Whoever is recalled no longer goes to what is over either")
    func recalledAfter() throws {
        var book = raised()
        _ = try book.answer(1, .take, person: "Amina", means: "test", now: time(1))
        _ = book.receive(
            AlertBookTests.transition(.returned, at: time(2)), limit: AlertBookTests.limit(protects: .people),
            isHousehold: false, now: time(2))
        #expect(book.open[0].stateWord == "returned_going")
        let actions = book.free(from: ["Amina"], now: time(3))
        #expect(book.open[0].stateWord == "returned")
        #expect(!actions.contains { if case .notify = $0 { true } else { false } })
    }
}
