/// A household's measuring point and the home that it belongs to: two meters of one home are one home.
public struct HomePoint: Hashable, Sendable {
    /// The measuring point.
    public var sensor: SensorID
    /// The home, by its place.
    public var home: String

    /// Makes a point.
    public init(sensor: SensorID, home: String) {
        self.sensor = sensor
        self.home = home
    }
}

/// What is published counts homes in groups; whatever is added to or taken from it counts the same groups again.
///
/// No two of them have a point in common. Every figure that is published is a sum of whole groups, so that nothing which
/// can be worked out from several figures tells of less than one group.
public struct PublishedGroups: Sendable {
    private var groups: [Set<HomePoint>] = []

    /// Makes groups of the figures that are published anyway, such as what all homes used of a resource.
    public init(_ figures: [Set<HomePoint>] = []) {
        for figure in figures { split(by: figure) }
    }

    /// Publishes another sum: a group of which it counts a part becomes two. Returns the groups that are new.
    @discardableResult
    fileprivate mutating func split(by sum: Set<HomePoint>) -> [Set<HomePoint>] {
        var rest = sum
        var kept: [Set<HomePoint>] = []
        var new: [Set<HomePoint>] = []
        for group in groups {
            let part = group.intersection(sum)
            rest.subtract(part)
            if part.isEmpty || part.count == group.count {
                kept.append(group)
            } else {
                new += [part, group.subtracting(part)]
            }
        }
        if !rest.isEmpty { new.append(rest) }
        groups = kept + new
        return new
    }
}

/// Decides whether what a limit does may be told to everybody, beside what is published already; every publisher of limits,
/// of their alerts and of what is tried asks this.
///
/// `sums` are the household points that it counts together, those that it compares with as a sum of their own. A limit on
/// shared points alone is told as it is. One that counts homes is told only where each of its sums is a group of homes, and
/// where nothing that it differs by from what is published is less than one; then it is published too.
public func mayShow(
    _ sums: [Set<HomePoint>], beside published: inout PublishedGroups, rules: DisclosureRules
) -> Disclosure {
    func isGroup(_ points: Set<HomePoint>) -> Bool { Set(points.map(\.home)).count >= rules.groupMinimum }
    let sums = sums.filter { !$0.isEmpty }
    guard sums.allSatisfy(isGroup) else { return .withheld(.tooFew) }
    var split = published
    for sum in sums {
        guard split.split(by: sum).allSatisfy(isGroup) else { return .withheld(.differenceTooSmall) }
    }
    published = split
    return .exact
}
