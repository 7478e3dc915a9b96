import GatewayModel

/// What is known of the decisions behind the limits: who stands behind each, and what is missing.
public struct DecisionFacts: Hashable, Sendable {
    /// A decision that was adopted here.
    public struct Adopted: Hashable, Sendable {
        /// Its number.
        public var number: Int
        /// The day of its assembly.
        public var assembly: CalendarDate
        /// SHA-256 of its bytes, 64 hexadecimal digits.
        public var sha256: String
        /// What stands behind it.
        public var state: SigningState

        /// Makes facts.
        public init(number: Int, assembly: CalendarDate, sha256: String, state: SigningState) {
            self.number = number
            self.assembly = assembly
            self.sha256 = sha256
            self.state = state
        }
    }

    /// A decision that stands on paper and lacks signatures.
    public struct Waiting: Hashable, Sendable {
        /// Its number.
        public var number: Int
        /// The day of its assembly.
        public var assembly: CalendarDate
        /// Where it is minuted.
        public var minutes: Minutes
        /// How many delegates have signed it.
        public var signed: Int
        /// How many must.
        public var needed: Int
        /// The delegates who have not.
        public var missing: [String]
        /// The first decision with a higher number that was adopted meanwhile, so that this one needs a new number; nil where
        /// none was.
        public var passedBy: Int?

        /// Makes facts.
        public init(
            number: Int, assembly: CalendarDate, minutes: Minutes, signed: Int, needed: Int, missing: [String],
            passedBy: Int? = nil
        ) {
            self.passedBy = passedBy
            self.number = number
            self.assembly = assembly
            self.minutes = minutes
            self.signed = signed
            self.needed = needed
            self.missing = missing
        }
    }

    /// A file that lies where decisions wait and cannot be read: nobody knows what it decides.
    public struct Unreadable: Hashable, Sendable {
        /// The file's name, without its folder.
        public var name: String
        /// What is wrong with it first.
        public var reason: String

        /// Makes facts.
        public init(name: String, reason: String) {
            self.name = name
            self.reason = reason
        }
    }

    /// A new list of delegates that waits at the console, since too many keys are lost.
    public struct Recovery: Hashable, Sendable {
        /// The number of its decision.
        public var number: Int
        /// SHA-256 of its bytes, 64 hexadecimal digits.
        public var sha256: String
        /// When the wait began.
        public var begunAt: Instant
        /// From when on it can be adopted.
        public var endsAt: Instant
        /// The delegates' ids and the fingerprints of their keys.
        public var persons: [String: [String]]

        /// Makes facts.
        public init(number: Int, sha256: String, begunAt: Instant, endsAt: Instant, persons: [String: [String]]) {
            self.number = number
            self.sha256 = sha256
            self.begunAt = begunAt
            self.endsAt = endsAt
            self.persons = persons
        }
    }

    /// The list of delegates in force, where the keys of too many of them end.
    public struct Ending: Hashable, Sendable {
        /// The number of its decision.
        public var number: Int
        /// How many must sign.
        public var needed: Int
        /// The day of the last assembly that so many may sign for.
        public var lastAssembly: CalendarDate
        /// The delegates whose keys end, with the day.
        public var persons: [String: CalendarDate]

        /// Makes facts.
        public init(number: Int, needed: Int, lastAssembly: CalendarDate, persons: [String: CalendarDate]) {
            self.number = number
            self.needed = needed
            self.lastAssembly = lastAssembly
            self.persons = persons
        }
    }

    /// Every adopted decision, by number.
    public var adopted: [Adopted]
    /// Those that wait for signatures for more than 14 days, by number.
    public var waiting: [Waiting]
    /// Files that lie where decisions wait and cannot be read, by name.
    public var unreadable: [Unreadable] = []
    /// The list that waits at the console; nil where none does.
    public var recovery: Recovery?
    /// True where a list of delegates is in force.
    public var hasDelegates: Bool
    /// When the delegates in force will be too few to sign; nil where they have no end.
    public var ending: Ending?

    /// Makes facts; what is left out is not there.
    public init(
        adopted: [Adopted] = [], waiting: [Waiting] = [], recovery: Recovery? = nil, hasDelegates: Bool = false,
        ending: Ending? = nil
    ) {
        self.ending = ending
        self.adopted = adopted
        self.waiting = waiting
        self.recovery = recovery
        self.hasDelegates = hasDelegates
    }
}
