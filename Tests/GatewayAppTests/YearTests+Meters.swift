import GatewayModel
import Testing

@testable import GatewayApp

extension YearTests {
    /// Budgets and people at risk, by what the meters sent: each month in which a budget was passed is told once, and so is
    /// each time in which the tank was low while much of the water was used.
    func checkMeters(_ alerts: [Alert], _ village: YearVillage, through last: CalendarDate) {
        let zone = village.site.zone
        var spent: [Range<Instant>] = []
        for budget in YearMeters.budgets {
            let told = alerts.filter { alert in
                guard case .limit(let reference) = alert.cause else { return false }
                return reference.limit == budget.limit
            }
            let months = (village.meters.months[budget.limit] ?? [:]).filter { $0.key.firstDay <= last }
            let counting = months.filter { $0.key < budget.ends }
            #expect(
                Set(told.map { CalendarMonth(of: zone.date(at: $0.onset)) })
                    == Set(counting.filter { $0.value.warned != nil }.keys), "\(budget.limit) warned")
            let passed = told.filter { alert in
                alert.entries.contains { [.raised, .updated].contains($0.kind) && alert.transition?.change == .raised }
            }
            #expect(
                passed.map { CalendarMonth(of: zone.date(at: $0.onset)) }.sorted()
                    == counting.filter { $0.value.used > budget.amount($0.key) }.keys.sorted(), "\(budget.limit) passed"
            )
            guard budget.limit == "water-per-person" else { continue }
            spent = counting.compactMap { month, counted in
                counted.warned.map { $0..<zone.start(of: month.next.firstDay) }
            }
        }
        let low = alerts.filter { $0.cause == .limit(LimitReference(resolution: 1, limit: "tank-minimum")) }
        let expected = low.flatMap { alert in
            spent.filter { $0.lowerBound < alert.returnedAt ?? village.now && alert.detectedAt < $0.upperBound }
        }
        #expect(alerts.count { $0.cause == .box(.peopleAtRisk) } == expected.count)
        #expect(!expected.isEmpty)
    }
}
