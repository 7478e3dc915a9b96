import Foundation
import GatewayModel
import Reporting
import TestSupport
import Testing

@Suite("Limits that the assembly looks at again")
struct AgendaReviewTests {
    private func facts(_ change: (inout ReportFacts) throws -> Void) throws -> ReportFacts {
        var facts = try Village().facts
        try change(&facts)
        return facts
    }

    private func items(_ facts: ReportFacts) throws -> [AgendaItem] {
        AgendaDraft.items(from: .make(from: facts), phrases: try Phrases.book("en"))
    }

    private static func putOff(_ item: AgendaItem) -> AgendaPast {
        AgendaPast(
            meeting: CalendarDate(year: 2026, month: 10, day: 4), status: .deferred, note: "Ona asks for prices",
            items: ["en": item])
    }

    @Test("a limit is up for review from two assemblies before its date on")
    func twoAhead() throws {
        func isUp(_ review: String) throws -> Bool {
            let facts = try facts { facts in
                facts.nextAssemblies = try ["2026-12-06", "2027-01-03", "2027-02-07"].map {
                    try Village.time("\($0)T17:00:00Z")
                }
                for index in facts.limits.indices {
                    facts.limits[index].reviewBy = try #require(CalendarDate(text: review))
                    facts.limits[index].days = facts.limits[index].days.mapValues { _ in .within }
                }
            }
            return try items(facts).contains { $0.kind == .limitExpiring }
        }
        // December and January still come before 1 February, and before the assembly of the 7th itself.
        #expect(try ["2027-01-02", "2027-02-01", "2027-02-07"].map(isUp) == [true, true, true])
        #expect(try isUp("2027-02-08") == false)
    }

    @Test("a review that was put off comes again, unless another decision replaced the limit")
    func replaced() throws {
        func kinds(_ change: (inout [LimitFacts]) -> Void) throws -> [AgendaKind] {
            try items(
                facts { facts in
                    for index in facts.limits.indices {
                        facts.limits[index].days = facts.limits[index].days.mapValues { $0 == .past ? .within : $0 }
                    }
                    let due = try items(facts).filter { $0.kind == .limitExpiring }
                    try #require(!due.isEmpty)
                    for item in due { facts.agendaPast[item.id] = [Self.putOff(item)] }
                    var now = facts.limits
                    change(&now)
                    facts.reviewable = now
                }
            ).map(\.kind).filter { $0 == .limitExpiring }
        }
        let due = try kinds { _ in }
        let lapsed = try kinds { limits in for index in limits.indices { limits[index].isLapsed = true } }
        let replaced = try kinds { $0 = [] }
        #expect(!due.isEmpty && lapsed == due && replaced == [])
    }
}
