import GatewayModel
import Testing

@testable import Alerting

@Suite("Alerts that belong together, and too many of them")
struct AlertGroupTests {
    private func time(_ seconds: Int64) -> Instant { AlertBookTests.start.advanced(bySeconds: seconds) }

    private func kinds(_ actions: [AlertAction]) -> [String] {
        actions.compactMap { action in
            switch action {
            case .notify(let draft): "\(draft.kind.dropFirst(6)) \(draft.alert.subject)"
            case .digest(let drafts, let beside):
                "digest " + (beside + drafts.map(\.alert)).map(\.subject).joined(separator: ",")
            case .store, .record, .switched, .testAnswered: nil
            }
        }
    }

    private func book() -> AlertBook {
        var book = AlertBook(gatewayID: "g", open: [], nextNumber: 1)
        book.policy.places = ["tank/level": "tank", "tank/flow": "tank"].reduce(into: [:]) {
            $0[SensorID(rawValue: $1.key)] = $1.value
        }
        book.policy.intervals = [AlertBookTests.tank: 600]
        book.policy.stakes = [
            Stake(
                limit: LimitReference(resolution: 1, limit: "flow"), sensors: [SensorID(rawValue: "tank/flow")],
                priority: .now, protects: .equipment),
            Stake(
                limit: LimitReference(resolution: 1, limit: "tank-minimum"), sensors: [AlertBookTests.tank],
                priority: .today, protects: .people),
        ]
        return book
    }

    private func box(
        _ book: inout AlertBook, _ condition: BoxCondition, _ subject: String, _ isActive: Bool, _ seconds: Int64
    ) -> [String] {
        kinds(
            book.condition(
                condition, subject: subject, isActive: isActive, onset: time(seconds), details: [:], now: time(seconds))
        )
    }

    @Test("A place that is away is one alert with the urgency of what cannot be seen; its sensors rest below it")
    func place() throws {
        var book = book()
        #expect(box(&book, .sensorSilent, "tank/level", true, 0) == ["raised tank/level"])
        #expect(box(&book, .placeSilent, "tank", true, 60) == ["raised tank"])
        #expect(box(&book, .sensorSilent, "tank/flow", true, 60).isEmpty)
        #expect(book.open.map(\.state) == [.covered, .raised, .covered])
        let place = try #require(book.open.first { $0.subject == "tank" })
        #expect(place.priority == .now && place.protects == .people)
        #expect(place.details["unseen"] == "1/tank-minimum,1/flow")
        #expect(book.open[0].coveredBy == 2 && book.open[2].coveredBy == 2)
        // A restart knows what covers what.
        var after = self.book()
        let policy = after.policy
        after = AlertBook(gatewayID: "g", open: book.open, nextNumber: 4)
        after.policy = policy
        // One sensor is heard again: the place is over, and the one that is still silent after one of its intervals is told of.
        #expect(box(&after, .placeSilent, "tank", false, 120) == ["returned tank"])
        #expect(box(&after, .sensorSilent, "tank/flow", false, 120).isEmpty)
        #expect(after.open.map(\.state) == [.covered])
        #expect(kinds(after.tick(now: time(719))).isEmpty)
        #expect(kinds(after.tick(now: time(720))) == ["raised tank/level"])
        #expect(after.open.map(\.state) == [.raised])
    }

    @Test(
        "What is heard within one of its intervals after the broker's return wakes nobody, nor does it while it is away again"
    )
    func heardInTime() {
        var book = book()
        _ = box(&book, .brokerAway, "", true, 0)
        _ = box(&book, .sensorSilent, "tank/level", true, 60)
        _ = box(&book, .sensorSilent, "tank/flow", true, 60)
        #expect(box(&book, .brokerAway, "", false, 90) == ["returned "])
        #expect(box(&book, .sensorSilent, "tank/level", false, 600).isEmpty)
        // A sensor without a rhythm has a quarter of an hour; before that the broker goes again.
        #expect(box(&book, .brokerAway, "", true, 900) == ["raised "])
        #expect(kinds(book.tick(now: time(1000))).isEmpty)
        #expect(book.open.filter { $0.subject == "tank/flow" }.map(\.state) == [.covered])
        _ = box(&book, .brokerAway, "", false, 1200)
        #expect(kinds(book.tick(now: time(2099))).isEmpty)
        #expect(kinds(book.tick(now: time(2100))) == ["raised tank/flow"])
    }

    @Test("While the broker is away a limit on silence says nothing of its own, a value past its bound does")
    func broker() {
        var book = book()
        #expect(box(&book, .brokerAway, "", true, 0) == ["raised "])
        var silence = AlertBookTests.transition(.raised, at: time(60))
        silence.value = nil
        let covered = book.receive(silence, limit: AlertBookTests.limit(), isHousehold: false, now: time(60))
        #expect(kinds(covered).isEmpty)
        #expect(box(&book, .brokerAway, "", false, 90) == ["returned "])
        #expect(kinds(book.tick(now: time(690))) == ["raised tank/level"])
        var other = self.book()
        _ = box(&other, .brokerAway, "", true, 0)
        let value = other.receive(
            AlertBookTests.transition(.raised, at: time(60)), limit: AlertBookTests.limit(), isHousehold: false,
            now: time(60))
        #expect(kinds(value) == ["raised tank/level"])
    }

    @Test("What keeps coming and going is said once, recorded each time, and told again when it stays for ten minutes")
    func chattering() {
        var book = book()
        func turn(_ isActive: Bool, _ seconds: Int64) -> [String] {
            box(&book, .destinationFailing, "mail", isActive, seconds)
        }
        var told: [String] = []
        for round in 0..<6 {
            told += turn(true, Int64(round) * 60)
            if round < 5 { told += turn(false, Int64(round) * 60 + 30) }
        }
        let once = ["raised mail", "returned mail"]
        #expect(told == once + once + once + ["chattering mail", "returned mail"])
        #expect(kinds(book.tick(now: time(5 * 60 + 599))).isEmpty)
        #expect(kinds(book.tick(now: time(5 * 60 + 600))) == ["raised mail"])
        #expect(book.open.map(\.number) == [6])
    }

    @Test("What protects people is never damped and never put off")
    func people() {
        var book = book()
        var told = 0
        for round in 0..<12 {
            for change in [LimitTransition.Change.raised, .returned] {
                let at = time(Int64(round) * 20)
                told +=
                    kinds(
                        book.receive(
                            AlertBookTests.transition(change, at: at), limit: AlertBookTests.limit(),
                            isHousehold: false,
                            now: at)
                    ).count
            }
        }
        #expect(told == 24)
    }

    @Test("More than ten alerts in ten minutes are told together, what protects people first; then calls go on")
    func flood() {
        var book = book()
        var told: [String] = []
        for index in 0..<14 { told += box(&book, .destinationFailing, "d\(index)", true, Int64(index)) }
        #expect(told == (0..<10).map { "raised d\($0)" })
        let people = book.receive(
            AlertBookTests.transition(.raised, at: time(20)), limit: AlertBookTests.limit(), isHousehold: false,
            now: time(20))
        #expect(kinds(people) == ["raised tank/level"])
        // One of them is over before it was told: it needs no words, and has its record.
        #expect(box(&book, .destinationFailing, "d13", false, 60).isEmpty)
        #expect(kinds(book.tick(now: time(100))).isEmpty)
        #expect(kinds(book.tick(now: time(130))) == ["digest tank/level,d10,d11,d12"])
        #expect(kinds(book.tick(now: time(140))).isEmpty)
        #expect(box(&book, .destinationFailing, "d11", false, 150) == ["returned d11"])
    }
}
