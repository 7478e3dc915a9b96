import GatewayModel

/// What the report says about one resource.
public struct ResourceReport: Sendable {
    /// The resource.
    public var resource: Resource
    /// The unit of its totals; nil where it has no meters.
    public var unit: Unit?
    /// What the community used; nil where it has no meters.
    public var total: MonthTotal?
    /// The same per day, in order; empty where it has no meters.
    public var days: [DayTotal] = []
    /// The totals by role, where there is more than one role.
    public var roles: [RoleTotal] = []
    /// Beside the month before.
    public var monthBefore: Comparison?
    /// Beside the same month a year ago.
    public var yearBefore: Comparison?
    /// The worst state among the limits of this resource; nil where it has none.
    public var state: LimitDayState?
    /// A ceiling per day to draw into the chart, in ``unit``, with the limit's name.
    public var dailyLimit: (limit: Limit, amount: DecimalValue)?
    /// Levels and conditions of shared points.
    public var gauges: [GaugeReport] = []
    /// Litres per person and day; water only.
    public var perPersonAndDay: DecimalValue?
    /// What came in and was not measured at any tap, per day in litres; water only, with meters on both sides.
    public var notAccountedPerDay: DecimalValue?
    /// A possible leak in L/h; water only, with at least seven nights.
    public var possibleLeak: DecimalValue?
    /// How many days the stored water lasts; water only.
    public var daysLeft: DaysLeft?
    /// Own use of own energy; energy only, with figures per interval.
    public var energyBalance: EnergyBalance?
    /// What the beds needed and what rain gave, in whole mm per week; garden only, with temperatures.
    public var gardenNeed: GardenNeed?

    /// Who says that its figures are wrong, and what the assembly said to that.
    public var mark = DisputeReport.Mark()

    /// A total of the meters with one role.
    public struct RoleTotal: Hashable, Sendable {
        /// The role.
        public var role: SensorRole
        /// Their total.
        public var total: MonthTotal
        /// Who says that it is wrong.
        public var mark = DisputeReport.Mark()
    }

    /// How long stored water lasts.
    public struct DaysLeft: Hashable, Sendable {
        /// Whole days at the mean draw of the last seven days.
        public var atMean: Int
        /// Whole days at the greatest draw of the last seven days.
        public var atMost: Int
    }

    /// The garden's need of water.
    public struct GardenNeed: Hashable, Sendable {
        /// Estimated need in whole mm (litres per square metre) per week.
        public var needed: Int
        /// Rain in whole mm per week; nil where not measured.
        public var rain: Int?
        /// Days with temperatures, of the days that are over.
        public var days: Coverage
    }
}

/// A shared level or condition over a month.
public struct GaugeReport: Hashable, Sendable {
    /// The measuring point; always one that the community shares.
    public var sensor: Sensor
    /// The lowest value of the month.
    public var lowest: DecimalValue
    /// The highest value of the month.
    public var highest: DecimalValue
    /// The mean of the days' means.
    public var mean: DecimalValue
    /// The days, in order.
    public var days: [DayGaugeFigure]
    /// Days with values, of the days that are over.
    public var coverage: Coverage
}
