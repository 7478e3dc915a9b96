import GatewayModel

/// One thing that is otherwise in what a limit measures: what it is, and what stood there before and stands there now.
public struct MeasuredDifference: Hashable, Sendable {
    /// What can be otherwise, by the names of the record book; each has its phrase, `told.key.<key>`.
    public enum Key: String, Hashable, Sendable, CaseIterable {
        case point
        case place
        case resource
        case quantity
        case role
        case visibility
        case unit
        case interval = "rhythm.interval"
        case silentAfter = "rhythm.silent_after"
        case pauses = "rhythm.pauses"
        case hours = "rhythm.hours"
        case multiplier = "meter.multiplier"
        case digits = "meter.digits"
        case bits = "meter.bits"
        case maximumPerHour = "meter.maximum_per_hour"
        case jitter = "meter.jitter"
        case resets = "meter.resets"
        case computedKind = "computed.kind"
        case computedParts = "computed.parts"
        case plausibleFrom = "plausible.from"
        case plausibleTo = "plausible.to"
        case plausiblePerHour = "plausible.per_hour"
        case device
        case deviceProfile = "device_profile"
        /// What a device profile says of how messages are read.
        case profileRules = "device_profile.rules"
        case timeZone = "time_zone"
        case sensors
        case personsServed = "persons_served"
        case area = "areas"
        /// What an entry of the record book names and this program does not know.
        case other
    }

    /// What stands there.
    public enum Value: Hashable, Sendable {
        /// As a person wrote it.
        case name(String)
        /// Lines of a file, to be set in quotation marks.
        case lines(String)
        /// So many.
        case count(Int)
        /// A plain number.
        case number(DecimalValue)
        /// An amount in its unit.
        case amount(DecimalValue, Unit)
        /// A time.
        case seconds(Int64)
        /// One of a few words, with the phrase `told.word.<key>.<word>`, else as it is.
        case word(String)
        /// A unit.
        case unit(Unit)
        /// A shared resource.
        case resource(Resource)
        /// Days of the week with their hours.
        case hours(OfficeHours)
        /// Parts of the year.
        case seasons([Season])
        /// Which channel of a device measures.
        case channel(Binding)
        /// Measuring points; of one that is unknown, or a home's, no name is said.
        case points([SensorID], known: [Sensor])
        /// So many measuring points whose names are not said.
        case pointCount(Int)
    }

    /// What is otherwise.
    public var key: Key
    /// The name that goes with the key: of an area, of a device profile.
    public var name: String
    /// What stood there; nil for nothing.
    public var before: Value?
    /// What stands there now; nil for nothing.
    public var after: Value?
    /// True where nothing is said but that it is otherwise, since the rest would name a home.
    public var isUnsaid: Bool

    /// Makes a difference.
    public init(_ key: Key, name: String = "", from before: Value?, to after: Value?, isUnsaid: Bool = false) {
        self.key = key
        self.name = name
        self.before = before
        self.after = after
        self.isUnsaid = isUnsaid
    }

    /// The difference in words, such as `silence that counts: before 2 min, now not set`.
    public func text(_ book: Phrasebook) -> String {
        let what = book.text("told.key.\(key.rawValue)", ["name": name])
        let (old, new) = (words(before, book), words(after, book))
        guard !isUnsaid, old != new else { return book.text("told.otherwise", ["what": what]) }
        return book.text("told.difference", ["what": what, "before": old, "after": new])
    }

    private func words(_ value: Value?, _ book: Phrasebook) -> String {
        let words = ReportWords(phrases: book, zone: .utc)
        switch value {
        case nil:
            let isGone = [.point, .device, .deviceProfile, .profileRules].contains(key)
            return book.text(isGone ? "told.nothing" : "told.not_set")
        case .name(let name): return name
        case .lines(let lines): return book.text("told.lines", ["lines": lines])
        case .count(let count): return String(count)
        case .number(let number): return book.number(number)
        case .amount(let amount, let unit): return words.exactAmount(amount, unit)
        case .seconds(let seconds): return book.duration(seconds)
        case .word(let word):
            return book.phrases["told.word.\(key.rawValue).\(word)"]
                ?? word.split(separator: "_").joined(separator: " ")
        case .unit(let unit): return unit.code == "1" ? book.text("told.no_unit") : words.symbol(unit)
        case .resource(let resource): return words.resourceWithin(resource)
        case .hours(let hours):
            let days = hours.weekdays.map { book.text("format.weekday.\($0)") }.joined(separator: ", ")
            return days + ", " + book.hours(hours.window)
        case .seasons(let seasons): return words.list(seasons.map { book.season(YearSpan($0)) })
        case .channel(let binding):
            return book.text("told.channel", ["device": binding.device, "channel": binding.channel])
        case .points(let ids, let known):
            let areAllShown = known.count == ids.count && known.allSatisfy { $0.visibility == .community }
            return areAllShown
                ? words.list(known.map(words.name)) : book.text("told.points", ["count": String(ids.count)])
        case .pointCount(let count): return book.text("told.points", ["count": String(count)])
        }
    }
}

extension [MeasuredDifference] {
    /// All of them in words.
    public func text(_ book: Phrasebook) -> String {
        map { $0.text(book) }.joined(separator: "; ")
    }
}

extension YearSpan {
    /// The part of the year in which nothing is expected.
    fileprivate init(_ season: Season) {
        self.init(
            from: MonthDay(month: season.from / 100, day: season.from % 100),
            through: MonthDay(month: season.to / 100, day: season.to % 100))
    }
}
