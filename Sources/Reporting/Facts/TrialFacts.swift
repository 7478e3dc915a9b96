import GatewayModel

/// What a proposed decision would have meant, gathered from the community's own readings.
public struct TrialFacts: Sendable {
    /// One limit of the proposal.
    public struct Tried: Sendable {
        /// Its title, by language.
        public var titles: [String: String]
        /// The limit as proposed.
        public var limit: Limit
        /// For how many and how much it counts.
        public var scale: Scale
        /// On how many days it would have been passed; nil where too few homes are concerned to show it.
        public var days: Int?
        /// How many times.
        public var times: Int
        /// The longest of them, in seconds.
        public var longest: Int64
        /// The first days on which it would have been passed.
        public var firstDays: [CalendarDate]
        /// On how many days not enough was measured.
        public var unknownDays: Int
        /// On how many days a minimum for people would have been kept by less than a tenth.
        public var nearDays: Int
        /// The limit in force that it would replace, with the days on which that was passed; nil days where too few homes are
        /// concerned to show it.
        public var current: (limit: Limit, scale: Scale, days: Int?)?
        /// Days on which it would have been passed with other numbers, from the least to the greatest.
        public var range: [(amount: DecimalValue, days: Int)]

        /// Makes facts.
        public init(
            limit: Limit, scale: Scale, days: Int?, times: Int, longest: Int64, firstDays: [CalendarDate],
            unknownDays: Int, nearDays: Int, current: (limit: Limit, scale: Scale, days: Int?)?,
            range: [(amount: DecimalValue, days: Int)]
        ) {
            titles = limit.titles
            self.limit = limit
            self.scale = scale
            self.days = days
            self.times = times
            self.longest = longest
            self.firstDays = firstDays
            self.unknownDays = unknownDays
            self.nearDays = nearDays
            self.current = current
            self.range = range
        }

        /// A limit of which nothing is told, since too few homes are concerned.
        public init(hidden limit: Limit, scale: Scale) {
            self.init(
                limit: limit, scale: scale, days: nil, times: 0, longest: 0, firstDays: [], unknownDays: 0, nearDays: 0,
                current: nil, range: [])
        }
    }

    /// The stages of the proposal.
    public struct StagesTried: Sendable {
        /// Their name within the decision.
        public var id: String
        /// Their title, by language.
        public var titles: [String: String]
        /// True where only the assembly makes a level count; they are tried as if it always had at once.
        public var isDeclaredByAssembly: Bool
        /// Each level, the mildest first, with the days on which it would have counted; nil where they look at single homes.
        public var levels: [(titles: [String: String], days: Int)]?

        /// Makes facts.
        public init(
            id: String, titles: [String: String], isDeclaredByAssembly: Bool,
            levels: [(titles: [String: String], days: Int)]?
        ) {
            self.id = id
            self.titles = titles
            self.isDeclaredByAssembly = isDeclaredByAssembly
            self.levels = levels
        }
    }

    /// The community's name.
    public var community: String
    /// True for simulated data.
    public var isDemonstration: Bool
    /// The community's zone.
    public var zone: Zone
    /// The proposal's number.
    public var number: Int
    /// The first day that was looked at.
    public var from: CalendarDate
    /// The last one.
    public var through: CalendarDate
    /// The limits, in the proposal's order.
    public var limits: [Tried]
    /// The stages, in the proposal's order.
    public var stages: [StagesTried]
    /// Why it could not be adopted as it stands, in words; nil where nothing stands in its way.
    public var obstacle: String?

    /// Makes facts.
    public init(
        community: String, isDemonstration: Bool, zone: Zone, number: Int, from: CalendarDate, through: CalendarDate,
        limits: [Tried], stages: [StagesTried] = []
    ) {
        self.stages = stages
        self.community = community
        self.isDemonstration = isDemonstration
        self.zone = zone
        self.number = number
        self.from = from
        self.through = through
        self.limits = limits
    }

    /// How many days were looked at.
    public var dayCount: Int { Int(through.daysSinceEpoch - from.daysSinceEpoch) + 1 }
}
