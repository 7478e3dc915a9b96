import GatewayModel

/// Everything that one commit writes, in one transaction.
///
/// A value: the pipeline fills it beside a copy of its state and hands it to ``Store/commit(_:)``.
public struct Batch: Sendable {
    /// When the batch is committed, by the gateway's clock.
    public var committedAt: Instant
    /// The broker session that the packets belong to.
    public var session: Int64
    /// The messages that will be acknowledged after the commit, in order of arrival.
    public var packets: [PacketRecord]
    /// The readings that were placed, in order of arrival; no doubles, no conflicts.
    public var readings: [StoredReading]
    /// New streams, series and dirty days, from ``SeriesDirectory/takeNews()``.
    public var news: SeriesDirectory.News
    /// Alerts as they now are; an alert with the same id is replaced.
    public var alerts: [Alert]
    /// Changes in whether limits are kept.
    public var transitions: [LimitTransition]
    /// Notices to send; one that the outbox already has (same key and destination) is left as it is.
    public var outbox: [OutboxItem]
    /// Notices that wait and are worded anew, by their keys and destinations.
    public var reworded: [OutboxItem]
    /// Notices that wait and must not be sent any more, with the reason.
    public var leftOut: [LeftOutNotice]
    /// What happened to meters; an event of the same sensor, kind and time is replaced.
    public var meterEvents: [MeterEvent]
    /// Entries for the record book, in order.
    public var records: [RecordEntry]
    /// Conflicting readings and whole messages that someone must look at.
    public var putAside: [PutAside]
    /// What people did with entries that were put aside, by their numbers: released (true) or dropped.
    public var settled: [Int64: Bool]
    /// Messages that came while the clock was not right.
    public var held: [HeldMessage]
    /// Held messages up to this number are dated by this batch and no longer held.
    public var releasedThrough: Int64?
    /// Messages in which devices said what other messages mean.
    public var announcements: [DeviceAnnouncement]
    /// Amounts to add to named counters.
    public var counters: [String: Int64]
    /// Days whose consumption must be computed anew for reasons other than readings.
    public var dirtyUse: [DirtyUse]
    /// What is switched off on purpose from now on; nil for what is on again.
    public var switchedOff: [String: SwitchedOff?]
    /// What happened on duty, and when.
    public var dutyMarks: [DutyMark: Instant]

    /// Makes an empty batch.
    public init(committedAt: Instant, session: Int64 = 0) {
        self.committedAt = committedAt
        self.session = session
        packets = []
        readings = []
        news = SeriesDirectory.News()
        alerts = []
        transitions = []
        outbox = []
        reworded = []
        leftOut = []
        meterEvents = []
        records = []
        putAside = []
        settled = [:]
        held = []
        announcements = []
        counters = [:]
        dirtyUse = []
        switchedOff = [:]
        dutyMarks = [:]
    }

    /// True where a commit would write nothing.
    public var isEmpty: Bool {
        packets.isEmpty && readings.isEmpty && news.isEmpty && alerts.isEmpty && transitions.isEmpty
            && outbox.isEmpty && reworded.isEmpty && leftOut.isEmpty && meterEvents.isEmpty && records.isEmpty
            && putAside.isEmpty && counters.isEmpty
            && dirtyUse.isEmpty && settled.isEmpty && held.isEmpty && announcements.isEmpty
            && releasedThrough == nil && switchedOff.isEmpty && dutyMarks.isEmpty
    }
}

/// A notice that waits and must not be sent any more.
public struct LeftOutNotice: Hashable, Sendable {
    /// Its key.
    public var key: String
    /// Its destination.
    public var destination: String
    /// Why.
    public var reason: String

    /// Makes one.
    public init(_ item: OutboxItem, reason: String) {
        key = item.key
        destination = item.destination
        self.reason = reason
    }
}

/// A sensor's day whose consumption must be computed anew.
public struct DirtyUse: Hashable, Sendable {
    /// The measuring point.
    public var sensor: SensorID
    /// The local day.
    public var date: CalendarDate

    /// Makes a dirty day.
    public init(sensor: SensorID, date: CalendarDate) {
        self.sensor = sensor
        self.date = date
    }
}

/// Something kept raw because storing it as a reading would be wrong.
public struct PutAside: Hashable, Sendable {
    /// When it was put aside.
    public var at: Instant
    /// A stable word: `conflict`, `poison`, `malformed` …
    public var reason: String
    /// The device it came from; empty where none is known.
    public var device: String
    /// The topic, empty where it did not come by message.
    public var topic: String
    /// The payload as received.
    public var payload: [UInt8]
    /// The series that it concerns, where one is known.
    public var series: SeriesID?
    /// What was found and what stands in the store, for the person who looks.
    public var explanation: String

    /// Makes an entry.
    public init(
        at: Instant, reason: String, device: String = "", topic: String = "", payload: [UInt8] = [],
        series: SeriesID? = nil,
        explanation: String = ""
    ) {
        self.at = at
        self.reason = reason
        self.device = device
        self.topic = topic
        self.payload = payload
        self.series = series
        self.explanation = explanation
    }
}
