import GatewayModel
import Limits
import Storage

/// The resolutions that were adopted here, read again from the bytes that were adopted.
struct LimitRegister {
    let site: Site

    /// Every adopted resolution, by number.
    ///
    /// - Throws: ``AppError`` where adopted bytes can no longer be read, which must not happen silently.
    func adopted(in store: Store) throws -> [AdoptedResolution] {
        let sensors = try store.sensors()
        return try adopted(store.resolutions()).map { entry in
            var entry = entry
            entry.protectedSensors = LimitRegister.reducing(entry.resolution.protectedSupply, among: sensors)
            return entry
        }
    }

    /// What stands behind every adopted resolution, judged anew from bytes and signatures; by number.
    func judgements(in store: Store) throws -> [(link: ChainLink, judgement: AdoptionJudgement)] {
        let stored = try store.resolutions()
        let links = try zip(stored, adopted(stored)).map { stored, adopted in
            ChainLink(adopted: adopted, bytes: stored.bytes, adoptedOn: site.zone.date(at: adopted.adoptedAt))
        }
        return ChainCheck.judgements(of: links, community: site.configuration.community.id)
    }

    /// The sensors whose limits reduce supply: it is a sum's where the sum has it or a part of it, and its parts' own.
    private static func reducing(_ supply: [SensorID], among sensors: [Sensor]) -> Set<SensorID> {
        guard !supply.isEmpty else { return [] }
        let sums = Dictionary(
            sensors.compactMap { sensor in
                sensor.computed.flatMap { $0.kind == .sum ? (sensor.id, Set($0.parts)) : nil }
            }, uniquingKeysWith: { first, _ in first })
        func whole(_ id: SensorID) -> Set<SensorID> { (sums[id] ?? []).union([id]) }
        let protected = supply.reduce(into: Set<SensorID>()) { $0.formUnion(whole($1)) }
        return protected.union(sensors.map(\.id).filter { !whole($0).isDisjoint(with: protected) })
    }

    private func adopted(_ resolutions: [StoredResolution]) throws -> [AdoptedResolution] {
        try resolutions.map { stored in
            let (resolution, problems) = ResolutionFile.parse(stored.bytes, fileName: "decision \(stored.number)")
            guard var resolution else {
                throw AppError(
                    "the adopted decision \(stored.number) cannot be read: \(problems.first?.description ?? "")",
                    remedy: "install the version of the program that adopted it")
            }
            // A measure ends at the first assembly after it was adopted, also where that was called earlier since.
            if let measure = resolution.emergency, let next = nextAssembly(after: stored.adoptedAt) {
                resolution.emergency?.until = min(measure.until, next)
            }
            return AdoptedResolution(
                resolution: resolution, sha256: stored.sha256, adoptedAt: stored.adoptedAt, adoptedBy: stored.adoptedBy,
                signatures: stored.signatures, isRecovery: stored.isRecovery)
        }
    }

    /// The day of the first assembly after an instant; nil where none is known.
    func nextAssembly(after instant: Instant) -> CalendarDate? {
        site.configuration.assembly.meetings.next(after: instant).map(site.zone.date)
    }
}
