import Alerting
import DeviceProfiles
import GatewayModel
import Limits
import Metering
import Storage

/// Everything the ingest thread knows between two messages; a value, so that a batch works on a copy.
struct PipelineState: Sendable {
    /// A level with its time.
    struct Level: Sendable {
        var value: DecimalValue
        var time: Instant
    }

    /// Messages to readings.
    var decoder: MessageDecoder
    /// Channels to the profiles that read them.
    var profiles = ProfileUses()
    /// Readings to series.
    var series: SeriesDirectory
    /// Channels to sensors.
    var sensors: SensorDirectory
    /// Registers to consumption.
    var meters: MeterRoom
    /// Virtual sensors.
    var computed: ComputedRoom
    /// Readings that people set aside.
    var asides: SetAsides
    /// Measurements to limits passed and kept.
    var limits: LimitEngine
    /// Where stages stand today.
    var stages: [StageKeeper.Standing] = []
    /// Of how many homes something may be told.
    var disclosure = DisclosureRules()
    /// Limits passed to alerts.
    var alerts: AlertBook
    /// Who was on duty last; nil where nobody ever was.
    var onDuty: String?
    /// The month of the last monthly test messages.
    var testedMonth: String?
    /// The time for which the last weekly round was sent.
    var roundAt: Instant?
    /// The time for which the last sign of life was given.
    var signAt: Instant?
    /// Neighbours' boxes that should give a sign of life.
    var neighbours: NeighbourWatch
    /// What is our own and no measurement.
    var own = OwnTopics(prefix: "")
    /// Sensors that should have reported.
    var silence: SilenceWatch
    /// What is not heard of any more, where only that could end an alert.
    var quiet = QuietWatch()
    /// Sensors that stood in the configuration's file and do so no more.
    var takenOut: Set<SensorID> = []
    /// Devices that send too much.
    var rates: RateCap
    /// Sensors whose unit cannot be converted to their own.
    var misunderstood: Set<SensorID> = []
    /// The last believed level of each sensor whose levels have bounds.
    var levels: [SensorID: Level] = [:]
    /// What devices send, and what was refused of it, since the start.
    var notes = DeviceNotes()
    /// Readings of meters came late: what is counted is to be made up.
    var hasLateMeters = false
    /// Changes of limits from old measurements, in order, which wait for those that follow.
    var held: [LimitTransition] = []
    /// When the first of them came.
    var heldSince = Instant(milliseconds: 0)
    /// When the last of them came.
    var heldAt = Instant(milliseconds: 0)
    /// What watches momentary values while the clock is not right.
    var undated: UndatedWatch?
    /// What was counted.
    var counters: Counters
    /// What is heard but measures nothing.
    var unassigned = UnassignedDevices()
}
