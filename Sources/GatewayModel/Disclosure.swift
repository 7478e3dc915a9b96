/// The bounds below which a figure over households says too much about one of them.
///
/// The defaults are the 15/15 rule of utility regulators (at least 15 households, none above 15 % of the total); the
/// smallest group an assembly may set by a decision.
public struct DisclosureRules: Hashable, Sendable, Codable {
    /// What an assembly may set as the smallest group.
    public static let groupMinima = 5...1000

    /// The fewest households in a published part of the community, one of ``groupMinima``.
    public var groupMinimum: Int
    /// The largest share of one household in a published part, in percent.
    public var largestSharePercent: Int
    /// Up to this many households not even the whole community's total is shown: a neighbour subtracts own use.
    public var alwaysWithheldCount: Int
    /// How many significant digits the total of a part keeps.
    public var significantDigits: Int

    /// Makes rules; without arguments the default ones.
    public init(
        groupMinimum: Int = 15, largestSharePercent: Int = 15, alwaysWithheldCount: Int = 3, significantDigits: Int = 2
    ) {
        self.groupMinimum = max(DisclosureRules.groupMinima.lowerBound, groupMinimum)
        self.largestSharePercent = largestSharePercent
        self.alwaysWithheldCount = alwaysWithheldCount
        self.significantDigits = significantDigits
    }
}

extension DisclosureRules {
    /// The rules as decisions that count set them: the newest that speaks of the smallest group does.
    public init(decidedBy resolutions: [Resolution]) {
        let speaking = resolutions.filter { $0.smallestGroup != nil }.max { $0.number < $1.number }
        self = speaking?.smallestGroup.map { DisclosureRules(groupMinimum: $0) } ?? DisclosureRules()
    }
}

/// What a figure was made from, as far as households are concerned.
public struct FigureOrigin: Hashable, Sendable {
    /// The resource, so that only like figures are compared.
    public var resource: Resource
    /// The first day that the figure covers.
    public var from: CalendarDate
    /// The last day that the figure covers.
    public var through: CalendarDate
    /// The household points that the figure adds up, with their amounts; empty for a figure of shared points only.
    public var households: [SensorID: DecimalValue]
    /// Every household point of the resource with its amount, so that the rest can be judged as well.
    public var allHouseholds: [SensorID: DecimalValue]

    /// Makes an origin.
    public init(
        resource: Resource, from: CalendarDate, through: CalendarDate, households: [SensorID: DecimalValue],
        allHouseholds: [SensorID: DecimalValue]
    ) {
        self.resource = resource
        self.from = from
        self.through = through
        self.households = households
        self.allHouseholds = allHouseholds
    }
}

/// How much of a figure may be shown.
public enum Disclosure: Hashable, Sendable {
    /// The figure as it is.
    case exact
    /// The figure, rounded to that many significant digits.
    case rounded(significantDigits: Int)
    /// Nothing, for that reason.
    case withheld(WithheldReason)

    /// True where anything may be shown.
    public var isShown: Bool {
        if case .withheld = self { false } else { true }
    }
}

/// Why a figure is not shown.
public enum WithheldReason: String, Hashable, Sendable, Codable, CaseIterable {
    /// It covers too few households.
    case tooFew = "too_few"
    /// One household makes up too much of it.
    case dominated
    /// The rest of the community could be worked out from it and would say too much.
    case restTooSmall = "rest_too_small"
    /// Together with a figure that was already shown it would say too much.
    case differenceTooSmall = "difference_too_small"
}

/// Decides what may be shown of a figure to whom; the one place that every publisher asks.
///
/// A household sees its own points (`ownPoints`, audience ``Audience/person``). For everybody else: figures of shared
/// points as they are; the whole community's total from four households on; the total of a part only for a group, and
/// only where the rest is a group too. `alreadyShown` are the figures that the same reader can lay beside this one,
/// such as an earlier report of the same month; a figure that differs from one of them by a few households is withheld.
public func mayShow(
    _ figure: FigureOrigin, to audience: Audience, ownPoints: Set<SensorID> = [], alreadyShown: [FigureOrigin] = [],
    rules: DisclosureRules = DisclosureRules()
) -> Disclosure {
    if figure.households.isEmpty { return .exact }
    let members = Set(figure.households.keys)
    if audience == .person, members.isSubset(of: ownPoints) { return .exact }
    if members.count <= rules.alwaysWithheldCount { return .withheld(.tooFew) }
    for other in alreadyShown where other.overlaps(figure) {
        let difference = members.symmetricDifference(other.households.keys)
        let isSmall = (1...max(1, rules.alwaysWithheldCount)).contains(difference.count)
        if isSmall
            || (difference.isEmpty && other.households != figure.households && figure.differsInFew(from: other, rules))
        {
            return .withheld(.differenceTooSmall)
        }
    }
    let rest = figure.allHouseholds.filter { !members.contains($0.key) }
    if rest.isEmpty { return .exact }
    if members.count < rules.groupMinimum { return .withheld(.tooFew) }
    if isDominated(figure.households, rules) { return .withheld(.dominated) }
    if rest.count < rules.groupMinimum || isDominated(rest, rules) { return .withheld(.restTooSmall) }
    return .rounded(significantDigits: rules.significantDigits)
}

extension FigureOrigin {
    /// True where both figures speak of the same days of the same resource, so that subtracting them means something.
    fileprivate func overlaps(_ other: FigureOrigin) -> Bool {
        resource == other.resource && from == other.from && through == other.through
    }

    /// True where a correction changed the amounts of so few households that the change shows theirs.
    fileprivate func differsInFew(from other: FigureOrigin, _ rules: DisclosureRules) -> Bool {
        let changed = households.filter { other.households[$0.key] != $0.value }
        return changed.count <= rules.alwaysWithheldCount
    }
}

/// True where one household makes up more of the total than the rules allow, or nothing is known of the total.
private func isDominated(_ households: [SensorID: DecimalValue], _ rules: DisclosureRules) -> Bool {
    let amounts = households.sorted { $0.key < $1.key }.map(\.value)
    let total = amounts.reduce(DecimalValue?.some(.zero)) { sum, amount in sum.flatMap { $0.adding(amount) } }
    guard let total, let largest = amounts.max(), let share = largest.multiplied(by: DecimalValue(100)),
        let bound = total.multiplied(by: DecimalValue(Int64(rules.largestSharePercent)))
    else { return true }
    return share > bound
}

extension DecimalValue {
    /// The number rounded half to even to that many significant digits, at least one.
    public func rounded(significantDigits digits: Int) -> DecimalValue {
        let length = String(mantissa.magnitude).utf8.count
        let drop = length - max(1, digits)
        guard drop > 0 else { return self }
        let places = Int(scale) - drop
        if places >= 0 { return rounded(places: places) }
        var power: Int64 = 1
        for _ in 0..<min(18, -places) { power *= 10 }
        guard let shifted = multiplied(byRatio: 1, power) else { return self }
        return shifted.rounded(places: 0).multiplied(by: DecimalValue(power)) ?? self
    }
}
