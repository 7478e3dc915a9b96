import GatewayModel

/// One value as it stands in the store.
public struct StoredReading: Hashable, Sendable {
    /// Which series.
    public var series: SeriesID
    /// When it was measured.
    public var time: ReadingTime
    /// The number as sent, in the series' unit.
    public var value: DecimalValue
    /// True where the text had more digits than a ``DecimalValue`` holds.
    public var isRounded: Bool
    /// False where the device itself says not to trust the value.
    public var isTrusted: Bool
    /// When the gateway received it, nil where that equals the measured time or was not kept.
    public var receivedAt: Instant?

    /// Makes a stored reading.
    public init(
        series: SeriesID, time: ReadingTime, value: DecimalValue, isRounded: Bool = false, isTrusted: Bool = true,
        receivedAt: Instant? = nil
    ) {
        self.series = series
        self.time = time
        self.value = value
        self.isRounded = isRounded
        self.isTrusted = isTrusted
        self.receivedAt = receivedAt
    }

    /// Makes a stored reading from a reading that was placed in a series.
    ///
    /// The received time is dropped where it equals the measured one.
    public init(_ reading: Reading, in series: SeriesID, receivedAt: Instant? = nil) {
        self.init(
            series: series, time: reading.time, value: reading.value, isRounded: reading.isRounded,
            isTrusted: reading.isTrusted, receivedAt: receivedAt == reading.time.instant ? nil : receivedAt)
    }
}

/// Which readings to read.
public struct ReadingQuery: Hashable, Sendable {
    /// The choice of series.
    public enum Selection: Hashable, Sendable {
        /// Every series.
        case all
        /// These series.
        case series([SeriesID])
        /// What is bound to these sensors, within the dates of each binding.
        case sensors([SensorID])
        /// Every series of these devices.
        case devices([String])
    }

    /// Whose readings.
    public var selection: Selection
    /// Measured at or after this instant.
    public var from: Instant
    /// Measured before this instant.
    public var until: Instant

    /// Makes a query; without dates it covers all of time.
    public init(
        _ selection: Selection, from: Instant = .min, until: Instant = .max
    ) {
        self.selection = selection
        self.from = from
        self.until = until
    }
}
