import Alerting
import Dashboard
import Delivery
import Foundation
import GatewayModel
import Storage
import TestSupport
import Testing

@testable import GatewayApp

/// Who may answer, by which ways, and how the gateway knows that it is they; the same rule for the box and from afar.
@Suite("Who speaks", .serialized)
struct StewardStandingTests {
    private static let duty = """
        duty: {change: Monday 18:00, turn: [Rosa, Jordi], since: 2026-11-09}
        """
    private static let term = "mandate: {decision: 1, from: 2026-05-04, until: 2027-05-02}"

    /// One login for everybody, as a small community has it.
    private func atBox(_ person: String?, _ answer: AlertAnswer, _ village: AlertVillage, login: String = "pi") throws
        -> CommandReply
    {
        let actor = Actor(account: login, enteredFor: person)
        let reply = village.office.perform(.answer(alert: 1, answer: answer), by: actor, now: village.now)
        try village.commit()
        return reply
    }

    private func bySMS(_ judgement: AnswerJudgement, _ village: AlertVillage) throws -> CommandReply {
        let reply = village.office.take(
            IncomingAnswer(destination: "sms", means: "sms", sender: "+34", text: "", judgement: judgement),
            now: village.now)
        try village.commit()
        return reply
    }

    private func byLink(_ person: String, _ act: LinkReply.Act, _ village: AlertVillage) throws -> LinkOutcome? {
        let alert = try #require(try village.office.store.alert(number: 1))
        let token = try village.office.store.makeAnswerLink(person: person, alert: alert.id, at: village.now)
        let outcome = try village.office.takeLink(token, LinkReply(act: act), now: village.now)
        try village.commit()
        return outcome
    }

    /// The village with other stewards, as a reload brings them.
    private func change(_ village: AlertVillage, _ old: String, to new: String) throws {
        let file = village.folder.file("gateway.yaml")
        let text = try String(contentsOfFile: file, encoding: .utf8)
        try #require(text.contains(old))
        try text.replacing(old, with: new).write(toFile: file, atomically: true, encoding: .utf8)
        try village.office.reload(try Site.load(configFile: file), now: village.now)
        try village.commit()
    }

    /// The record book's word on the newest act of a kind: who, and whether there was a mandate.
    private func record(_ kind: String, _ village: AlertVillage) throws -> [String?] {
        let entry = try village.office.store.recordEntries().map(\.entry).last { $0.kind == kind }
        return [entry?.erasable["person"], entry?.erasable["entered_by"], entry?.facts["mandate"]]
    }

    @Test("What protects people rests by two persons whom the gateway can tell apart, not by one login that names two")
    func twoVoices() throws {
        let village = try AlertVillage()
        try village.read(10, of: "cold")
        let until = village.now.advanced(bySeconds: 5 * 3600)
        let pause = AlertAnswer.pause(until: until, why: "known work")
        #expect(try atBox("Rosa", pause, village).isDone)
        let refused = try atBox("Jordi", pause, village)
        #expect(!refused.isDone && refused.lines[0].contains("AGREE and their word"))
        #expect(try village.states() == ["1 raised"])
        // From afar it is Jordi's own word; what he agrees with is what was asked for.
        #expect(try bySMS(.act(person: "Jordi", alert: 1, says: .agree), village).isDone)
        #expect(try village.states() == ["1 paused"])
        let paused = try #require(try village.office.store.alert(number: 1)?.pause)
        #expect(paused.person == "Rosa" && paused.confirmedBy == "Jordi" && paused.until == until)
        #expect(try record("alert.paused", village) == ["Jordi", "sms", nil])
        let nothing = try bySMS(.act(person: "Amina", alert: 1, says: .agree), village)
        #expect(!nothing.isDone && nothing.lines[0].contains("nothing to agree with"))
    }

    @Test("A login of one's own is a second voice, by the steward's name in lower-case letters or as the file says")
    func ownLogins() throws {
        let village = try AlertVillage(stewards: "[{name: Rosa}, {name: Jordi, account: jmas}, {name: Amina}]")
        try village.read(10, of: "cold")
        let pause = AlertAnswer.pause(until: village.now.advanced(bySeconds: 3600), why: "known work")
        #expect(try atBox(nil, pause, village, login: "rosa").isDone)
        #expect(try !atBox("Jordi", pause, village, login: "rosa").isDone)
        #expect(try !atBox(nil, pause, village, login: "jordi").isDone, "no login of a steward")
        #expect(try atBox(nil, pause, village, login: "jmas").isDone)
        #expect(try village.states() == ["1 paused"])
        let two = village.folder.file("two.yaml")
        let text = try String(contentsOfFile: village.folder.file("gateway.yaml"), encoding: .utf8)
        try text.replacing("account: jmas", with: "account: rosa").write(toFile: two, atomically: true, encoding: .utf8)
        #expect { try Site.load(configFile: two) } throws: { "\($0)".contains("'rosa' is the login of two stewards") }
    }

    @Test("The second person agrees by link too, and with what is to be switched off as well")
    func agreeing() throws {
        let village = try AlertVillage()
        try village.read(10, of: "cold")
        let until = village.now.advanced(bySeconds: 20 * 3600)
        let off = Command.switchAlerts(subject: "cold/power", off: SwitchOffTerms(until: until, why: "it thaws"))
        func switchOff(_ person: String) throws -> Bool {
            let reply = village.office.perform(off, by: Actor(account: "pi", enteredFor: person), now: village.now)
            try village.commit()
            return reply.isDone
        }
        #expect(try switchOff("Rosa"))
        #expect(try !switchOff("Jordi"))
        #expect(try village.states() == ["1 raised"])
        #expect(try bySMS(.act(person: "Jordi", alert: 1, says: .agree), village).isDone)
        #expect(try village.states() == ["1 switched_off"])
        #expect(village.office.pipeline.state.alerts.switchedOff["cold/power"]?.terms.confirmedBy == "Jordi")

        let other = try AlertVillage()
        try other.read(10, of: "cold")
        #expect(try byLink("Jordi", .agree, other)?.isDone == false)
        let pause = AlertAnswer.pause(until: other.now.advanced(bySeconds: 3600), why: "known work")
        #expect(try atBox("Rosa", pause, other).isDone)
        #expect(try byLink("Rosa", .agree, other)?.isDone == false, "the same person by another way")
        let agreed = try byLink("Jordi", .agree, other)
        #expect(agreed?.isDone == true && agreed?.lines.first?.hasPrefix("Noted: you agree.") == true)
        #expect(try other.states() == ["1 paused"])
    }

    @Test(
        "Whoever had gone before a pause and goes again ends it, by every way, and the stewards hear it",
        arguments: ["link", "sms", "ntfy", "matrix", "console"])
    func goesAgain(means: String) throws {
        let village = try AlertVillage()
        try village.read(150)
        func go() throws -> Bool {
            switch means {
            case "link": return try byLink("Rosa", .going, village)?.isDone == true
            case "console": return try atBox("Rosa", .take, village).isDone
            default:
                let answer = IncomingAnswer(
                    destination: means, means: means, sender: "+34", text: "",
                    judgement: .act(person: "Rosa", alert: 1, says: .yes))
                let reply = village.office.take(answer, now: village.now)
                try village.commit()
                return reply.isDone
            }
        }
        #expect(try go())
        let pause = AlertAnswer.pause(until: village.now.advanced(bySeconds: 3600), why: "known work")
        #expect(try atBox("Jordi", pause, village).isDone)
        #expect(try village.states() == ["1 paused"])
        try village.wait(until: 600)
        #expect(try go())
        #expect(try village.states() == ["1 going"])
        #expect(try village.told().suffix(2).map { $0.prefix(6) } == ["PAUSED", "GOING "])
        #expect(try village.office.store.alert(number: 1)?.entries.suffix(2).map(\.kind) == [.paused, .taken])
    }

    @Test("Before the first mandate every steward answers by every way, and the record says that there was none")
    func beforeMandates() throws {
        let village = try AlertVillage(Self.duty, stewards: "[{name: Rosa}, {name: Jordi}]")
        try village.read(150)
        #expect(try atBox("Rosa", .take, village).isDone)
        #expect(try record("alert.taken", village) == ["Rosa", "pi", "none"])
        #expect(try bySMS(.act(person: "Jordi", alert: 1, says: .yes), village).isDone)
        #expect(try record("alert.taken", village) == ["Jordi", "sms", "none"])
        #expect(try byLink("Rosa", .seen, village)?.isDone == true)
        #expect(try record("alert.seen", village) == ["Rosa", "answer-page", "none"])
        #expect(try !atBox("Pau", .take, village).isDone)

        // The first mandate: from now on it is hers alone, by every way, and nothing is marked any more.
        try change(village, "{name: Rosa}", to: "{name: Rosa, \(Self.term)}")
        #expect(try atBox("Rosa", .take, village).isDone)
        #expect(try record("alert.taken", village) == ["Rosa", "pi", nil])
        let refused = try atBox("Jordi", .take, village)
        #expect(!refused.isDone && refused.lines[0].contains("these are: Rosa."))
        #expect(try !bySMS(.act(person: "Jordi", alert: 1, says: .yes), village).isDone)
        #expect(try byLink("Jordi", .going, village) == nil)
    }

    @Test("A recall ends every way at once, also where nobody else has a mandate; a time that ran out does not")
    func afterMandates() throws {
        let village = try AlertVillage(Self.duty, stewards: "[{name: Rosa, \(Self.term)}, {name: Jordi}]")
        try village.read(150)
        #expect(try byLink("Rosa", .going, village)?.isDone == true)
        // The time runs out: better the stewards of yesterday than nobody.
        try change(village, "until: 2027-05-02", to: "until: 2026-11-09")
        #expect(try byLink("Rosa", .seen, village)?.isDone == true)
        #expect(try atBox("Jordi", .seen, village).isDone && record("alert.seen", village)[2] == "none")
        // Recalled: the mandate is taken out of the file.
        try change(village, ", mandate: {decision: 1, from: 2026-05-04, until: 2026-11-09}", to: "")
        #expect(try byLink("Rosa", .going, village) == nil)
        #expect(try !bySMS(.act(person: "Rosa", alert: 1, says: .yes), village).isDone)
        #expect(try !atBox("Rosa", .take, village).isDone)
        #expect(try atBox("Jordi", .take, village).isDone)
        // What a start reads from the store says the same.
        let fresh = try Site.load(configFile: village.folder.file("gateway.yaml"))
        let roster = try fresh.dutyRoster(village.office.store)
        #expect(fresh.standing(of: "Rosa", roster, now: village.now) == nil)
        #expect(fresh.standing(of: "Jordi", roster, now: village.now) == .withoutMandate)
    }

    @Test("A test message counts where it went out to the person's own destination and the person answered it")
    func tests() throws {
        let folder = try TemporaryFolder("tests")
        let village = try AlertVillage(
            "  - {name: rosa, kind: files, audience: stewards, folder: \(folder.path)/rosa}\n" + Self.duty,
            stewards: "[{name: Rosa, reach: [rosa], \(Self.term)}, {name: Jordi, \(Self.term)}]")
        func counts(_ name: String) -> Bool? {
            village.office.pipeline.state.alerts.policy.roster?.members.first { $0.name == name }?.hasAnswered
        }
        try village.say("Rosa", .testAlarm(steward: "Rosa"))
        let early = try atBox(nil, .take, village, login: "rosa")
        #expect(!early.isDone && early.lines[0].contains("has not gone out to Rosa yet (destinations: rosa)"))
        // Where everybody hears is not where Rosa hears.
        let alert = try #require(try village.office.store.alert(number: 1))
        func settle(_ destination: String, _ state: OutboxState) throws {
            let item = try #require(
                try village.office.store.outboxEntries().last {
                    $0.item.alert == alert.id && $0.item.destination == destination
                }?.item)
            try village.office.store.record([
                DeliveryRecord(key: item.key, destination: destination, state: state, attempts: 1, at: village.now)
            ])
        }
        try settle("stewards", .sent)
        #expect(try !atBox(nil, .take, village, login: "rosa").isDone)
        try settle("rosa", .failed)
        #expect(try !atBox(nil, .take, village, login: "rosa").isDone)
        try settle("rosa", .sent)
        let forHer = try atBox("Rosa", .take, village)
        #expect(!forHer.isDone && forHer.lines[0].contains("only where Rosa answers it"))
        #expect(counts("Rosa") == false)
        #expect(try atBox(nil, .take, village, login: "rosa").isDone)
        #expect(counts("Rosa") == true)
        try village.restart()
        #expect(counts("Rosa") == true && counts("Jordi") == false)

        // From afar the answer itself shows that it came, before the destination has said so.
        try village.say("Rosa", .testAlarm(steward: "Jordi"))
        let second = try #require(try village.office.store.alerts(openOnly: true).last)
        #expect(try !bySMS(.act(person: "Jordi", alert: second.number, says: .yes), village).isDone)
        let item = try #require(try village.office.store.outboxEntries().last { $0.item.alert == second.id }?.item)
        try village.office.store.record([
            DeliveryRecord(
                key: item.key, destination: item.destination, state: .unknown, attempts: 1, at: village.now,
                nextAt: village.now)
        ])
        #expect(try bySMS(.act(person: "Jordi", alert: second.number, says: .yes), village).isDone)
        #expect(counts("Jordi") == true)
    }
}
