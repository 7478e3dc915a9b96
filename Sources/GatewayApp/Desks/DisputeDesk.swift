import GatewayModel
import Storage

/// Enters what people think is wrong, and shows what came of it.
public struct DisputeDesk {
    private let site: Site

    /// Makes a desk for a site.
    public init(site: Site) {
        self.site = site
    }

    /// What somebody says is wrong, as it was written.
    public enum Wish: Sendable {
        /// Readings of a sensor from a day or time on and before another.
        case readings(sensor: String, from: String, until: String)
        /// A resource's figure in a month's report, or that of one role.
        case figure(resource: String, month: String, role: SensorRole?)
        /// An alert.
        case alert(Int)
    }

    private struct DisputeLine: Encodable {
        var number: Int64
        var state: String
        var kind: String
        var sensor: String?
        var from: String?
        var until: String?
        var resource: String?
        var role: String?
        var month: String?
        var alert: Int?
        var household: Bool
        var openedAt: String
        var person: String
        var enteredBy: String
        var why: String
        var checks: [CheckLine]
        var decidedAt: String?
        var reason: String?
        var decision: Int?
        var minutes: String?
        var setAside: Int64?
    }

    private struct CheckLine: Encodable {
        var at: String
        var person: String
        var how: String
    }

    /// Opens a dispute.
    ///
    /// - Throws: ``AppError`` where a day, time or month cannot be read.
    public func open(_ wish: Wish, why: String, enteredFor: String?) throws -> CommandReply {
        let subject: Dispute.Subject =
            switch wish {
            case .readings(let sensor, let from, let until):
                .readings(
                    SensorID(rawValue: sensor), from: try site.instant(from), until: try site.instant(until))
            case .figure(let resource, let month, let role):
                .figure(Resource(rawValue: resource), try DisputeDesk.month(month), role: role)
            case .alert(let number): .alert(number)
            }
        return try CommandDesk(site: site).perform(.openDispute(subject, why: why), enteredFor: enteredFor)
    }

    /// Enters a check.
    public func check(_ number: Int64, how: String, enteredFor: String?) throws -> CommandReply {
        try CommandDesk(site: site).perform(.checkDispute(number, how: how), enteredFor: enteredFor)
    }

    /// Enters what the assembly decided.
    ///
    /// - Throws: ``AppError`` where the day of the assembly cannot be read.
    public func decide(
        _ number: Int64, isUpheld: Bool, reason: String, decision: Int?, assembly: String?, minutes: String?,
        enteredFor: String?
    ) throws -> CommandReply {
        let day = try assembly.map { text in
            guard let day = CalendarDate(text: text) else {
                throw AppError("'\(text)' is no day", remedy: "write for example 2026-12-06")
            }
            return day
        }
        return try CommandDesk(site: site).perform(
            .decideDispute(
                number,
                DisputeVerdict(
                    isUpheld: isUpheld, reason: reason, decision: decision, assembly: day, minutes: minutes)),
            enteredFor: enteredFor)
    }

    /// What waits for the assembly, or everything; of households only where `why` says the reason, which they see.
    public func lines(all: Bool, json: Bool, why: String? = nil) throws -> [String] {
        let store = try site.readingStore()
        let found = try store.disputes(openOnly: !all)
        let homes = found.filter(\.isHousehold)
        if why != nil, !homes.isEmpty {
            _ = try HouseholdDesk(site: site).look(at: homes.compactMap(\.sensor), "disputes list", why: why)
        }
        let shown = why == nil ? found.filter { !$0.isHousehold } : found
        if json { return try shown.map { try JSONLine.text(DisputeDesk.line($0)) } }
        let book = site.book(nil)
        let hidden =
            why == nil && !homes.isEmpty
            ? [book.text("disputes.cli.homes", ["count": "\(homes.count)"])] : []
        guard !shown.isEmpty else { return [book.text("disputes.cli.none")] + hidden }
        let sensors = try SensorDirectory(store)
        return shown.flatMap { dispute in
            text(dispute, book) { sensors.sensor($0)?.name(in: book.language) ?? "\($0)" }
        } + hidden
    }

    private func text(_ dispute: Dispute, _ book: Phrasebook, name: (SensorID) -> String) -> [String] {
        let about = dispute.about(book, isNaming: true, name: name, localTime: { site.local($0) })
        var lines = [
            book.text(
                "disputes.cli.head",
                [
                    "number": "\(dispute.number)", "about": about,
                    "state": book.text("disputes.state.\(dispute.state.rawValue)"),
                ]),
            book.text(
                dispute.person == dispute.enteredBy ? "disputes.cli.opened" : "disputes.cli.opened_for",
                [
                    "at": site.local(dispute.openedAt), "person": dispute.person, "account": dispute.enteredBy,
                    "why": dispute.why,
                ]),
        ]
        lines += dispute.checks.map {
            book.text(
                "disputes.cli.checked", ["at": site.local($0.at), "person": $0.person, "how": $0.how])
        }
        if let verdict = dispute.verdict {
            lines.append(
                book.text(
                    "disputes.cli.decided",
                    ["reference": Dispute.words(of: dispute, book), "reason": verdict.reason]))
        }
        return zip(lines.indices, lines).map { Escaping.terminal(($0 == 0 ? "" : "    ") + $1) }
    }

    private static func line(_ dispute: Dispute) -> DisputeLine {
        var line = DisputeLine(
            number: dispute.number, state: dispute.state.rawValue, kind: "", household: dispute.isHousehold,
            openedAt: dispute.openedAt.description, person: dispute.person, enteredBy: dispute.enteredBy,
            why: dispute.why,
            checks: dispute.checks.map { CheckLine(at: $0.at.description, person: $0.person, how: $0.how) },
            decidedAt: dispute.verdict?.at.description, reason: dispute.verdict?.reason,
            decision: dispute.verdict?.decision, minutes: dispute.verdict?.minutes, setAside: dispute.setAside)
        switch dispute.subject {
        case .readings(let sensor, let from, let until):
            (line.kind, line.sensor) = ("readings", sensor.rawValue)
            (line.from, line.until) = (from.description, until.description)
        case .figure(let resource, let month, let role):
            (line.kind, line.resource, line.month) = ("figure", resource.rawValue, month.description)
            line.role = role?.rawValue
        case .alert(let number): (line.kind, line.alert) = ("alert", number)
        }
        return line
    }

    private static func month(_ text: String) throws -> CalendarMonth {
        guard let month = CalendarMonth(text: text) else {
            throw AppError("'\(text)' is no month", remedy: "write for example 2026-10")
        }
        return month
    }
}
