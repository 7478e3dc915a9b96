import GatewayModel
import Testing

@testable import Delivery

@Suite("What goes out together after an outage, and what goes alone")
struct DigestTests {
    private func time(_ seconds: Int64) -> Instant { start.advanced(bySeconds: seconds) }

    @Test("What was held back on purpose has not waited: after the quiet hours every notice comes whole")
    func heldBack() throws {
        let seven = time(9 * 3600)
        let bench = try Bench(
            (1...6).map { number in
                var item = notice(number, at: time(Int64(number) * 60))
                item.notBefore = seven
                return item
            })
        bench.run(from: seven, until: time(10 * 3600))
        #expect(bench.destination.sent.map(\.type) == Array(repeating: "alert.raised", count: 6))
        // A destination that was away for long after that is an outage.
        let away = try Bench(bench.outbox.entries.map { OutboxEntry(item: $0.item) }.map(\.item))
        away.run(from: time(12 * 3600), until: time(13 * 3600))
        #expect(away.destination.sent.map(\.type) == ["digest"])
    }

    @Test("A fresh alarm leaves on its own before the digest of what waited")
    func fresh() throws {
        let now = time(7200)
        let bench = try Bench(
            (1...8).map { notice($0, priority: .now, alert: "a\($0)") }
                + [notice(9, priority: .now, alert: "tank", at: time(7000))])
        bench.run(from: now, until: time(7300))
        let sent = bench.destination.sent
        try #require(sent.map(\.type) == ["alert.raised", "digest"])
        #expect(sent[0].key == key(9) && sent[1].title == "8 notices that could not be sent")
    }

    @Test("What protects people and still holds comes first and whole, once for each alert, however long it waited")
    func people() throws {
        let tank = (10...12).map { notice($0, priority: .now, alert: "tank", at: time(Int64($0) * 60)) }
        let bench = try Bench((1...30).map { notice($0 + 100, priority: .now) } + tank) { item, _ in
            item.alert == "tank" ? .sendFirst : .send
        }
        bench.run(from: time(86_400), until: time(90_000))
        let sent = bench.destination.sent
        try #require(sent.map(\.type) == ["alert.raised", "digest"])
        #expect(sent[0].key == key(12) && bench.outbox.waiting(destination: "d") == 0)
        // Where nothing is put together everything keeps its order.
        let few = try Bench(tank) { _, _ in .sendFirst }
        few.run(from: time(86_400), until: time(90_000))
        #expect(few.destination.sent.map(\.key) == [key(10), key(11), key(12)])
    }

    @Test("Where each notice is a state, every one comes after an outage, in its order")
    func states() throws {
        let items = (1...6).map { number in
            notice(number, priority: number % 2 == 0 ? .now : .today, alert: "a1", at: time(Int64(number) * 60))
        }
        let bench = try Bench(items, destination: ScriptedDestination(keepsStates: true))
        bench.run(from: time(7200), until: time(7300))
        #expect(bench.destination.sent.map(\.key) == (1...6).map { key($0) })
    }

    @Test("A message for one of several readers goes to that one alone")
    func oneReader() throws {
        let modem = try Modem()
        let people = [("Rosa", "+34600111222"), ("Ben", "+34600333444")].map {
            AnsweringPerson(name: $0.0, sender: $0.1)
        }
        let sms = SMSSettings(gammu: modem.configuration, people: people, timeoutSeconds: 30)
        let destination = try settings(.sms(sms)).makeDestination(context())
        var item = notice(1)
        item.reader = "Ben"
        #expect(destination.send(item, now: start) == .delivered(remoteID: "ref:00001001"))
        #expect(destination.lookUp(item, now: start) == .found(remoteID: "ref:00001001"))
        #expect(try modem.messages(in: "sent").map(\.file) == ["OUTB20261118_110640_00_+34600333444_00001001.txt"])
    }
}
