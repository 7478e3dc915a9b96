import Foundation
import GatewayModel
import Simulation

/// What the meters of a year counted, from what they sent alone: the gateway's store and code have no part in it.
struct YearMeters {
    /// A budget that the assembly set, and the meters that it counts.
    struct Budget: Sendable {
        var limit: String
        var devices: [String]
        var key: String
        /// The least share that is told, in percent.
        var warning: Double
        /// The first month in which it does not count any more: the assembly did not renew it.
        var ends: CalendarMonth
        /// The amount of a month.
        var amount: @Sendable (CalendarMonth) -> Double
    }

    static let budgets = [
        Budget(
            limit: "water-per-person", devices: ["30410011", "30410012"], key: "\"total_m3\":", warning: 70,
            ends: CalendarMonth(year: 2026, month: 5),
            amount: { Double($0.dayCount) * 40 * 0.12 }),
        Budget(
            limit: "bought-energy", devices: ["shellypro3em-8813bfd0a1c4"], key: "\"total_act\":", warning: 80,
            ends: CalendarMonth(year: 2026, month: 1),
            amount: { _ in 900_000 }),
    ]

    /// What was used in a month, and when the share was reached that is told.
    struct Month {
        var used = 0.0
        var warned: Instant?
    }

    private let zone: Zone
    private var registers: [String: Double] = [:]
    private(set) var months: [String: [CalendarMonth: Month]] = [:]

    init(zone: Zone) { self.zone = zone }

    mutating func note(_ message: SimulatedMessage) {
        for budget in Self.budgets {
            guard let device = budget.devices.first(where: { message.topic.contains($0) }) else { continue }
            let text = String(decoding: message.payload, as: UTF8.self)
            guard let place = text.range(of: budget.key)?.upperBound,
                let register = Double(text[place...].prefix { $0.isNumber || $0 == "." })
            else { continue }
            defer { registers[device] = register }
            // A meter that was replaced begins where it stands.
            guard let before = registers[device], register >= before else { continue }
            let month = CalendarMonth(of: zone.date(at: message.at))
            var counted = months[budget.limit]?[month] ?? Month()
            counted.used += register - before
            if counted.warned == nil, counted.used >= budget.amount(month) * budget.warning / 100 {
                counted.warned = message.at
            }
            months[budget.limit, default: [:]][month] = counted
        }
    }
}
