import GatewayModel
import Testing

@testable import Reporting

extension AgendaTests {
    @Test("a pause is told with the end that it really had, as in the month's report", arguments: ["en", "es"])
    func realEnd(language: String) throws {
        var facts = try Village().facts
        let at = facts.zone.start(of: facts.month.firstDay).advanced(bySeconds: 12 * 3600)
        let hour = { (hours: Int64) in at.advanced(bySeconds: hours * 3600) }
        var alert = Alert(
            id: "x", number: 7, cause: .box(.brokerAway), subject: "", priority: .now, protects: nil, onset: at,
            detectedAt: at)
        alert.entries += [
            AlertEntry(at: at, kind: .paused, person: "Rosa", note: "known work", until: hour(48)),
            AlertEntry(at: hour(1), kind: .taken, person: "Jordi"),
            AlertEntry(at: hour(2), kind: .paused, person: "Rosa", note: "more work", until: hour(5)),
            AlertEntry(at: hour(5), kind: .resumed),
        ]
        facts.alerts = [alert]
        let item = try #require(
            AgendaDraft.items(from: .make(from: facts), phrases: try Phrases.book(language))
                .first { $0.kind == .pausedAgain })
        let times = item.facts.prefix(2).map { fact in fact.matches(of: /\d?\d:\d\d/).map { String($0.output) } }
        #expect(times == [["12:00", "13:00"], ["14:00", "17:00"]], "\(item.facts)")
    }
}
