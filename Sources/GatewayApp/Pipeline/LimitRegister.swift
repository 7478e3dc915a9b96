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
        try adopted(store.resolutions())
    }

    /// What stands behind every adopted resolution, judged anew from bytes and signatures; by number.
    func judgements(in store: Store) throws -> [(link: ChainLink, judgement: AdoptionJudgement)] {
        let stored = try store.resolutions()
        let links = try zip(stored, adopted(stored)).map { stored, adopted in
            ChainLink(adopted: adopted, bytes: stored.bytes, adoptedOn: site.zone.date(at: adopted.adoptedAt))
        }
        return ChainCheck.judgements(of: links, community: site.configuration.community.id)
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
