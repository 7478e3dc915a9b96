/// One message as the broker handed it over.
public struct InboundMessage: Sendable, Hashable {
    /// The topic, at most 65,535 bytes of UTF-8.
    public var topic: String
    /// The payload as received, at most 256 KiB.
    public var payload: [UInt8]
    /// True where the broker sent a stored copy because we subscribed; such a value is never fresh.
    public var retained: Bool
    /// When the gateway received it.
    public var receivedAt: Instant

    /// Makes a message.
    public init(topic: String, payload: [UInt8], retained: Bool = false, receivedAt: Instant) {
        self.topic = topic
        self.payload = payload
        self.retained = retained
        self.receivedAt = receivedAt
    }
}

/// Where a reading's time comes from.
public enum TimeSource: UInt8, Hashable, Sendable, Codable, CaseIterable {
    /// The payload carries it.
    case device = 0
    /// When the gateway received the message.
    case received = 1
    /// The message waited at the broker for an unknown time; the instant is the latest possible one.
    case queued = 2
    /// Dated afterwards, once the gateway's clock was right.
    case redated = 3
    /// A person wrote it down.
    case manual = 4
}

/// A reading's time with its source and how far off it may be.
public struct ReadingTime: Hashable, Sendable {
    /// The measured time, UTC.
    public var instant: Instant
    /// Where the time comes from.
    public var source: TimeSource
    /// Milliseconds that the true time may lie *before* `instant`; 0 where unknown uncertainty does not matter.
    public var uncertainty: Int64

    /// Makes a reading time.
    public init(_ instant: Instant, source: TimeSource, uncertainty: Int64 = 0) {
        self.instant = instant
        self.source = source
        self.uncertainty = uncertainty
    }
}

/// The fields that arrive together in one kind of message of one device.
public struct StreamKey: Hashable, Sendable {
    /// The device's identity as its family gives it (hardware address, serial number or topic name).
    public var device: String
    /// The kind of message within the device, as the profile names it; empty where there is only one.
    public var message: String

    /// Makes a stream key.
    public init(device: String, message: String = "") {
        self.device = device
        self.message = message
    }
}

/// One value of one channel of one device: what, where, how much, in which unit, when.
public struct Reading: Hashable, Sendable {
    /// Device and kind of message.
    public var stream: StreamKey
    /// The channel within the device, such as `energy_total` or `phase_a.voltage`.
    public var channel: String
    /// What is measured.
    public var quantity: Quantity
    /// Gauge, register, delta or state.
    public var kind: ReadingKind
    /// The number as sent, never converted.
    public var value: DecimalValue
    /// True where the text had more digits than a ``DecimalValue`` holds.
    public var isRounded: Bool
    /// The unit as sent (UCUM code); ``Unit/unknown`` is not the dimensionless `1`.
    public var unit: Unit
    /// When it was measured.
    public var time: ReadingTime
    /// False where the device itself says not to trust the value (`status` not OK); stored, never checked.
    public var isTrusted: Bool

    /// Makes a reading.
    public init(
        stream: StreamKey, channel: String, quantity: Quantity, kind: ReadingKind, value: DecimalValue,
        isRounded: Bool = false, unit: Unit, time: ReadingTime, isTrusted: Bool = true
    ) {
        self.stream = stream
        self.channel = channel
        self.quantity = quantity
        self.kind = kind
        self.value = value
        self.isRounded = isRounded
        self.unit = unit
        self.time = time
        self.isTrusted = isTrusted
    }
}

/// Something in a message that did not become a reading, with the reason and a remedy where one is known.
public struct Rejection: Hashable, Sendable {
    /// A stable word for counters: `malformed`, `sentinel`, `out_of_range`, `retained`, `unknown_unit` …
    public var reason: String
    /// Where in the message: a JSON pointer, or empty for the whole message.
    public var place: String
    /// A sentence for people that says what was wrong and what to do.
    public var explanation: String

    /// Makes a rejection.
    public init(reason: String, place: String = "", explanation: String) {
        self.reason = reason
        self.place = place
        self.explanation = explanation
    }
}
