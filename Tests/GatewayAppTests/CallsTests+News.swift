import Alerting
import Delivery
import GatewayModel
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
}
