import GatewayModel

/// Everything the monthly report and the agenda are made from, gathered by the application in one reading of the store.
///
/// Plain values: whoever has them can make the same report again, byte for byte.
public struct ReportFacts: Sendable {
    /// The community's id, as in its configuration.
    public var communityID: String
    /// The community's name.
    public var communityName: String
    /// True where the database holds simulated data; the report says so on top.
    public var isDemonstration: Bool
    /// The community's time zone.
    public var zone: Zone
    /// The month of the report.
    public var month: CalendarMonth
    /// When the facts were gathered; the report's "as of".
    public var generatedAt: Instant
    /// The sensors with their figures of the month.
    public var sensors: [SensorMonth]
    /// The same of the month before; empty where nothing was measured then.
    public var monthBefore: [SensorMonth]
    /// The same of this month a year ago; empty where nothing was measured then.
    public var yearBefore: [SensorMonth]
    /// The limits in force during the month, and those that ended and are shown only.
    public var limits: [LimitFacts]
    /// The limits that the next assembly may have to look at again, with how they were kept in the month; nil where they are
    /// those of the month. Since its end some may have been replaced, and others have begun.
    public var reviewable: [LimitFacts]?
    /// Alerts that began in the month, ended in it, or are still open.
    public var alerts: [Alert]
    /// How many days before the month count for what is put off again: nothing rests longer than from one assembly to the
    /// next.
    public static let daysBefore: Int64 = 35
    /// Alerts that were closed in the ``daysBefore`` days before the month began, for the load of its first week and for
    /// what is put off again.
    public var earlierAlerts: [Alert] = []
    /// Meter events that still wait for a person's answer.
    public var openMeterEvents: [MeterEvent]
    /// Readings of the month that people set aside.
    public var setAside: [SetAsideFacts]
    /// Persons served, as declared in the resolution in force; nil where no resolution declares it.
    public var personsServed: Int?
    /// Production and load per interval, for the energy formulas; empty where only totals are known.
    public var energyIntervals: [EnergyInterval]
    /// The least water flow of each night between 2 and 4 o'clock, in L/h, for the leak estimate; empty where unknown.
    public var nightlyMinimumFlows: [DecimalValue]
    /// Usable water in the tanks at the end of the month in m3; nil where unknown.
    public var usableStorage: DecimalValue?
    /// Weather for the garden's needs; nil where no temperature is measured.
    public var weather: WeatherFacts?
    /// The gateway itself.
    public var gateway: GatewayFacts
    /// The next assemblies, soonest first, three where the rule goes on.
    public var nextAssemblies: [Instant]
    /// When the agenda of the next assembly closes.
    public var agendaClosesAt: Instant?
    /// The day on which the rule puts the next assembly; nil where it is the day on which it is held.
    public var nextMeetingDay: CalendarDate?
    /// Decisions that people propose.
    public var proposals: [ProposalFacts] = []
    /// What neighbouring communities propose.
    public var neighbours: [NeighbourFacts] = []
    /// What earlier assemblies made of items, by the item's id.
    public var agendaPast: [String: [AgendaPast]] = [:]
    /// Meetings of posted agendas that were cancelled, by the day on which the rule puts them.
    public var cancelledMeetings: Set<CalendarDate> = []
    /// The days on which meetings are held, by the day on which the rule puts them; those that are left out are held then.
    public var heldOn: [CalendarDate: CalendarDate] = [:]
    /// How much an assembly can take.
    public var agendaBudget = AgendaBudget()
    /// How many have to come for the assembly to decide; nil where the community has not said so.
    public var quorum: QuorumFacts?
    /// How many stewards share the duty; 0 where unknown.
    public var stewardCount: Int
    /// The names of the stewards, to tell who acted as one; no name is ever shown.
    public var stewardNames: Set<String> = []
    /// What was switched off on purpose, ever.
    public var switchOffs: [SwitchOffFacts] = []
    /// What people say is wrong; what is a household's business is left out of every paper.
    public var disputes: [Dispute] = []
    /// The alerts that they are about, of whatever month.
    public var disputedAlerts: [Alert] = []
    /// How many alerts the volunteers can bear.
    public var loadBudget = LoadBudget()
    /// What the month's report said when it was closed; nil while it is open.
    public var closed: ClosedReport?
    /// What its earlier editions said, the oldest first; none where it was closed once.
    public var earlierEditions: [ClosedReport] = []
    /// Errata of closed reports of other months of which no agenda has spoken yet.
    public var olderErrata: [CalendarMonth: [Erratum]] = [:]
    /// Months of which a household's days were deleted since: the totals of their closed reports are those that stay.
    public var fixed: [CalendarMonth: ClosedReport]
    /// Figures of this month that were published before, such as an earlier edition of this report.
    public var alreadyShown: [FigureOrigin]
    /// The bounds for figures over households.
    public var disclosureRules: DisclosureRules
    /// The decisions, who stands behind them, and what is missing.
    public var decisions: DecisionFacts
    /// Stages, emergency measures, and changes in what limits measure.
    public var limitNews: LimitNews

    /// Makes facts; what is left out is unknown or did not happen.
    public init(
        communityID: String, communityName: String, isDemonstration: Bool = false, zone: Zone, month: CalendarMonth,
        generatedAt: Instant, sensors: [SensorMonth], monthBefore: [SensorMonth] = [], yearBefore: [SensorMonth] = [],
        limits: [LimitFacts] = [], alerts: [Alert] = [], openMeterEvents: [MeterEvent] = [],
        setAside: [SetAsideFacts] = [], personsServed: Int? = nil,
        energyIntervals: [EnergyInterval] = [], nightlyMinimumFlows: [DecimalValue] = [],
        usableStorage: DecimalValue? = nil, weather: WeatherFacts? = nil, gateway: GatewayFacts,
        nextAssemblies: [Instant] = [], agendaClosesAt: Instant? = nil, stewardCount: Int = 0,
        closed: ClosedReport? = nil, fixed: [CalendarMonth: ClosedReport] = [:], alreadyShown: [FigureOrigin] = [],
        disclosureRules: DisclosureRules = DisclosureRules(), decisions: DecisionFacts = DecisionFacts(),
        limitNews: LimitNews = LimitNews()
    ) {
        self.decisions = decisions
        self.limitNews = limitNews
        self.communityID = communityID
        self.communityName = communityName
        self.isDemonstration = isDemonstration
        self.zone = zone
        self.month = month
        self.generatedAt = generatedAt
        self.sensors = sensors
        self.monthBefore = monthBefore
        self.yearBefore = yearBefore
        self.limits = limits
        self.alerts = alerts
        self.openMeterEvents = openMeterEvents
        self.setAside = setAside
        self.personsServed = personsServed
        self.energyIntervals = energyIntervals
        self.nightlyMinimumFlows = nightlyMinimumFlows
        self.usableStorage = usableStorage
        self.weather = weather
        self.gateway = gateway
        self.nextAssemblies = nextAssemblies
        self.agendaClosesAt = agendaClosesAt
        self.stewardCount = stewardCount
        self.closed = closed
        self.fixed = fixed
        self.alreadyShown = alreadyShown
        self.disclosureRules = disclosureRules
    }
}

/// Readings of a sensor that somebody set aside: kept, and counted in no figure.
public struct SetAsideFacts: Hashable, Sendable {
    /// The measuring point.
    public var sensor: SensorID
    /// Readings from this instant on.
    public var from: Instant
    /// Readings before this instant.
    public var until: Instant
    /// Why, in the person's own words.
    public var why: String

    /// Makes facts.
    public init(sensor: SensorID, from: Instant, until: Instant, why: String) {
        self.sensor = sensor
        self.from = from
        self.until = until
        self.why = why
    }
}

/// How many have to come, as the community defines it.
public struct QuorumFacts: Hashable, Sendable {
    /// The community's own words; empty where there is only a number.
    public var words: String
    /// How many persons; nil where only words say it.
    public var needed: Int?

    /// Makes facts.
    public init(words: String, needed: Int?) {
        self.words = words
        self.needed = needed
    }
}

extension ReportFacts {
    /// The day on which a meeting was or is held.
    func day(of meeting: CalendarDate) -> CalendarDate { heldOn[meeting] ?? meeting }

    /// What ends by this day is on the agenda two assemblies before: the third one from now. Nil where none is known.
    var reviewHorizon: CalendarDate? { nextAssemblies.prefix(3).last.map { zone.date(at: $0) } }
}
