import GatewayModel

/// Where a reading belongs, by the rule of doubles.
public enum Placement: Hashable, Sendable {
    /// Newer than everything in its series: store it.
    case fresh(SeriesID)
    /// Older than the newest of its series, but not stored yet: store it; its days are marked for recomputing.
    case late(SeriesID)
    /// The same reading is stored already: drop it.
    case double
    /// Another value stands at that time: put it aside, never overwrite.
    case conflict(SeriesID, existing: DecimalValue)
}

/// Which series exist, with each one's newest reading; part of the pipeline's state.
///
/// A value: cheap to copy, changed beside the state in force and adopted after the commit. New identities get the
/// next free numbers, which the commit persists, so a failed commit leaves nothing behind. Used from one thread.
public struct SeriesDirectory: Sendable {
    /// What the next commit must write about identity and days.
    public struct News: Hashable, Sendable {
        /// New streams, by number.
        public internal(set) var streams: [StreamRecord] = []
        /// New series, by number.
        public internal(set) var series: [SeriesRecord] = []
        /// Days of series to compute anew.
        public internal(set) var days: [DirtyDay] = []

        /// Makes empty news.
        public init() {}

        /// True where there is nothing to write.
        public var isEmpty: Bool { streams.isEmpty && series.isEmpty && days.isEmpty }
    }

    /// A series' day whose figures must be computed anew.
    public struct DirtyDay: Hashable, Sendable {
        /// Which series.
        public var series: SeriesID
        /// The local day.
        public var date: CalendarDate
    }

    struct FieldKey: Hashable {
        var stream: Int32
        var channel: String
        var unit: String
    }

    /// The newest reading of a series and the local day that was marked last; no references, so a copy is one block.
    struct Newest {
        var id: Int64
        var hasReading = false
        var isDeviceTime = false
        var scale: UInt8 = 0
        var time: Int64 = .min
        var mantissa: Int64 = 0
        var markedFrom: Int64 = .max
        var markedUntil: Int64 = .min
    }

    struct Pending {
        var index: Int32
        var time: Int64
        var value: DecimalValue
    }

    struct Day {
        var from: Int64 = .max
        var until: Int64 = .min
        var date = CalendarDate(daysSinceEpoch: 0)
    }

    let zone: Zone
    var streams: [StreamKey: Int32] = [:]
    var streamIDs: [Int64] = []
    var fields: [FieldKey: Int32] = [:]
    var newest: [Newest] = []
    var nextStream: Int64
    var nextSeries: Int64
    var lastStream: (key: StreamKey, index: Int32)?
    var pending: [Pending] = []
    var news = News()
    var day = Day()

    /// Makes an empty directory whose days are those of `zone`.
    init(zone: Zone, nextStream: Int64 = 1, nextSeries: Int64 = 1) {
        self.zone = zone
        self.nextStream = nextStream
        self.nextSeries = nextSeries
    }

    /// How many series are known.
    public var count: Int { newest.count }

    /// What the next commit must write; call it once per batch, just before the commit.
    public mutating func takeNews() -> News {
        pending.removeAll(keepingCapacity: true)
        defer { news = News() }
        return news
    }

    /// The number of a series that is known.
    public func series(_ stream: StreamKey, channel: String, unit: Unit) -> SeriesID? {
        guard let index = streams[stream] else { return nil }
        return fields[FieldKey(stream: index, channel: channel, unit: unit.code)]
            .map { SeriesID(rawValue: newest[Int($0)].id) }
    }
}
