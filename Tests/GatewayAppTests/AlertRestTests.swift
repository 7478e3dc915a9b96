import GatewayModel
import Reporting
import Storage
import Testing

@testable import GatewayApp

/// Pauses, switching off and closing, from the command to the store and back.
@Suite("Letting alerts rest", .serialized)
struct AlertRestTests {
    private let hour: Int64 = 3600

    private func pause(_ number: Int, _ village: AlertVillage, hours: Int64) -> Command {
        .answer(alert: number, answer: .pause(until: village.now.advanced(bySeconds: hours * hour), why: "known work"))
    }

    @Test("A pause is on the list and told to all; after it people are called again; a restart changes nothing")
    func pauses() throws {
        let village = try AlertVillage()
        try village.read(150)
        try village.read(180)
        #expect(try village.states() == ["1 raised"])
        let closing = try village.say("Rosa", .answer(alert: 1, answer: .resolve(.falseReading, note: nil)))
        #expect(closing[0] == "refused" && closing[1].contains("commons alerts pause 1"))
        let tooLong = try village.say("Rosa", pause(1, village, hours: 169))
        #expect(tooLong[0] == "refused" && tooLong[1].contains("2026-11-17 12:00"))
        #expect(try village.say("Rosa", pause(1, village, hours: 5))[0] == "done")
        try village.restart()
        #expect(try village.states() == ["1 paused"])
        let list = try AlertDesk(site: village.site).lines(all: false, json: false).joined(separator: "\n")
        #expect(list.contains("paused until 2026-11-10 17:00"))
        try village.wait(until: 6 * hour)
        #expect(try village.states() == ["1 raised"])
        try village.read(20)
        #expect(try village.states() == ["1 returned"])
        try village.say("Jordi", .answer(alert: 1, answer: .resolve(.knownWork, note: nil)))
        #expect(
            try village.entries(1) == ["raised", "called_all", "paused", "resumed", "called_all", "returned", "closed"])
        let alert = try #require(try village.office.store.alert(number: 1))
        #expect(alert.peak == DecimalValue("180.1") && alert.outcome == .knownWork)
        let about = "1: plug/power: Power of the plug"
        #expect(
            try village.told()
                == ["NOW \(about)", "PAUSED \(about)", "NOW \(about)", "OVER \(about)", "CLOSED \(about)"])
    }

    @Test("What protects people rests only when two persons agree, whether paused or switched off")
    func people() throws {
        let village = try AlertVillage()
        try village.read(10, of: "cold")
        #expect(try village.say("Rosa", pause(1, village, hours: 5))[0] == "done")
        #expect(try village.states() == ["1 raised"])
        #expect(try village.say("Rosa", pause(1, village, hours: 5))[0] == "refused")
        #expect(try village.say("Amina", pause(1, village, hours: 5))[0] == "done")
        #expect(try village.states() == ["1 paused"])
        let until = village.now.advanced(bySeconds: 20 * hour)
        let off = Command.switchAlerts(subject: "cold/power", off: SwitchOffTerms(until: until, why: "it thaws"))
        try village.say("Rosa", off)
        try village.say("Amina", .answer(alert: 1, answer: .take))
        #expect(try village.states() == ["1 going"])
        try village.restart()
        try village.say("Jordi", off)
        #expect(try village.states() == ["1 switched_off"])
        try village.say("Jordi", .switchAlerts(subject: "cold/power", off: nil))
        #expect(try village.states() == ["1 going"])
        #expect(try village.office.store.switchedOff().isEmpty)
    }

    @Test("Only stewards answer and let rest; invented names are refused, and one login is not two persons")
    func onlyStewards() throws {
        let village = try AlertVillage()
        try village.read(10, of: "cold")
        func keeper(_ person: String?, _ command: Command) throws -> [String] {
            let actor = Actor(account: "keeper", enteredFor: person)
            let reply = village.office.perform(command, by: actor, now: village.now)
            try village.commit()
            return [reply.isDone ? "done" : "refused"] + reply.lines
        }
        let until = village.now.advanced(bySeconds: 20 * hour)
        let off = Command.switchAlerts(subject: "cold/power", off: SwitchOffTerms(until: until, why: "it thaws"))
        let acts: [Command] = [
            off, .switchAlerts(subject: "cold/power", off: nil), pause(1, village, hours: 5),
            .answer(alert: 1, answer: .take), .answer(alert: 1, answer: .decline), .answer(alert: 1, answer: .seen),
            .answer(alert: 1, answer: .resolve(.real, note: nil)),
        ]
        for person in ["Nobody1", "Nobody2", nil] {
            for act in acts {
                let reply = try keeper(person, act)
                #expect(reply[0] == "refused" && reply[1].contains("Rosa, Jordi, Amina"), "\(reply)")
                #expect(reply[1].contains(person ?? "keeper"))
            }
        }
        #expect(try village.entries(1) == ["raised", "called_all"])
        #expect(try village.office.store.switchedOff().isEmpty)
        #expect(try keeper(nil, .answer(alert: 1, answer: .note("the door is open")))[0] == "done")
        #expect(try keeper("Rosa", off)[0] == "done" && village.states() == ["1 raised"])
        #expect(try keeper("Rosa", off)[0] == "refused")
        // The same login cannot be the second person as well; one that is Jordi's own can.
        let second = try keeper("Jordi", off)
        #expect(second[0] == "refused" && second[1].contains("The same login on this box"), "\(second)")
        #expect(try village.say("jordi", off)[0] == "done" && village.states() == ["1 switched_off"])
        let said = try village.office.store.recordEntries().map(\.entry).filter { $0.kind.hasPrefix("alerts.off") }
        #expect(said.map { $0.erasable["person"] } == ["Rosa", "Jordi"])
        #expect(said.map { $0.erasable["entered_by"] } == ["keeper", "jordi"])
        let amina = village.now.advanced(bySeconds: 21 * hour)
        let more = Command.switchAlerts(subject: "cold/power", off: SwitchOffTerms(until: amina, why: "more"))
        #expect(try keeper("Amina", more)[1].contains("Until then nothing changes"))
        try village.restart()
        let list = try AlertDesk(site: village.site).lines(all: false, json: false).joined(separator: "\n")
        #expect(list.contains("cold/power: Amina wants it switched off until 2026-11-11 09:00, because more"))
        try village.wait(until: 20 * hour + 10)
        #expect(try village.states() == ["1 raised"])
        try village.restart()
        #expect(try village.say("Rosa", more)[0] == "done" && village.states() == ["1 switched_off"])
    }

    @Test("Who was recalled acts no more at the console; where nobody has a mandate any more every steward does")
    func recalled() throws {
        for (decision, refuses) in [(1, true), (9, false)] {
            let stewards = [("Rosa", decision), ("Jordi", decision), ("Amina", 9)].map {
                "{name: \($0), mandate: {decision: \($1), from: 2026-05-04, until: 2027-05-02}}"
            }
            let village = try AlertVillage(
                "duty: {change: Monday 18:00, turn: [Rosa, Jordi], since: 2026-11-09}",
                stewards: "[\(stewards.joined(separator: ", "))]")
            try village.read(150)
            let number = try #require(
                try village.office.store.alerts(openOnly: true).first { $0.subject == "plug/power" }?.number)
            let reply = try village.say("Amina", .answer(alert: number, answer: .take))
            #expect((reply[0] == "refused") == refuses, "\(reply)")
            #expect(try village.say("Rosa", .answer(alert: number, answer: .take))[0] == "done")
        }
    }

    @Test("A limit that is switched off is told by its title, not by its number in the book")
    func limitByTitle() throws {
        let village = try AlertVillage()
        let until = village.now.advanced(bySeconds: 48 * hour)
        let off = Command.switchAlerts(subject: "1/plug", off: SwitchOffTerms(until: until, why: "repair"))
        #expect(try village.say("Rosa", off)[0] == "done")
        #expect(try village.say("Jordi", .switchAlerts(subject: "1/plug", off: nil))[0] == "done")
        let told = try village.office.store.outboxEntries().map(\.item).filter { $0.type.hasPrefix("alerts.o") }
        #expect(told.map(\.type) == ["alerts.off", "alerts.on"])
        for item in told {
            #expect((item.title + item.body).contains("Power of the plug"), "\(item.body)")
            #expect(!(item.title + item.body).contains("1/plug"), "\(item.body)")
        }
    }

    @Test("A sensor that is switched off raises records and calls nobody; it is on the list until it ends by itself")
    func switchedOff() throws {
        let village = try AlertVillage()
        let until = village.now.advanced(bySeconds: 48 * hour)
        let reply = try village.say(
            "Rosa", .switchAlerts(subject: "plug/power", off: SwitchOffTerms(until: until, why: "repair")))
        #expect(reply[0] == "done")
        try village.read(150)
        #expect(try village.states() == ["1 switched_off"])
        let list = try AlertDesk(site: village.site).lines(all: false, json: false).joined(separator: "\n")
        #expect(list.contains("plug/power: switched off on purpose until 2026-11-12 12:00, because repair (Rosa)."))
        try village.read(20)
        #expect(try village.states() == ["1 closed"])
        try village.read(160)
        try village.restart()
        try village.wait(until: 49 * hour)
        #expect(try village.states() == ["1 closed", "2 raised"])
        #expect(
            try village.told() == [
                "Switched off: plug/power", "On again: plug/power", "NOW 2: plug/power: Power of the plug",
            ])
        let unknown = try village.say(
            "Rosa", .switchAlerts(subject: "no/such", off: SwitchOffTerms(until: until, why: "repair")))
        #expect(unknown[0] == "refused" && unknown[1].contains("no/such"))
    }

    @Test("The month's report lists pauses and switch-offs that are long over, with their reasons and without names")
    func inTheReport() throws {
        let village = try AlertVillage()
        let until = village.now.advanced(bySeconds: 20 * hour)
        let off = Command.switchAlerts(subject: "cold/power", off: SwitchOffTerms(until: until, why: "it thaws"))
        try village.say("Rosa", off)
        try village.say("Jordi", off)
        try village.read(150)
        try village.say("Amina", pause(1, village, hours: 5))
        try village.wait(until: 2 * hour)
        try village.say("Amina", .switchAlerts(subject: "cold/power", off: nil))
        try village.restart()
        let papers = try Papers(
            site: village.site, store: village.office.store, month: CalendarMonth(year: 2026, month: 11),
            now: village.now)
        let report = papers.report(.markdown, language: "en").replacing("\\", with: "")
        let rows = report.split(separator: "\n").filter { $0.contains("it thaws") || $0.contains("known work") }
        try #require(rows.count == 2)
        #expect(rows[0].contains("Sensor switched off: cold/power") && rows[0].contains("two stewards"))
        #expect(rows[0].contains("12:00") && rows[0].contains("14:00"))
        #expect(rows[1].contains("Alert 1 paused") && rows[1].contains("17:00") && rows[1].contains("a steward"))
        #expect(["Rosa", "Jordi", "Amina"].allSatisfy { !report.contains($0) })
    }
}
