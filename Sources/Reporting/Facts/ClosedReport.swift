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
    /// The resource.
    public var resource: Resource
    /// What the closed report said; nil where it was unknown or not shown.
    public var before: DecimalValue?
    /// What is known now.
    public var after: DecimalValue?
    /// The unit of both.
    public var unit: Unit
}

extension ReportModel {
    /// What has changed since the report was closed; empty where nothing has, or where it is not closed.
    public var errata: [Erratum] {
        // The difference would be what the household used.
        guard let closed = facts.closed, facts.fixed[facts.month] == nil else { return [] }
        return resources.compactMap { report in
            let then = closed.totals.first { $0.resource == report.resource }
            let now = report.total?.amount
            guard let unit = report.unit ?? then?.unit, then?.unit == nil || then?.unit == unit, then?.amount != now
            else { return nil }
            return Erratum(resource: report.resource, before: then?.amount, after: now, unit: unit)
        }
    }
}
