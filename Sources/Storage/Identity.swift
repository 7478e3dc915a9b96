import GatewayModel

/// The number of a series in this database; never reused.
public struct SeriesID: RawRepresentable, Hashable, Comparable, Sendable {
    /// The number, from 1 on.
    public let rawValue: Int64

    /// Makes an identifier from its number.
    public init(rawValue: Int64) {
        self.rawValue = rawValue
    }

    /// Orders by number, which is the order of first appearance.
    public static func < (left: SeriesID, right: SeriesID) -> Bool {
        left.rawValue < right.rawValue
    }
}

/// The number of a stream in this database, 1 to 2^31 - 1; never reused.
public struct StreamID: RawRepresentable, Hashable, Comparable, Sendable {
    /// The number, from 1 on.
    public let rawValue: Int64

    /// Makes an identifier from its number.
    public init(rawValue: Int64) {
        self.rawValue = rawValue
    }

    /// Orders by number, which is the order of first appearance.
    public static func < (left: StreamID, right: StreamID) -> Bool {
        left.rawValue < right.rawValue
    }
}

/// A stream as stored: the fields that arrive together in one kind of message of one device.
public struct StreamRecord: Hashable, Sendable {
    /// Its number.
    public var id: StreamID
    /// Device and kind of message.
    public var key: StreamKey
    /// When its first reading was received or measured, whichever the reading says.
    public var firstSeen: Instant

    /// Makes a stream record.
    public init(id: StreamID, key: StreamKey, firstSeen: Instant) {
        self.id = id
        self.key = key
        self.firstSeen = firstSeen
    }
}

/// A series as stored: one channel of a stream in one unit; a change of unit makes a new series.
public struct SeriesRecord: Hashable, Sendable {
    /// Its number.
    public var id: SeriesID
    /// The stream it belongs to.
    public var stream: StreamID
    /// Device and kind of message.
    public var key: StreamKey
    /// The channel within the device.
    public var channel: String
    /// The unit as sent.
    public var unit: Unit
    /// What is measured, as first seen.
    public var quantity: Quantity
    /// Gauge, register, delta or state, as first seen.
    public var kind: ReadingKind
    /// What the device's profile knew of the meter, as first seen.
    public var meter: MeterSheet?

    /// Makes a series record.
    public init(
        id: SeriesID, stream: StreamID, key: StreamKey, channel: String, unit: Unit, quantity: Quantity,
        kind: ReadingKind, meter: MeterSheet? = nil
    ) {
        self.id = id
        self.stream = stream
        self.key = key
        self.channel = channel
        self.unit = unit
        self.quantity = quantity
        self.kind = kind
        self.meter = meter
    }
}

/// A device as the database knows it.
public struct DeviceRecord: Hashable, Sendable {
    /// The identity as its family gives it.
    public var device: String
    /// When it first appeared.
    public var firstSeen: Instant
    /// The newest reading's time, nil where it has none.
    public var lastSeen: Instant?
    /// How many readings are stored.
    public var readingCount: Int64
    /// Its series, by number.
    public var series: [SeriesRecord]

    /// Makes a device record.
    public init(
        device: String, firstSeen: Instant, lastSeen: Instant?, readingCount: Int64, series: [SeriesRecord]
    ) {
        self.device = device
        self.firstSeen = firstSeen
        self.lastSeen = lastSeen
        self.readingCount = readingCount
        self.series = series
    }
}
