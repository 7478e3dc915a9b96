import GatewayModel

/// What a report said when the community closed it; later changes are told beside it, never written over it.
public struct ClosedReport: Hashable, Sendable, Codable {
    /// One resource's total as it was shown.
    public struct Total: Hashable, Sendable, Codable {
        /// The resource.
        public var resource: Resource
        /// The total; nil where it was unknown or not shown.
        public var amount: DecimalValue?
        /// Its unit; nil where nothing was measured.
        public var unit: Unit?
    }

    /// The number that people say; it is no part of what is kept, which is found by it.
    public var number: Int64?
    /// When it was closed.
    public var closedAt: Instant
    /// The totals.
    public var totals: [Total]

    /// A total with its amount as it was shown; as it is where nothing was.
    func fixing(_ total: MonthTotal, of resource: Resource, in unit: Unit) -> MonthTotal {
        guard total.certainty != .withheld,
            let shown = totals.first(where: { $0.resource == resource && $0.unit == unit })
        else { return total }
        var total = total
        total.amount = shown.amount
        return total
    }

    /// Takes down what a report says.
    public init(of model: ReportModel, at closedAt: Instant) {
        self.closedAt = closedAt
        totals = model.resources.map { Total(resource: $0.resource, amount: $0.total?.amount, unit: $0.unit) }
    }
}

/// A total that is not what a closed report said.
public struct Erratum: Hashable, Sendable {
    /// The number of the report that said it; nil where that is unknown.
    public var number: Int64?
    /// The number of the report that says it better; nil for what is known now.
    public var newer: Int64?
    /// The resource.
    public var resource: Resource
    /// What the closed report said; nil where it was unknown or not shown.
    public var before: DecimalValue?
    /// What that one says, or what is known now.
    public var after: DecimalValue?
    /// The unit of both.
    public var unit: Unit

    /// Makes an erratum of the report with a number.
    public init(
        number: Int64?, newer: Int64? = nil, resource: Resource, before: DecimalValue?, after: DecimalValue?, unit: Unit
    ) {
        self.number = number
        self.newer = newer
        self.resource = resource
        self.before = before
        self.after = after
        self.unit = unit
    }
}

extension ReportModel {
    /// What has changed from each closed edition of the report to the next, and since the newest; empty where nothing has, or
    /// where it is not closed.
    public var errata: [Erratum] {
        // The difference would be what the household used.
        guard let newest = facts.closed, facts.fixed[facts.month] == nil else { return [] }
        let editions = facts.earlierEditions + [newest]
        let between = zip(editions, editions.dropFirst()).flatMap { earlier, later in
            resources.compactMap { report in
                let then = later.totals.first { $0.resource == report.resource }
                return earlier.erratum(report.resource, then?.amount, then?.unit ?? report.unit, in: later.number)
            }
        }
        return between
            + resources.compactMap { newest.erratum($0.resource, $0.total?.amount, $0.unit, in: nil) }
    }
}

extension ClosedReport {
    /// A total that is another one in a later edition, or now; nil where it is the same, or cannot be compared.
    fileprivate func erratum(_ resource: Resource, _ after: DecimalValue?, _ unit: Unit?, in newer: Int64?) -> Erratum?
    {
        let then = totals.first { $0.resource == resource }
        guard let unit = unit ?? then?.unit, then?.unit == nil || then?.unit == unit, then?.amount != after
        else { return nil }
        return Erratum(
            number: number, newer: newer, resource: resource, before: then?.amount, after: after, unit: unit)
    }
}
