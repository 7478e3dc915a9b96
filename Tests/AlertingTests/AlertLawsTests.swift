import GatewayModel
import Testing

@testable import Alerting

/// A generator whose numbers are the same on every machine (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}

/// Conditions that come and go, and people who answer as they like; what is stored is checked against the laws.
struct AlertWorld {
    static let sensors = ["tank/level", "well/level", "house/water"].map(SensorID.init(rawValue:))
    static let persons = ["Rosa", "Jordi", "Amina"]
    private(set) var policy = AlertPolicy(
        meetings: MeetingRule.parse("first Sunday 18:00").map { Meetings($0, zone: .utc) })
    var book = AlertBook(gatewayID: "g", open: [], nextNumber: 1)
    var now = AlertBookTests.start
    var holds: Set<SensorID> = []
    var onsets = 0
    var stored: [String: Alert] = [:]
    var off: [String: SwitchedOff] = [:]
    var problems: [String] = []

    init(hasList: Bool) {
        if hasList, let change = MeetingRule.parse("every Monday 18:00") {
            let members = Self.persons.map {
                DutyRoster.Member(
                    name: $0, from: CalendarDate(year: 2000, month: 1, day: 1),
                    through: CalendarDate(year: 2099, month: 1, day: 1), hasAnswered: true)
            }
            policy.roster = DutyRoster(members: members, change: change, turn: Self.persons, zone: .utc)
        }
        book.policy = policy
    }

    func protects(_ sensor: SensorID) -> Protects { sensor == Self.sensors[0] ? .people : .equipment }

    mutating func take(_ actions: [AlertAction]) {
        for action in actions {
            switch action {
            case .store(let alert):
                if let before = stored[alert.id], Array(alert.entries.prefix(before.entries.count)) != before.entries {
                    problems.append("entries of \(alert.number) were rewritten")
                }
                stored[alert.id] = alert
            case .switched(let entry, let switching):
                let rest = switching == .on ? nil : entry.waiting
                off[entry.subject] = [.off, .offAsked, .offSooner].contains(switching) ? entry : rest
            case .notify(let draft):
                if draft.kind == "alert.raised", ![.raised, .going].contains(draft.alert.state) {
                    problems.append("people were called for \(draft.alert.number), which is \(draft.alert.state)")
                }
            case .record, .testAnswered, .digest: break
            }
        }
    }

    mutating func step(_ random: inout SeededGenerator) {
        now = now.advanced(bySeconds: Int64.random(in: 1...40_000, using: &random))
        take(book.tick(now: now))
        let sensor = Self.sensors.randomElement(using: &random) ?? Self.sensors[0]
        let person = Self.persons.randomElement(using: &random) ?? ""
        let until = now.advanced(bySeconds: Int64.random(in: -1000...900_000, using: &random))
        switch Int.random(in: 0...9, using: &random) {
        case 0, 1: turn(sensor, isOn: true)
        case 2, 3: turn(sensor, isOn: false)
        case 4: restart()
        case 5: switchOff(sensor, until: until, person: person)
        case 6:
            if let actions = try? book.switchOn(sensor.rawValue, person: person, means: "test", now: now) {
                take(actions)
            }
        default: answer(person: person, until: until, &random)
        }
        check()
    }

    mutating func turn(_ sensor: SensorID, isOn: Bool) {
        if isOn, holds.insert(sensor).inserted { onsets += 1 }
        if !isOn { holds.remove(sensor) }
        var limit = AlertBookTests.limit(.now, protects: protects(sensor))
        limit.sensors = [sensor]
        take(
            book.receive(
                AlertBookTests.transition(isOn ? .raised : .returned, at: now, sensor: sensor), limit: limit,
                isHousehold: false, now: now))
    }

    mutating func restart() {
        let open = stored.values.filter(\.isOpen)
        book = AlertBook(
            gatewayID: "g", open: open, nextNumber: (stored.values.map(\.number).max() ?? 0) + 1,
            switchedOff: Array(off.values))
        book.policy = policy
    }

    mutating func switchOff(_ sensor: SensorID, until: Instant, person: String) {
        let actions = try? book.switchOff(
            sensor.rawValue, until: until, why: "work", person: person, means: "test",
            forPeople: protects(sensor) == .people, isHousehold: false, now: now)
        take(actions ?? [])
    }

    mutating func answer(person: String, until: Instant, _ random: inout SeededGenerator) {
        let answers: [StewardAnswer] = [
            .take, .decline, .seen, .note("n"), .pause(until: until, why: "work"), .pause(until: until, why: "work"),
            .resolve(.real, note: nil), .resolve(.falseReading, note: nil), .resolve(.test, note: nil),
        ]
        guard let alert = book.open.randomElement(using: &random), let said = answers.randomElement(using: &random)
        else { return }
        take((try? book.answer(alert.number, said, person: person, means: "test", now: now)) ?? [])
    }

    mutating func check() {
        func law(_ isKept: Bool, _ text: String) { if !isKept { problems.append(text) } }
        law(stored.count == onsets, "\(onsets) onsets made \(stored.count) records")
        for sensor in Self.sensors {
            let holding = stored.values.filter { $0.subject == sensor.rawValue && $0.holds }
            law(holding.count == (holds.contains(sensor) ? 1 : 0), "\(sensor) has \(holding.count) that hold")
        }
        for alert in stored.values {
            let ends = alert.entries.count { $0.kind == .returned }
            law(ends == (alert.holds ? 0 : 1), "\(alert.number) ended \(ends) times")
            law(alert.entries.count { $0.kind == .closed } == (alert.isOpen ? 0 : 1), "\(alert.number) closed twice")
            guard alert.isOpen else { continue }
            law(book.open.contains(alert), "the book has another \(alert.number)")
            guard let pause = alert.pause, pause.isInForce else { continue }
            let isForPeople = alert.protects == .people
            law(
                pause.until <= policy.latestPause(forPeople: isForPeople, now: pause.at),
                "\(alert.number) rests too long")
            law(
                !isForPeople || pause.confirmedBy.map { $0 != pause.person } == true,
                "one person paused \(alert.number)")
        }
        for alert in stored.values {
            for calls in alert.entries.split(whereSeparator: \.kind.beginsCalls) {
                let order = calls.map(\.kind).filter(\.isCall).map {
                    [.called, .calledAll, .nobodyCame].firstIndex(of: $0) ?? 9
                }
                law(order == order.sorted(), "\(alert.number) was called in the order \(order)")
                law(order.count { $0 == 0 } <= 2 && order.count { $0 == 1 } <= 1, "\(alert.number): \(order)")
                let persons = calls.filter { $0.kind == .called }.compactMap(\.person)
                law(Set(persons).count == persons.count, "\(alert.number) called \(persons)")
            }
        }
        for entry in off.values where entry.subject == Self.sensors[0].rawValue && entry.terms.isInForce {
            law(entry.terms.confirmedBy.map { $0 != entry.terms.person } == true, "one person switched off")
        }
    }
}

@Suite("The laws of an alert's life")
struct AlertLawsTests {
    @Test(
        "Whatever happens: one record per onset, one end, never closed while it holds, nothing rewritten",
        arguments: 0..<20)
    func laws(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var world = AlertWorld(hasList: seed.isMultiple(of: 2))
        for _ in 0..<200 {
            world.step(&random)
            guard world.problems.isEmpty else { break }
        }
        #expect(world.problems == [])
        // In the end everything is over and closed, and nothing rests for ever.
        AlertWorld.sensors.forEach { world.turn($0, isOn: false) }
        for alert in world.book.open {
            world.take(
                (try? world.book.answer(
                    alert.number, .resolve(.real, note: nil), person: "Rosa", means: "test", now: world.now)) ?? [])
        }
        world.take(world.book.tick(now: world.now.advanced(bySeconds: 40 * 86_400)))
        world.check()
        #expect(world.problems == [])
        #expect(world.stored.values.allSatisfy { $0.state == .closed && $0.outcome != nil })
        #expect(world.off.isEmpty)
    }

    private func raised(_ protects: Protects = .equipment) -> AlertBook {
        var book = AlertBook(gatewayID: "g", open: [], nextNumber: 1)
        _ = book.receive(
            AlertBookTests.transition(.raised), limit: AlertBookTests.limit(protects: protects), isHousehold: false,
            now: AlertBookTests.start)
        return book
    }

    private func time(_ hours: Int64) -> Instant { AlertBookTests.start.advanced(bySeconds: hours * 3600) }

    @Test("A pause lasts seven days at most, ends with the next assembly, and needs a reason and an end to come")
    func pauseBounds() throws {
        func refusal(_ until: Instant, _ why: String, meetings: String? = nil) -> AnswerError.Code? {
            var book = raised()
            book.policy.meetings = meetings.flatMap(MeetingRule.parse).map { Meetings($0, zone: .utc) }
            do {
                _ = try book.answer(1, .pause(until: until, why: why), person: "Rosa", means: "test", now: time(0))
                return nil
            } catch { return error.code }
        }
        #expect(refusal(time(168), "work") == nil)
        #expect(refusal(time(169), "work") == .tooLong)
        #expect(refusal(time(48), "work", meetings: "every Friday 20:00") == .tooLong)
        #expect(refusal(time(1), "work", meetings: "every Friday 20:00") == nil)
        #expect(refusal(time(-1), "work") == .overAlready)
        #expect(refusal(time(1), "") == .whyMissing)
    }

    @Test("What protects people is paused for a day at most and by two persons; until then it goes on")
    func twoPersons() throws {
        var book = raised(.people)
        func pause(_ person: String, _ hours: Int64) throws(AnswerError) {
            _ = try book.answer(1, .pause(until: time(hours), why: "work"), person: person, means: "test", now: time(0))
        }
        #expect(throws: AnswerError(code: .tooLong, number: 1, latest: time(24))) { try pause("Rosa", 25) }
        try pause("Rosa", 24)
        #expect(book.open.map(\.state) == [.raised])
        #expect(throws: AnswerError(code: .samePerson, number: 1)) { try pause("Rosa", 20) }
        try pause("Jordi", 12)
        #expect(book.open.map(\.state) == [.paused])
        #expect(book.open[0].pause?.until == time(12))
        #expect(book.tick(now: time(11)).isEmpty)
        let woken = book.tick(now: time(12)).compactMap { if case .notify(let draft) = $0 { draft.kind } else { nil } }
        #expect(woken == ["alert.raised"])
        #expect(book.open.map(\.state) == [.raised])
    }

    @Test("The worst value stays in the record, on whichever side of the bound it is")
    func peak() {
        var book = raised()
        let limit = LimitReference(resolution: 1, limit: "tank-minimum")
        for (index, value) in [70, 40, 60].enumerated() {
            _ = book.see(DecimalValue(Int64(value)), at: time(Int64(index)), of: AlertBookTests.tank, limit: limit)
        }
        #expect(book.open[0].peak == DecimalValue(40) && book.open[0].peakAt == time(1))
    }

    @Test("Off on purpose: recorded and told to nobody; what still holds at the end is told then, and only that")
    func switchedOff() throws {
        var book = AlertBook(gatewayID: "g", open: [], nextNumber: 1)
        _ = try book.switchOff(
            "tank/level", until: time(5), why: "repair", person: "Rosa", means: "test", forPeople: false,
            isHousehold: false, now: time(0))
        func receive(_ change: LimitTransition.Change, _ hours: Int64) -> [String] {
            book.receive(
                AlertBookTests.transition(change, at: time(hours)), limit: AlertBookTests.limit(protects: .equipment),
                isHousehold: false, now: time(hours)
            ).compactMap { if case .notify(let draft) = $0 { draft.kind } else { nil } }
        }
        #expect(receive(.raised, 1).isEmpty)
        #expect(book.open.map(\.state) == [.switchedOff])
        #expect(receive(.returned, 2).isEmpty)
        #expect(book.open.isEmpty)
        #expect(receive(.raised, 3).isEmpty)
        let told = book.tick(now: time(5)).compactMap { if case .notify(let draft) = $0 { draft.kind } else { nil } }
        #expect(told == ["alert.raised"])
        #expect(book.open.map(\.state) == [.raised])
        #expect(receive(.returned, 6) == ["alert.returned"])
    }
}
