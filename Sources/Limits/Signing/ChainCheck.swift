import GatewayModel

/// An adopted decision with the bytes that were adopted.
public struct ChainLink: Hashable, Sendable {
    /// What it says, its hash as it was kept, and its signatures.
    public var adopted: AdoptedResolution
    /// The bytes.
    public var bytes: [UInt8]
    /// The community's day on which it was adopted.
    public var adoptedOn: CalendarDate

    /// Makes a link.
    public init(adopted: AdoptedResolution, bytes: [UInt8], adoptedOn: CalendarDate) {
        self.adopted = adopted
        self.bytes = bytes
        self.adoptedOn = adoptedOn
    }
}

/// Goes through everything that was adopted once more, from the bytes alone.
public enum ChainCheck {
    /// What each decision looks like when it is judged after those before it; by number.
    ///
    /// Nothing that was kept beside the bytes and the signatures is trusted: a decision that came in past the rules shows
    /// here, and one whose bytes were changed shows in itself and in the one after it.
    public static func judgements(
        of links: [ChainLink], community: String
    ) -> [(link: ChainLink, judgement: AdoptionJudgement)] {
        var before: [AdoptedResolution] = []
        return links.sorted { $0.adopted.resolution.number < $1.adopted.resolution.number }.map { link in
            var judgement = AdoptionRules.judge(
                link.bytes, link.adopted.resolution, signatures: link.adopted.signatures, after: before,
                community: community, today: link.adoptedOn, way: link.adopted.isRecovery ? .recovery : .adoption)
            // What was adopted before the minutes had to be named stays adopted.
            judgement.problems.removeAll { $0.code == .minutesMissing }
            let hash = ResolutionFile.sha256(link.bytes)
            if hash != link.adopted.sha256 {
                judgement.problems.append(SigningProblem(.changedBytes, ["sha256": link.adopted.sha256]))
            }
            var adopted = link.adopted
            adopted.sha256 = hash
            before.append(adopted)
            return (link, judgement)
        }
    }
}
