import GatewayModel

/// What was found out about a decision and the signatures beside it.
public struct AdoptionJudgement: Hashable, Sendable {
    /// What stands behind it, as far as it goes.
    public var state: SigningState
    /// Why it must not be adopted; empty where it may.
    public var problems: [SigningProblem]
    /// Why single signature files do not count; they prevent nothing where enough others do.
    public var notes: [SigningProblem]
    /// The signature files that count, in the form in which they are kept.
    public var signatures: [SignatureFile]
    /// The delegates who could still sign: of the list in force, and of the list that the decision brings.
    public var missing: [String]

    /// True where it may be adopted.
    public var isGood: Bool { problems.isEmpty }
}

/// The list of delegates that the adopted decisions leave in force.
public struct DelegatesInForce: Hashable, Sendable {
    /// The list.
    public var list: DelegateList
    /// The decision that brought it.
    public var decision: Int
    /// The day of its assembly; nothing older can be adopted any more.
    public var assembly: CalendarDate

    /// The list of the newest decision that brings one; nil before the first. It counts until another is adopted.
    public init?(_ chain: [AdoptedResolution]) {
        guard
            let (resolution, list) = chain.sorted(by: { $0.resolution.number < $1.resolution.number })
                .compactMap({ adopted in adopted.resolution.provenance.delegates.map { (adopted.resolution, $0) } })
                .last
        else { return nil }
        self.list = list
        decision = resolution.number
        assembly = resolution.assembly
    }
}

/// The rules by which a decision is taken over: its place in the chain, and who must have signed it.
///
/// Before the first list of delegates nobody needs to sign. From then on k distinct persons of the list that the *adopted*
/// decisions leave in force must have, at the day of the assembly; a new list needs the thresholds of the old one and of
/// its own (after TUF, section 5.3). Whoever was recalled cannot date back: nothing older than the list is taken.
public enum AdoptionRules {
    /// For how many days a list of delegates waits in public before it can be adopted without the old ones.
    public static let publicDays: Int64 = 7
    /// After how many days from its assembly a decision that stands on paper is said to lack signatures.
    public static let patienceDays = 14

    /// How a decision comes in.
    public enum Way: Hashable, Sendable {
        /// With the signatures that are asked for.
        case adoption
        /// At the console, after the public days: no older list has to sign, since there is none or its keys are lost.
        case recovery
    }

    /// Judges the bytes of a decision with the signature files beside it, after those adopted before it.
    ///
    /// - Parameters:
    ///   - bytes: the file as it is stored; `resolution` is what they say.
    ///   - chain: the decisions adopted before it, in any order.
    ///   - today: the day on which it is taken over.
    public static func judge(
        _ bytes: [UInt8], _ resolution: Resolution, signatures: [SignatureFile], after chain: [AdoptedResolution],
        community: String, today: CalendarDate, way: Way = .adoption
    ) -> AdoptionJudgement {
        let inForce = DelegatesInForce(chain)
        let brought = resolution.provenance.delegates
        let old = way == .recovery ? nil : inForce?.list
        let roll = SignatureRoll(
            signatures, over: bytes, of: resolution, lists: [old, brought].compactMap { $0 })
        var problems = placeProblems(resolution, chain, inForce, community: community, today: today)
        if way == .recovery { problems += recoveryProblems(resolution) }
        var missing: [String] = []
        for (index, list) in roll.lists.enumerated() {
            missing += roll.missing(index).filter { !missing.contains($0) }
            let signed = roll.signed(index)
            guard signed.count < list.threshold else { continue }
            problems.append(
                SigningProblem(
                    old != nil && index == 0 ? .tooFew : .tooFewNew,
                    [
                        "count": "\(signed.count)", "of": "\(list.persons.count)", "needed": "\(list.threshold)",
                        "missing": roll.missing(index).joined(separator: ", "),
                    ]))
        }
        return AdoptionJudgement(
            state: state(of: resolution, roll, isRecovered: way == .recovery && inForce != nil), problems: problems,
            notes: roll.notes + goingOn(resolution, chain), signatures: roll.counted,
            missing: missing)
    }

    private static func state(of resolution: Resolution, _ roll: SignatureRoll, isRecovered: Bool) -> SigningState {
        guard let list = roll.lists.first else {
            return resolution.provenance.minutes.map(SigningState.onPaper) ?? .unsigned
        }
        let signed = roll.signed(0)
        return isRecovered
            ? .recovered(by: signed, of: list.persons.count)
            : .signed(by: signed, of: list.persons.count, needed: list.threshold)
    }

    /// Whose it is, and where it stands in the chain.
    private static func placeProblems(
        _ resolution: Resolution, _ chain: [AdoptedResolution], _ inForce: DelegatesInForce?, community: String,
        today: CalendarDate
    ) -> [SigningProblem] {
        guard resolution.community == community else {
            return [SigningProblem(.foreignDecision, ["theirs": resolution.community, "ours": community])]
        }
        let last = chain.max { $0.resolution.number < $1.resolution.number }
        if let last, resolution.number <= last.resolution.number {
            return [
                SigningProblem(
                    .oldDecision, ["number": "\(resolution.number)", "last": "\(last.resolution.number)"])
            ]
        }
        var problems: [SigningProblem] = []
        if let inForce, resolution.assembly < inForce.assembly {
            problems.append(
                SigningProblem(
                    .beforeList,
                    [
                        "assembly": "\(resolution.assembly)", "list": "\(inForce.decision)",
                        "since": "\(inForce.assembly)",
                    ]))
        }
        if resolution.provenance.delegates != nil, resolution.assembly > today {
            problems.append(
                SigningProblem(.listAhead, ["assembly": "\(resolution.assembly)", "today": "\(today)"]))
        }
        // Whoever checks a signed decision later needs to find the paper that it came from.
        if inForce != nil, resolution.provenance.minutes == nil {
            problems.append(SigningProblem(.minutesMissing, ["example": "minutes: {book: 3, page: 41}"]))
        }
        return problems + linkProblems(resolution, chain, last, mustName: inForce != nil)
    }

    /// Whether the hashes of earlier decisions are there where they must be, and right where they are there.
    private static func linkProblems(
        _ resolution: Resolution, _ chain: [AdoptedResolution], _ last: AdoptedResolution?, mustName: Bool
    ) -> [SigningProblem] {
        var problems: [SigningProblem] = []
        let previous = resolution.provenance.previous
        if let last, previous == nil, mustName {
            problems.append(
                SigningProblem(.previousMissing, ["last": "\(last.resolution.number)", "sha256": last.sha256]))
        } else if let previous, previous != last?.sha256 {
            problems.append(
                SigningProblem(
                    .previousOther,
                    ["last": last.map { "\($0.resolution.number)" } ?? "–", "sha256": last?.sha256 ?? "–"]))
        }
        for number in resolution.supersedes {
            // One that was never adopted is told by whoever looks whether the decision fits what is here.
            guard let replaced = chain.first(where: { $0.resolution.number == number }) else { continue }
            let values = [
                "number": "\(number)", "sha256": replaced.sha256,
                "entry": "{number: \(number), sha256: \(replaced.sha256)}",
            ]
            switch resolution.provenance.supersededHashes[number] {
            case replaced.sha256: break
            case nil: if mustName { problems.append(SigningProblem(.supersedesHashMissing, values)) }
            case _?: problems.append(SigningProblem(.supersedesHashOther, values))
            }
        }
        return problems
    }

    /// What goes on because the decision that was to replace it ends before it has begun.
    private static func goingOn(_ resolution: Resolution, _ chain: [AdoptedResolution]) -> [SigningProblem] {
        let unbegun = chain.map(\.resolution).filter {
            resolution.supersedes.contains($0.number) && $0.inForceFrom > resolution.inForceFrom
        }
        let inForce = LimitsInForce(chain)
        return unbegun.flatMap { older in
            older.supersedes.filter {
                !resolution.supersedes.contains($0) && inForce.isStanding($0, on: resolution.inForceFrom)
            }.map { SigningProblem(.goesOn, ["number": "\($0)", "instead": "\(older.number)"]) }
        }
    }

    /// What waits at the console brings a list and nothing else.
    private static func recoveryProblems(_ resolution: Resolution) -> [SigningProblem] {
        guard resolution.provenance.delegates != nil else { return [SigningProblem(.recoveryWithoutList)] }
        return resolution == resolution.headAlone(keepingDelegates: true) ? [] : [SigningProblem(.recoveryOfMore)]
    }
}

extension Resolution {
    /// The same decision with its head and its text alone, and of what else it decides one thing, so that all the rest shows.
    func headAlone(keepingDelegates: Bool = false, keepingEmergency: Bool = false) -> Resolution {
        Resolution(
            number: number, community: community, assembly: assembly, decidedBy: decidedBy, inForceFrom: inForceFrom,
            reviewBy: reviewBy, supersedes: [], personsServed: keepingEmergency ? personsServed : [:], limits: [],
            emergency: keepingEmergency ? emergency : nil,
            provenance: Provenance(
                minutes: provenance.minutes, previous: provenance.previous,
                delegates: keepingDelegates ? provenance.delegates : nil),
            text: text)
    }
}
