import GatewayModel

/// What one file of `Devices/` says about a family of devices: where its messages come and how to read them.
public struct DeviceProfile: Sendable {
    /// The family's short name, such as `wmbusmeters`.
    public var name: String
    /// The devices and programs that it covers, for people who choose.
    public var families: [String]
    /// What to set in the device's own page so that its messages can be read; empty where nothing is needed.
    public var setup: String
    /// Within how many milliseconds an equal message is a repetition of the radio; 0 where none are repeated.
    public var repeatWindow: Int64
    /// How many seconds of messages the device may keep and send late; nil where it keeps none.
    public var buffersUpTo: Int64?
    /// True where the neighbours' devices are heard too, so that the wanted ones must be listed.
    public var needsAllowList: Bool
    /// How often the device usually reports, in seconds; nil where it reports on change.
    public var rhythm: Int64?
    /// Messages with the readings that they must give.
    public var samples: [ProfileSample]
    /// The lines of the file that say how messages are read, with those of the profiles whose fields it shares; without
    /// remarks, samples, and what is written for people.
    public internal(set) var rules: [String] = []

    var file: String
    var line: Int
    var priority = 50
    var topics: [TopicRule] = []
    var ignoredTopics: [TopicPattern] = []
    var device: [TextTemplate] = []
    var times: [TimeRule] = []
    /// Times that stand beside the values of one part of the message, such as the records of a history.
    var timesBeside: [TimeRule] = []
    var statuses: [StatusRule] = []
    var fields: [FieldRule] = []
    var sharedFields: [String] = []
    var format: MessageFormat = .fields
}

/// A message with the readings that it must give, so that a profile proves itself.
public struct ProfileSample: Hashable, Sendable {
    /// The topic.
    public var topic: String
    /// The payload's text.
    public var payload: String
    /// The readings that must come, as `channel = value unit`; empty where none may come.
    public var readings: [String]
    /// The line in the profile's file, counted from 1.
    public var line: Int
}

/// How a family's messages are built.
enum MessageFormat: String, CaseIterable, Sendable {
    /// A number on a topic of its own, or JSON with named values; the rules under `fields` read both.
    case fields
    /// Sensor Measurement Lists (RFC 8428).
    case senml
    /// The Homie convention, whose units stand in messages of their own.
    case homie
    /// Home Assistant's discovery messages, which say what other topics mean.
    case discovery
    /// Telegrams of European smart meters (DSMR, OBIS codes).
    case telegram
    /// Messages that name the unit or code of another topic.
    case announcement
}

/// Where a family's messages come.
struct TopicRule: Sendable {
    enum Payload: String, CaseIterable {
        case any, json, scalar
    }

    var pattern: TopicPattern
    var payload: Payload = .any
    /// The name of this kind of message; the part of the topic after the device where nil.
    var message: String?
    /// Top-level members that the JSON must have to be this family's.
    var recognisedBy: [[String]] = []
    /// Members without which the message holds no reading and is refused.
    var required: [[String]] = []
}

/// A value whose other texts mean that the device does not trust its own readings.
struct StatusRule: Sendable {
    var path: [String]
    var good: [String]
    /// True where a bad status makes the readings worthless, so that they are refused.
    var refuses: Bool

    var place: String { "/" + path.joined(separator: "/") }
}

/// One line of `fields`: which values of the message are readings, and of what.
struct FieldRule: Sendable {
    var paths: [FieldPath]
    var isIgnored = false
    var reason: String?
    var channel: TextTemplate?
    var quantity: Quantity?
    var unit: Unit?
    var unitFrom: String?
    var unitNames: [String: Unit] = [:]
    var kind: ReadingKind?
    /// What the rest of the message must hold for this rule; the next fitting rule is taken otherwise.
    var conditions: [FieldCondition] = []
    /// The numbers for which this rule holds; the next fitting rule is taken otherwise.
    var values: ClosedRange<DecimalValue>?
    /// True where a number that this rule reads tells what its whole topic measures from then on.
    var tells = false
    /// Whose value it is where one message speaks of several devices.
    var device: TextTemplate?
    /// What is known of the family's meters.
    var meter: MeterSheet?
    /// When this value was measured where it differs from the message's time.
    var time: TimeRule?
    /// Texts for which a rule with a reason does not refuse.
    var good: [String] = []
    var scale: DecimalValue?
    var dropped: [DecimalValue] = []
    var range: ClosedRange<DecimalValue>?
    var states: [String: DecimalValue] = [:]
    /// True where keys in other spellings and keys that end in a unit fit too: `soilMoisture`, `pressure_bar`.
    var isLoose = false

    /// True where `{key}` stands for the whole path of a nested value.
    var namesWholePath = false

    /// True where the value's unit tells what is measured; a value without one is no reading.
    var isByUnit: Bool { quantity == "{unit}" }
    /// True where the value has a device or a time of its own.
    var hasOwnFrame: Bool { device != nil || time != nil }
    var line = 0
}
