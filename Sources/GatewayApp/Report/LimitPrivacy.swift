import GatewayModel
import Limits

/// Which limits may be spoken of to everybody, and of which stages what brought them about, as ``mayShow(_:beside:rules:)``
/// decides: what alerts, notices, reports, agendas and trials go by.
///
/// The one that stands first is published first: a later one that differs from it by a few homes is not told.
struct LimitPrivacy {
    private var hidden: [LimitReference: WithheldReason] = [:]
    private var known: Set<LimitReference> = []
    private var published: PublishedGroups
    private let sensors: SensorDirectory
    private let rules: DisclosureRules

    /// Judges the limits and stages that count now, by the order of their decisions, and after them `earlier` ones, of which
    /// alerts and papers may still speak.
    init(
        _ limits: [(reference: LimitReference, limit: Limit)],
        stages: [(reference: LimitReference, stages: Stages)] = [], earlier: [AdoptedResolution] = [],
        _ sensors: SensorDirectory, _ rules: DisclosureRules
    ) {
        (self.sensors, self.rules) = (sensors, rules)
        published = PublishedGroups(LimitPrivacy.figures(sensors))
        let now =
            limits.map { ($0.reference, sensors.homeSums(of: $0.limit)) }
            + stages.map { ($0.reference, sensors.homeSums(of: $0.stages)) }
        let before = earlier.map(\.resolution).flatMap { resolution in
            func named(_ id: String) -> LimitReference { LimitReference(resolution: resolution.number, limit: id) }
            return resolution.limits.map { (named($0.id), sensors.homeSums(of: $0)) }
                + resolution.stages.map { (named($0.id), sensors.homeSums(of: $0)) }
        }
        for list in [now, before] {
            for (reference, sums) in list.sorted(by: { $0.0 < $1.0 })
            where known.insert(reference).inserted {
                if case .withheld(let reason) = disclosure(of: sums) { hidden[reference] = reason }
            }
        }
    }

    /// True where a limit may be spoken of, or what brings stages about; what is not known here may not.
    func mayShow(_ reference: LimitReference) -> Bool { known.contains(reference) && hidden[reference] == nil }

    /// Why a limit may not be spoken of, or what brings stages about; nil where it may.
    func whyHidden(_ reference: LimitReference) -> WithheldReason? { hidden[reference] }

    /// True where an alert may be spoken of: also of a household's point without its name, but not where its limit must not be.
    func mayShow(_ alert: Alert) -> Bool {
        guard alert.homes == nil else { return false }
        if case .limit(let reference) = alert.cause { return mayShow(reference) }
        return true
    }

    /// False for the name of a limit that must not be spoken of; true for all other texts.
    func mayShow(subject: String) -> Bool { !hidden.keys.contains { $0.description == subject } }

    /// True where a limit that nobody decided yet may be spoken of beside those before it.
    mutating func publish(_ limit: Limit) -> Bool { disclosure(of: sensors.homeSums(of: limit)).isShown }

    /// True where the days on which levels count may be told beside what stands before them.
    mutating func publish(_ stages: Stages) -> Bool { disclosure(of: sensors.homeSums(of: stages)).isShown }

    private mutating func disclosure(of sums: [Set<HomePoint>]) -> Disclosure {
        GatewayModel.mayShow(sums, beside: &published, rules: rules)
    }

    /// What is published of homes in any case: the report adds up all meters of a role.
    private static func figures(_ sensors: SensorDirectory) -> [Set<HomePoint>] {
        struct Figure: Hashable {
            var resource: Resource
            var role: SensorRole
        }
        let meters = sensors.all.filter { sensor in
            guard sensor.visibility == .household, sensor.computed == nil else { return false }
            guard ![.storage, .condition].contains(sensor.role) else { return false }
            return [.volume, .energy, .mass].contains(sensor.unit.definition?.dimension)
        }
        return Dictionary(grouping: meters) { Figure(resource: $0.resource, role: $0.role) }.values.map { meters in
            Set(meters.map { HomePoint(sensor: $0.id, home: $0.place) })
        }
    }
}

extension SensorDirectory {
    /// The households' points whose use a sensor shows; the parts of one that is computed.
    func homes(of id: SensorID) -> Set<HomePoint> {
        guard let sensor = sensor(id) else { return [] }
        let parts = Set((sensor.computed?.parts ?? []).flatMap { homes(of: $0) })
        guard parts.isEmpty, sensor.visibility == .household else { return parts }
        return [HomePoint(sensor: id, home: sensor.place)]
    }

    /// The households' points that a limit counts, and those that it compares with.
    func homeSums(of limit: Limit) -> [Set<HomePoint>] {
        homes(of: [limit.sensors, DayRules.otherSensors(limit.rule)])
    }

    /// The households' points of each figure that the rules of stages look at.
    func homeSums(of stages: Stages) -> [Set<HomePoint>] {
        homes(of: stages.levels.flatMap { $0.enter.sums + ($0.leave?.sums ?? []) })
    }

    private func homes(of sums: [[SensorID]]) -> [Set<HomePoint>] {
        sums.map { ids in Set(ids.flatMap { homes(of: $0) }) }
    }

    /// The one home that all these points belong to; nil where there are several, or one that is not known.
    func home(of points: [SensorID]) -> String? {
        let homes = Set(points.map { sensor($0)?.place })
        return homes.count == 1 ? homes.first ?? nil : nil
    }
}

extension PipelineState {
    /// The homes that an alert would tell of, where its limit must not be told to everybody; nil where it may, and where the
    /// alert is about one of several points, which is a household's by itself or is not.
    func homes(toldOfBy transition: LimitTransition, _ limit: Limit) -> [SensorID]? {
        let all = sensors.homeSums(of: limit).reduce(into: Set()) { $0.formUnion($1) }
        guard !all.isEmpty, !privacy.mayShow(transition.limit) else { return nil }
        guard let sensor = transition.sensor else { return all.map(\.sensor).sorted() }
        let own = sensors.homes(of: sensor)
        let isOneOfMany = own.map(\.sensor) == [sensor] && Set(all.map(\.home)).count > 1
        return own.isEmpty || isOneOfMany ? nil : own.map(\.sensor).sorted()
    }

    /// What may be told of the limits and stages that are judged now.
    var privacy: LimitPrivacy {
        LimitPrivacy(
            limits.entries.map { ($0.reference, $0.limit) }, stages: stages.map { ($0.reference, $0.stages) }, sensors,
            disclosure)
    }
}
