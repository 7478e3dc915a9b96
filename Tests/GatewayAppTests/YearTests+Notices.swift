import Alerting
import GatewayModel
import Storage
import Testing

@testable import GatewayApp

extension YearTests {
    /// Every notice was taken by the other side once, or has its named reason; what each alert should have told, it told.
    func checkNotices(_ alerts: [Alert], _ village: YearVillage) throws {
        let outbox = try village.office.store.outboxEntries()
        let known = Dictionary(alerts.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        for destination in ["phones", "mail"] {
            let mine = outbox.filter { $0.item.destination == destination }
            let taken = try village.servers.taken(destination)
            // Nothing twice, also where the server took a message and its answer was lost on the way.
            #expect(Set(taken).count == taken.count && taken.count > 300, "\(destination)")
            let sent = mine.filter { $0.state == .sent }
            #expect(Set(sent.map { $0.digest ?? $0.item.key }) == Set(taken), "\(destination)")
            for alert in alerts where alert.isUntold != true {
                let told = mine.filter { $0.item.alert == alert.id }
                for (type, count) in notices(of: alert) {
                    #expect(told.count { $0.item.type == type } == count, "\(alert.number) \(type) \(destination)")
                }
            }
        }
        for entry in outbox where entry.state != .sent {
            let reason = entry.reason
            #expect(entry.state == .dropped, "\(entry.item.title): \(entry.state) \(reason)")
            let alert = entry.item.alert.flatMap { known[$0] }
            switch entry.item.destination {
            case "yard": #expect(reason == "a siren sounds only for alerts that cannot wait" && !sounds(entry.item))
            case "amina": #expect(reason == "its steward is none any more")
            default:
                let ends = [alert?.returnedAt, alert?.closedAt].compactMap { $0 }
                let isOver = ends.contains { reason == "over since \($0)" }
                #expect(
                    isOver || reason == "a sign of life of the day before" && entry.item.type == "life.sign",
                    "\(entry.item.title): \(reason)")
            }
        }
        let recalled = village.site.zone.start(of: YearVillage.recall).advanced(bySeconds: 600)
        #expect(!outbox.contains { $0.item.destination == "amina" && $0.item.createdAt > recalled })
        #expect(outbox.contains { $0.state == .dropped && $0.reason.hasPrefix("over since") })
    }

    private func sounds(_ item: OutboxItem) -> Bool {
        item.priority == .now
            && ["alert.raised", "alert.called", "alert.nobody_came", "alert.declined"].contains(item.type)
    }

    /// How many notices of each kind all stewards should hear of an alert, by what happened to it.
    private func notices(of alert: Alert) -> [String: Int] {
        func count(_ kinds: AlertEntry.Kind...) -> Int { alert.entries.count { kinds.contains($0.kind) } }
        // The first call is the notice that something was raised.
        var expected = [
            "alert.called": max(0, count(.called, .calledAll) - 1), "alert.nobody_came": count(.nobodyCame),
            "alert.declined": count(.declined), "alert.returned": count(.returned), "alert.reminder": count(.asked),
        ]
        // What rested from the beginning was not told then; what rested is told again when it counts again. What waits for
        // the assembly is told nobody.
        let restedAtOnce = alert.entries.dropFirst().first.map { [.covered, .switchedOff].contains($0.kind) } ?? false
        if alert.priority != .assembly {
            expected["alert.raised"] = (restedAtOnce ? 0 : 1) + count(.uncovered, .resumed, .switchedOn)
        }
        return expected
    }
}
