import GatewayModel

/// What happened around limits that the next assembly must hear of.
public struct LimitNews: Hashable, Sendable {
    /// Stages with where they stand.
    public struct Stage: Hashable, Sendable {
        /// The decision that has them.
        public var reference: LimitReference
        /// Their title, by language.
        public var titles: [String: String]
        /// What the level is called, by language; empty for none.
        public var levelTitles: [String: String]
        /// The level that counts; 0 for none.
        public var level: Int
        /// Since which day.
        public var since: CalendarDate
        /// The level that the rules ask for and only the assembly can declare.
        public var proposed: Int?
        /// True where only the assembly makes a level count.
        public var isDeclared = false
        /// True where a decision declared the level that counts, and it did not begin by itself.
        public var wasDeclared = false
        /// True where its rules look at so few homes that what they find would tell of them.
        public var isOnHomes = false

        /// Makes a stage's standing.
        public init(
            reference: LimitReference, titles: [String: String], levelTitles: [String: String], level: Int,
            since: CalendarDate, proposed: Int?
        ) {
            self.reference = reference
            self.titles = titles
            self.levelTitles = levelTitles
            self.level = level
            self.since = since
            self.proposed = proposed
        }
    }

    /// A limit that was tightened between two assemblies.
    public struct Emergency: Hashable, Sendable {
        /// The decision that tightens it.
        public var decision: Int
        /// The decision that set the limit; nil where that is not known.
        public var setBy: Int?
        /// The limit as it was decided.
        public var limit: Limit
        /// The amount that counts meanwhile, in the limit's unit.
        public var amount: DecimalValue
        /// The last day.
        public var until: CalendarDate
        /// For how many people and how much ground it counts.
        public var scale = Scale(persons: nil)
        /// True where the limit counts so few homes that its name may be a home's.
        public var isOnHomes = false

        /// Makes facts.
        public init(decision: Int, limit: Limit, amount: DecimalValue, until: CalendarDate) {
            self.decision = decision
            self.limit = limit
            self.amount = amount
            self.until = until
        }
    }

    /// A change in what a limit measures.
    public struct Change: Hashable, Sendable {
        /// Whose figures are measured otherwise.
        public enum Subject: Hashable, Sendable {
            /// A measuring point of the community.
            case sensor(Sensor)
            /// A home's; which one is nobody's business here.
            case home
            /// All of them: days begin at another time.
            case days
            /// What a limit counts, as a new decision has it; its titles by language.
            case limit([String: String])
        }

        /// Who made the change. Names of persons stand in the record book only, where they can be erased.
        public enum Author: Hashable, Sendable {
            /// The files of the box.
            case settings
            /// A decision, by its number.
            case decision(Int)
            /// A person at the console; the record book's entry of this number says who.
            case person(entry: Int64)
        }

        /// What the change means for a figure of the month before it.
        public struct Effect: Hashable, Sendable {
            /// Whose figure, where that is not the subject's own.
            public var sensor: Sensor?
            /// Before and after.
            public var effect: MeasuredEffect

            /// Makes an effect.
            public init(of sensor: Sensor? = nil, _ effect: MeasuredEffect) {
                self.sensor = sensor
                self.effect = effect
            }
        }

        /// Whose figures.
        public var subject: Subject
        /// When.
        public var at: Instant
        /// By whom.
        public var author: Author
        /// What is different.
        public var what: [MeasuredDifference]
        /// What it means for the figures of the month before; empty where nobody knows, and for homes.
        public var effects: [Effect]

        /// Makes facts.
        public init(
            _ subject: Subject, at: Instant, by author: Author, what: [MeasuredDifference], effects: [Effect] = []
        ) {
            self.subject = subject
            self.at = at
            self.author = author
            self.what = what
            self.effects = effects
        }
    }

    /// Stages in force.
    public var stages: [Stage]
    /// Emergency measures that wait to be ratified.
    public var emergencies: [Emergency]
    /// Changes in what limits measure.
    public var changes: [Change]

    /// Makes news; without arguments there are none.
    public init(stages: [Stage] = [], emergencies: [Emergency] = [], changes: [Change] = []) {
        self.stages = stages
        self.emergencies = emergencies
        self.changes = changes
    }
}
