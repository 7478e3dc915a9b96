import Foundation
import GatewayModel
import Reporting
import TestSupport
import Testing

@Suite("What stands first on the agenda, and what comes again")
struct AgendaOrderTests {
    private func facts(_ change: (inout ReportFacts) throws -> Void = { _ in }) throws -> ReportFacts {
        var facts = try Village().facts
        try change(&facts)
        return facts
    }

    private func items(_ facts: ReportFacts, _ language: String = "en") throws -> [AgendaItem] {
        AgendaDraft.items(from: .make(from: facts), phrases: try Phrases.book(language))
    }

    private static let november = CalendarDate(year: 2026, month: 11, day: 1)

    private func past(_ item: AgendaItem, _ status: AgendaStatus, grounds: [String]? = nil) -> AgendaPast {
        var item = item
        item.grounds = grounds ?? item.grounds
        return AgendaPast(
            meeting: Self.november.adding(days: -28), status: status,
            decision: status == .decided ? "decision 9" : "", note: status == .deferred ? "Ona asks for prices" : "",
            items: ["en": item, "es": item])
    }

    @Test("a measure to ratify comes first, also before a list that waits and before missing signatures")
    func emergencyFirst() throws {
        let limit = try #require(try facts().limits.first?.limit)
        let items = try self.items(
            facts { facts in
                facts.limitNews.emergencies = [
                    LimitNews.Emergency(
                        decision: 12, limit: limit, amount: DecimalValue(80), until: Self.november)
                ]
                facts.decisions.recovery = DecisionFacts.Recovery(
                    number: 15, sha256: String(repeating: "a", count: 64), begunAt: facts.generatedAt,
                    endsAt: facts.generatedAt, persons: [:])
                facts.decisions.waiting = [
                    DecisionFacts.Waiting(
                        number: 14, assembly: Self.november, minutes: .book(3, page: 41), signed: 1, needed: 3,
                        missing: ["rosa"])
                ]
                // However small the budget is, these are never left out.
                facts.agendaBudget = AgendaBudget(minutes: 5, items: 1)
            })
        #expect(items.prefix(3).map(\.kind) == [.emergencyToRatify, .recoveryWaiting, .signaturesMissing])
        #expect(items.prefix(3).allSatisfy { !$0.isForInformation })
        #expect(items.dropFirst(3).allSatisfy { $0.isForInformation })
    }

    @Test("A measure on a limit that must not be named says which decision set that limit")
    func emergencyOnHomes() throws {
        var facts = try facts()
        var emergency = LimitNews.Emergency(
            decision: 12, limit: facts.limits[0].limit, amount: DecimalValue(80), until: Self.november)
        (emergency.setBy, emergency.isOnHomes) = (1, true)
        facts.limitNews.emergencies = [emergency]
        let title = try #require(try items(facts).first).title
        #expect(title.contains("12") && title.contains("a limit on homes in decision 1"))
    }

    @Test("what people need to live comes before other decisions, and what has waited before what is new")
    func order() throws {
        let drafted = try items(facts())
        #expect(drafted.map(\.ask).map { AgendaAsk.allCases.firstIndex(of: $0) ?? 9 }.isSorted)
        let asked = try items(
            facts { facts in
                facts.neighbours = [false, true].map { isEssential in
                    NeighbourFacts(
                        file: "n.json", sha256: "", from: "Vall Fosca", title: isEssential ? "Water" : "A map",
                        summary: "", ask: .discuss, facts: [], options: [], minutes: 5,
                        touchesEssentialSupply: isEssential)
                }
            })
        #expect(
            asked.filter { $0.kind == .confederal }.map(\.title) == [
                "Vall Fosca proposes: Water", "Vall Fosca proposes: A map",
            ])
        let late = try #require(drafted.last { $0.ask == .discuss && !$0.touchesEssentialSupply })
        let again = try items(facts { $0.agendaPast = [late.id: [past(late, .submitted)]] })
        let discussed = again.filter { $0.ask == .discuss && !$0.touchesEssentialSupply }
        #expect(discussed.first?.id == late.id && discussed.first?.since == Self.november.adding(days: -28))
        #expect(discussed.first?.history == ["4 October 2026: it was on the agenda; what came of it was not entered."])
    }

    @Test("people at risk are talked about, other limits are told, and what a home passed is nobody's business")
    func passed() throws {
        func kinds(_ change: (inout LimitFacts) -> Void) throws -> [AgendaKind] {
            let items = try self.items(
                facts { facts in
                    let place = try #require(facts.limits.firstIndex { $0.limit.id == "tank-minimum" })
                    facts.limits[place].days[Self.november.adding(days: -3)] = .past
                    change(&facts.limits[place])
                })
            let passed = items.filter { [.peopleAtRisk, .limitPassed].contains($0.kind) }
            #expect(passed.allSatisfy { $0.facts.contains("The limit was passed on 1 of 31 days.") })
            #expect(passed.allSatisfy { $0.isForInformation == ($0.kind == .limitPassed) })
            return passed.map(\.kind)
        }
        #expect(try kinds { _ in } == [.peopleAtRisk])
        #expect(try kinds { $0.limit.protects = .equipment } == [.limitPassed])
        #expect(try kinds { $0.limit.sensors = [SensorID(rawValue: "home-3/water")] } == [])
        // One that had ended before the month was nobody's rule any more; one that ended in it was until then.
        func lapsed(_ change: (inout LimitFacts) -> Void = { _ in }) throws -> [AgendaKind] {
            try kinds { limit in
                (limit.limit.protects, limit.isLapsed) = (.equipment, true)
                limit.reviewBy = Self.november.adding(days: -31)
                change(&limit)
            }
        }
        #expect(try lapsed() == [] && lapsed { $0.reviewBy = Self.november } == [.limitPassed])
    }

    @Test("an assembly takes only so much: the rest stands on one page for information, with its reference")
    func budget() throws {
        let facts = try facts { $0.agendaBudget = AgendaBudget(minutes: 26, items: 10) }
        let drafted = try items(facts)
        // 15 and 10 minutes fit; what follows does not.
        try #require(drafted.count == 4)
        #expect(drafted.filter { !$0.isForInformation }.map(\.requestedMinutes).reduce(0, +) <= 26)
        let rest = drafted.filter(\.isForInformation)
        #expect(!rest.isEmpty)
        let writer = AgendaWriter(drafted, model: .make(from: facts), phrases: try Phrases.book("en"))
        let page = writer.text(.text)
        let information = try #require(page.components(separatedBy: "For information").last)
        #expect(rest.allSatisfy { information.contains($0.id.prefix(8)) && information.contains($0.title) })
        #expect(!page.contains("\(drafted.count). "))
    }

    @Test("a limit that was passed and is due for review is one item, with both ways to go; kept, it is a review")
    func oneItem() throws {
        let passed = try items(facts()).filter { [.budgetPassed, .limitExpiring].contains($0.kind) }
        #expect(passed.map(\.kind) == [.budgetPassed])
        #expect(passed[0].options.map(\.text).contains("Keep the limit, with a new date"))
        #expect(passed[0].options.last?.consequence.contains("ends on 1 December 2026") == true)
        #expect(passed[0].grounds.contains("review/2026-12-01"))
        let kept = try items(
            facts { facts in
                for index in facts.limits.indices {
                    facts.limits[index].days = facts.limits[index].days.mapValues { $0 == .past ? .within : $0 }
                }
            })
        #expect(kept.map(\.kind).contains(.limitExpiring) && !kept.map(\.kind).contains(.budgetPassed))
        let later = try items(
            facts { facts in
                for index in facts.limits.indices {
                    facts.limits[index].reviewBy = CalendarDate(year: 2028, month: 1, day: 1)
                }
            })
        #expect(later.first { $0.kind == .budgetPassed }?.options.count == 3)
    }

    @Test("alerts of one cause are one item that grows and keeps its id; nothing about homes stands in it")
    func grows() throws {
        func item(_ count: Int) throws -> AgendaItem {
            let items = try self.items(
                facts { facts in
                    facts.alerts = (1...count).map { number in
                        Alert(
                            id: "a\(number)", number: number, cause: .box(.backupOverdue), subject: "",
                            priority: .assembly, protects: nil,
                            onset: facts.generatedAt.advanced(bySeconds: Int64(number - 50) * 3600),
                            detectedAt: facts.generatedAt)
                    }
                }
            ).filter { $0.kind == .alert }
            try #require(items.count == 1)
            return items[0]
        }
        let (one, many) = (try item(1), try item(9))
        #expect(one.id == many.id && one.grounds.count == 1 && many.grounds.count == 9)
        #expect(many.facts.first?.hasPrefix("4 more alerts of the same kind before") == true)
        #expect(many.facts.count == 6 && many.related.count == 9)
        #expect(many.evidence.map(\.text).contains("commons alerts explain 9"))
    }

    @Test("put off comes again with its history; decided and withdrawn stay away until something new happens")
    func again() throws {
        let gap = try #require(try items(facts()).first { $0.kind == .dataGap })
        func drafted(_ entry: AgendaPast) throws -> AgendaItem? {
            try items(facts { $0.agendaPast = [gap.id: [entry]] }).first { $0.id == gap.id }
        }
        #expect(
            try drafted(past(gap, .deferred))?.history == [
                "4 October 2026: put off by the assembly: Ona asks for prices"
            ])
        #expect(try drafted(past(gap, .decided)) == nil)
        #expect(try drafted(past(gap, .withdrawn)) == nil)
        #expect(
            try drafted(past(gap, .decided, grounds: ["month/2026-08"]))?.history == [
                "4 October 2026: decided (decision 9). Something new has happened since."
            ])
        #expect(try drafted(past(gap, .withdrawn, grounds: ["month/2026-08"])) != nil)
        // What was posted for this very meeting is no history of it.
        var same = past(gap, .submitted)
        same.meeting = Self.november
        #expect(try drafted(same)?.history.isEmpty == true)
        // Put off, and over since: it comes all the same, worded as it was.
        var over = gap
        over.id = String(repeating: "b", count: 32)
        let again = try items(facts { $0.agendaPast = [over.id: [past(over, .deferred)]] })
        let found = try #require(again.first { $0.id == over.id })
        #expect(found.assembly == Self.november && found.status == .draft && found.facts == gap.facts)
        #expect(found.history == ["4 October 2026: put off by the assembly: Ona asks for prices"])
    }

    @Test("what was posted and nobody dealt with comes again, also where nothing would be drafted any more")
    func untouched() throws {
        let gap = try #require(try items(facts()).first { $0.kind == .dataGap })
        func again(
            _ status: AgendaStatus, cancelled: Bool = false,
            change: (inout AgendaItem, inout ReportFacts) throws -> Void = { _, _ in }
        ) throws -> AgendaItem? {
            let id = String(repeating: "b", count: 32)
            return try items(
                facts { facts in
                    var over = gap
                    over.id = id
                    try change(&over, &facts)
                    let past = past(over, status)
                    if cancelled { facts.cancelledMeetings = [past.meeting] }
                    facts.agendaPast = [over.id: [past]]
                }
            ).first { $0.since == Self.november.adding(days: -28) }
        }
        for status in [AgendaStatus.submitted, .accepted] {
            let item = try #require(try again(status))
            #expect(item.history == ["4 October 2026: it was on the agenda; what came of it was not entered."])
            #expect(item.status == .draft && item.assembly == Self.november && !item.isForInformation)
        }
        #expect(
            try again(.accepted, cancelled: true)?.history == [
                "4 October 2026: it was on the agenda; the assembly was not held."
            ])
        let crowdedOut = try again(.submitted) { item, _ in item.isForInformation = true }
        #expect(
            crowdedOut?.history == ["4 October 2026: it stood on the page for information."]
                && crowdedOut?.isForInformation == false)
        #expect(try again(.decided) == nil && again(.withdrawn) == nil)
        // What was only told needs nobody, and what is asked only while it holds is asked no more.
        #expect(try again(.submitted) { item, _ in item.ask = .inform } == nil)
        #expect(try again(.submitted) { item, _ in item.kind = .limitExpiring } == nil)
    }

    @Test("what comes up once the agenda has closed says so, and goes on saying so")
    func late() throws {
        let drafted = try items(facts())
        let (gap, others) = (try #require(drafted.first { $0.kind == .dataGap }), drafted.dropLast())
        let told = "It came up after the agenda had closed on 25 October 2026 at 18:00."
        func isLate(posted: [AgendaItem], closed: Bool = true) throws -> [String: Bool] {
            let items = try self.items(
                facts { facts in
                    facts.agendaClosesAt = closed ? facts.agendaClosesAt : facts.generatedAt.advanced(bySeconds: 60)
                    for item in posted {
                        facts.agendaPast[item.id] = [
                            AgendaPast(meeting: Self.november, status: .submitted, items: ["en": item])
                        ]
                    }
                })
            return Dictionary(
                items.map { ($0.id, $0.facts.last?.hasPrefix(told) == true) }, uniquingKeysWith: { first, _ in first })
        }
        let late = try isLate(posted: Array(others))
        #expect(late[gap.id] == true && late.values.count { $0 } == 1)
        #expect(try isLate(posted: Array(others), closed: false).values.allSatisfy { !$0 })
        // Nothing was posted in time: that is no fault of the items.
        #expect(try isLate(posted: []).values.allSatisfy { !$0 })
        var again = gap
        again.facts.append(told + " The assembly says first whether it takes it up today.")
        #expect(try isLate(posted: Array(others) + [again])[gap.id] == true)
        #expect(try isLate(posted: drafted).values.allSatisfy { !$0 })
    }

    @Test("a neighbour's proposal is a question and says that it binds nobody", arguments: ["en", "es"])
    func neighbours(_ language: String) throws {
        let items = try self.items(
            facts {
                $0.neighbours = [
                    NeighbourFacts(
                        file: "n.json", sha256: String(repeating: "c", count: 64), from: "Vall Fosca",
                        title: "Share the aquifer", summary: "By persons.", ask: .decide, facts: ["12,000 m3 a season"],
                        options: [], minutes: 10, touchesEssentialSupply: true)
                ]
            }, language)
        let item = try #require(items.first { $0.kind == .confederal })
        #expect(item.proposedBy == .confederal && item.attachments.first?.name == "n.json")
        #expect(item.facts.last?.contains("Vall Fosca") == true && item.options.last?.isDoNothing == true)
        let texts = [item.title, item.summary] + item.facts + item.options.flatMap { [$0.text, $0.consequence] }
        #expect(texts.allSatisfy { !$0.contains("{") && !$0.hasPrefix("agenda.") }, "\(texts)")
    }
}

extension [Int] {
    fileprivate var isSorted: Bool { zip(self, dropFirst()).allSatisfy { $0 <= $1 } }
}
