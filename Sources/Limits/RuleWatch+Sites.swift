import GatewayModel

/// Several places at once: an undesired result is one that shows at a stated number or share of them.
///
/// A place that was not heard, or is silent for longer than its sensor's rhythm allows, is not known: it raises nothing, and what
/// is passed is kept again only where it is so whatever happens there.
struct SitesWatch: RuleWatch {
    private struct Place: Sendable {
        var outsideSince: Instant?
        var value: DecimalValue
        var seen: Instant
    }

    private var places: [Place?]
    private var latch = Latch()

    init(sensors: Int) {
        places = Array(repeating: nil, count: sensors)
    }

    mutating func see(level: RecentFigures.Figure, _ frame: RuleFrame, _ rests: inout Instant) -> [RuleChange] {
        guard case .sites(let bound, let deadband, _, _) = frame.limit.rule, let value = frame.convert(level) else {
            return []
        }
        // What was outside before a silence is not known to have stayed so.
        let known = places[level.place].flatMap { place in
            SitesWatch.isSilent(place, level.place, at: level.time, frame) ? nil : place
        }
        let isOutside = LimitEngine.isOutside(value, bound, frame.limit.bound)
        let isClear = LimitEngine.isClear(value, bound, deadband, frame.limit.bound)
        let since = isOutside ? known?.outsideSince ?? level.time : isClear ? nil : known?.outsideSince
        // A late reading makes known again what was silent by now, whatever it was then.
        let wasKnown =
            places[level.place].map { !SitesWatch.isSilent($0, level.place, at: frame.now, frame) } ?? false
        if !wasKnown || since != known?.outsideSince { rests = .min }
        places[level.place] = Place(outsideSince: since, value: value, seen: level.time)
        latch.recent.note(level)
        return frame.now >= rests ? tick(frame, &rests) : []
    }

    mutating func tick(_ frame: RuleFrame, _ rests: inout Instant) -> [RuleChange] {
        guard !frame.isReplay,
            case .sites(let bound, _, let at, let onDelay) = frame.limit.rule
        else { return [] }
        let known = places.enumerated().compactMap { number, place in
            place.flatMap { SitesWatch.isSilent($0, number, at: frame.now, frame) ? nil : $0 }
        }
        let outside = known.filter { place in
            place.outsideSince.map { frame.now >= $0.advanced(bySeconds: onDelay) } ?? false
        }
        rests = nextDelay(after: frame.now, onDelay)
        let least = at.least(of: places.count)
        let isPast = outside.count >= least
        // Who has just gone outside is not inside, though it does not count yet.
        let isKept = known.count { $0.outsideSince != nil } + places.count - known.count < least
        guard latch.raisedAt == nil ? isPast : isKept else { return [] }
        let onset = outside.compactMap(\.outsideSince).sorted().dropFirst(least - 1).first ?? frame.now
        let worst =
            frame.limit.bound == .atMost ? outside.map(\.value).max() : outside.map(\.value).min()
        return latch.update(
            isPast: isPast, sensor: nil, onset: onset, value: worst ?? known.map(\.value).min(), bound: bound,
            coverage: Coverage(measured: known.count, expected: places.count), frame)
    }

    /// When a delay ends next; a place that says no more neither raises nor keeps anything by that.
    private func nextDelay(after now: Instant, _ onDelay: Int64) -> Instant {
        places.compactMap { $0?.outsideSince?.advanced(bySeconds: onDelay) }.filter { $0 > now }.min()
            ?? .max
    }

    private static func isSilent(_ place: Place, _ number: Int, at instant: Instant, _ frame: RuleFrame) -> Bool {
        frame.judged.silentAfter(at: number).map { instant > place.seen.advanced(bySeconds: $0) } ?? false
    }

    static func lookBack(_ rule: Limit.Rule) -> Int64 {
        guard case .sites(_, _, _, let onDelay) = rule else { return 0 }
        return max(36 * 3600, onDelay + 3600)
    }

    mutating func restore(raised: LimitTransition, at place: Int?) {
        latch.raisedAt = raised.onset
    }
}
