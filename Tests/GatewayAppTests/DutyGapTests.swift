import Alerting
import GatewayModel
import Logging
import Testing

@testable import GatewayApp

@Suite("A gap of the duty list", .serialized)
struct DutyGapTests {
    @Test("A gap of the duty list that is days ahead is for the same day; within a day it wakes people, once")
    func gap() throws {
        let village = try AlertVillage()
        var box = BoxWatch(
            site: village.site, store: village.office.store, destinations: DestinationNews(logger: .init(label: "test"))
        )
        func finding(_ hours: Int64) throws -> BoxWatch.Finding? {
            let change = try #require(MeetingRule.parse("every Monday 18:00"))
            let member = DutyRoster.Member(
                name: "Rosa", from: CalendarDate(year: 2026, month: 1, day: 1),
                through: CalendarDate(year: 2026, month: 11, day: 13), hasAnswered: true)
            let roster = DutyRoster(members: [member], change: change, turn: ["Rosa"], zone: village.site.zone)
            box.reload(village.site)
            return box.look(
                now: AlertVillage.begin.advanced(bySeconds: hours * 3600), counters: Counters(), roster: roster
            ).first { $0.condition == .nobodyOnDuty }
        }
        // Tuesday noon; the mandate ends with Friday.
        #expect(try finding(0).map { ($0.isActive, $0.atMost) } ?? (false, .now) == (true, .today))
        #expect(try finding(59).map(\.atMost) == .today)
        #expect(try finding(60).map(\.atMost) == .now)
    }
}
