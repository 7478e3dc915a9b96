import Alerting
import Delivery
import GatewayModel
import Storage
import Testing

@testable import GatewayApp

/// What becomes of a call: who hears that somebody cannot go, and who is asked after two hours.
extension CallsTests {
    @Test("\"Can't\" wakes nobody but the next one; whoever gives up what everybody was called to wakes all of them")
    func cannotGo() throws {
        let village = try village()
        try village.read(150)
        let alert = try number(village)
        func declined(_ destination: String) throws -> [Priority] {
            try items(village, about: alert, to: destination).filter { $0.type == "alert.declined" }.map(\.priority)
        }
        try village.say("Rosa", .answer(alert: alert, answer: .decline))
        try village.wait(until: 60)
        #expect(try declined("rosa") == [.today])
        #expect(try declined("jordi").isEmpty && declined("amina").isEmpty)
        #expect(try items(village, about: alert, to: "jordi").map(\.type) == ["alert.called"])
        #expect(try items(village, about: alert, to: "amina").isEmpty)
        try village.wait(until: 32 * 60)
        #expect(try items(village, about: alert, to: "amina").map(\.type) == ["alert.called"])
        try village.say("Jordi", .answer(alert: alert, answer: .decline))
        #expect(try declined("amina") == [.today])
        try village.say("Amina", .answer(alert: alert, answer: .take))
        try village.say("Amina", .answer(alert: alert, answer: .decline))
        for name in ["rosa", "jordi", "amina"] { #expect(try declined(name).last == .now) }
        // A siren sounds for what cannot wait: for who gave it up, not for who could not go anyway.
        #expect(try declined("siren") == [.today, .now])
    }

    @Test("Whoever goes is asked after two hours, alone; where no answer came, whoever was called too, and no siren")
    func twoHours() throws {
        let village = try village()
        try village.read(150)
        let alert = try number(village)
        try village.wait(until: 16 * 60)
        try village.say("Rosa", .answer(alert: alert, answer: .take))
        func asked() throws -> [Int] {
            try ["rosa", "jordi", "amina"].map { name in
                try items(village, about: alert, to: name).count { $0.type == "alert.reminder" }
            }
        }
        try village.wait(until: 16 * 60 + 7201)
        #expect(try asked() == [1, 0, 0])
        try village.wait(until: 16 * 60 + 2 * 7202)
        #expect(try asked() == [2, 1, 0])
        try village.say("Rosa", .answer(alert: alert, answer: .note("the valve sticks")))
        try village.wait(until: 16 * 60 + 2 * 7202 + 7100)
        #expect(try asked() == [2, 1, 0])
        try village.wait(until: 16 * 60 + 2 * 7202 + 7201)
        #expect(try asked() == [3, 1, 0])
        #expect(!SirenDestination.soundingTypes.contains("alert.reminder"))
    }

    @Test("A message about many alerts that waits for the morning says what holds then, and nothing that is over")
    func heldDigest() throws {
        let village = try village(quiet: "\"11:00\", until: \"15:00\"")
        func turn(_ index: Int, _ isActive: Bool) {
            village.office.pipeline.box(
                .destinationFailing, subject: "place-\(index)", isActive: isActive, onset: village.now, [:],
                village.now)
        }
        for index in 0..<13 { turn(index, true) }
        try village.wait(until: 200)
        func waiting() throws -> [String] {
            let held = try village.office.store.outboxEntries().filter { $0.state == .pending }.map(\.item)
                .filter { $0.destination == "stewards" && $0.type == "alert.digest" }
            return held.map { "\($0.title): \($0.body.split(separator: "\n").filter { $0.contains("place-1") }.count)" }
        }
        #expect(try waiting() == ["3 alerts at once: 3"])
        turn(11, false)
        try village.wait(until: 260)
        #expect(try waiting() == ["2 alerts at once: 2"])
        // Two more in one commit: the last one is a notice of its own by then, which is left out when it is sent.
        turn(12, false)
        turn(10, false)
        try village.wait(until: 320)
        #expect(try waiting().isEmpty)
        let left = try village.office.store.outboxEntries().filter {
            $0.state == .pending && $0.item.destination == "stewards" && $0.item.type == "alert.raised"
        }
        #expect(!left.contains { $0.item.body.contains("place-12") })
    }
}
