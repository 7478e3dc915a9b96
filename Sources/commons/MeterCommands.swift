import ArgumentParser
import GatewayApp

/// Which event of a meter is meant, and for whom the answer is entered.
struct MeterEventOptions: ParsableArguments {
    @OptionGroup var site: SiteOptions
    @Argument(help: "The sensor, as `commons meters events` shows it.") var sensor: String
    @Option(name: .long, help: "The event's time as listed; may be left out while one question is open.") var at:
        String?
    @Option(name: .long, help: "The kind (exchange, reset …), where several happened at once.") var kind: String?
    @Option(name: .customLong("for"), help: .person()) var enteredFor: String?

    func send(isConfirmed: Bool, use: String?) throws {
        let desk = try MeterDesk(site: Site.load(configFile: site.config))
        try finish(
            desk.decide(
                sensor: sensor, at: at, kind: kind, isConfirmed: isConfirmed, use: use, enteredFor: enteredFor))
    }
}

/// `commons meters confirm`
struct ConfirmMeterEvent: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "confirm", abstract: "It happened: its consumption counts. The other stewards are told.",
        discussion: """
            Examples:
              commons meters confirm main/water
              commons meters confirm main/water --at "2026-05-03 10:15" --use "33 m3"
            """)
    @OptionGroup var event: MeterEventOptions
    @Option(name: .long, help: "The consumption, where the readings do not tell it: a number, or with its unit.")
    var use: String?

    func run() throws { try event.send(isConfirmed: true, use: use) }
}

/// `commons meters revert`
struct RevertMeterEvent: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "revert", abstract: "It did not happen, or a confirmation is taken back.",
        discussion: "Example:\n  commons meters revert main/water --at \"2026-05-03 10:15\"")
    @OptionGroup var event: MeterEventOptions

    func run() throws { try event.send(isConfirmed: false, use: nil) }
}

/// `commons meters exchange`
struct ExchangeMeter: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "exchange", abstract: "Tells that a meter was replaced, before or after its readings show it.",
        discussion: """
            The figures are the register's own, as the dial showed them; say their unit where it is not the one that the \
            device sends. Print the sheet to take along with --print.

            Examples:
              commons meters exchange main/water --print
              commons meters exchange main/water --old-final 9870 --new-first 0 \\
                  --at "2026-05-03 10:00" --by Rosa
            """)
    @OptionGroup var site: SiteOptions
    @Argument(help: "The sensor.") var sensor: String
    @Option(name: .long, help: "The last figure of the old meter.") var oldFinal: String?
    @Option(name: .long, help: "The first figure of the new meter.") var newFirst: String?
    @Option(name: .long, help: "When it was replaced.") var at: String?
    @Option(name: .long, help: "The unit of both figures; the register's own by default.") var unit: String?
    @Option(name: .long, help: "Who replaced it.") var by: String?
    @Flag(name: .long, help: "Print the sheet to fill in.") var print = false
    @Option(name: .long, help: "The sheet's language.") var language: String?

    func validate() throws {
        guard !print else { return }
        if oldFinal == nil || newFirst == nil || at == nil {
            throw ValidationError("Say --old-final, --new-first and --at; or --print for the sheet to take along.")
        }
    }

    func run() throws {
        let desk = try MeterDesk(site: Site.load(configFile: site.config))
        if print {
            try desk.exchangeSheet(sensor: sensor, language: language).forEach { Swift.print($0) }
            return
        }
        guard let oldFinal, let newFirst, let at else { return }
        try finish(
            desk.exchange(
                sensor: sensor, at: at, oldFinal: oldFinal, newFirst: newFirst, unit: unit, enteredFor: by))
    }
}

/// `commons readings add`
struct AddReading: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Adds readings that people took themselves: one, or a round sheet.",
        discussion: """
            Examples:
              commons readings add main/water 1234.5 --at "2026-05-03 10:00" --for Rosa
              commons readings add --print > round.csv     a sheet to print and fill in
              commons readings add --sheet round.csv --for Rosa
            """)
    @OptionGroup var site: SiteOptions
    @Argument(help: "The sensor.") var sensor: String?
    @Argument(help: "The figure.") var value: String?
    @Option(name: .long, help: "Its unit; the sensor's by default.") var unit: String?
    @Option(name: .long, help: "When it was read; now by default.") var at: String?
    @Option(name: .customLong("for"), help: .person("Who read it.")) var enteredFor: String?
    @Option(name: .long, help: "A filled-in round sheet (CSV).") var sheet: String?
    @Flag(name: .long, help: "Print an empty round sheet.") var print = false
    @Option(name: .long, help: "Only this place on the sheet.") var place: String?

    func validate() throws {
        guard sheet == nil, !print else { return }
        if sensor == nil || value == nil { throw ValidationError("Say the sensor and the figure, or --sheet FILE.") }
    }

    func run() throws {
        let desk = try HandDesk(site: Site.load(configFile: site.config))
        if print { return try desk.roundSheet(place: place).forEach { Swift.print($0) } }
        if let sheet { return try finish(desk.addSheet(sheet, enteredFor: enteredFor)) }
        guard let sensor, let value else { return }
        try finish(desk.add(sensor: sensor, value: value, unit: unit, at: at, enteredFor: enteredFor))
    }
}

/// `commons readings set-aside`
struct SetReadingsAside: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set-aside",
        abstract: "Lets readings of a time not count; they stay stored, and it can be undone.",
        discussion: """
            Examples:
              commons readings set-aside tank/level --from "2026-05-03 08:00" \\
                  --to "2026-05-03 12:00" --why "sensor was out of the water"
              commons readings set-aside --list
              commons readings set-aside --undo 3
            """)
    @OptionGroup var site: SiteOptions
    @Argument(help: "The sensor.") var sensor: String?
    @Option(name: .long, help: "From this day or time on.") var from: String?
    @Option(name: .long, help: "Before this day or time.") var to: String?
    @Option(name: .long, help: "Why; shown wherever the figure is shown.") var why: String?
    @Option(name: .customLong("for"), help: .person()) var enteredFor: String?
    @Flag(name: .long, help: "List what is set aside.") var list = false
    @Option(name: .long, help: "The number of an entry whose readings count again.") var undo: Int64?
    @Option(name: .long, help: "text or json.") var format = ListFormat.text

    func validate() throws {
        guard !list, undo == nil else { return }
        if sensor == nil || from == nil || to == nil || why == nil {
            throw ValidationError("Say the sensor, --from, --to and --why; or --list, or --undo NUMBER.")
        }
    }

    func run() throws {
        let desk = try HandDesk(site: Site.load(configFile: site.config))
        if list { return try desk.setAsides(json: format == .json).forEach { print($0) } }
        if let undo { return try finish(desk.liftSetAside(undo, enteredFor: enteredFor)) }
        guard let sensor, let from, let to, let why else { return }
        try finish(desk.setAside(sensor: sensor, from: from, until: to, why: why, enteredFor: enteredFor))
    }
}

/// `commons readings put-aside`
struct PutAsideReadings: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "put-aside",
        abstract: "Readings with impossible times, or that contradict what is stored: look, release or drop.",
        discussion: """
            Examples:
              commons readings put-aside
              commons readings put-aside --release 12 --for Rosa   its time is true
              commons readings put-aside --drop-device 0x00158d0001abcdef
            """)
    @OptionGroup var site: SiteOptions
    @Option(name: .long, help: "Why households' figures are wanted; they see it.") var why: String?
    @Option(name: .long, help: "The number of an entry whose time is true.") var release: Int64?
    @Option(name: .long, help: "A device whose times are all true.") var releaseDevice: String?
    @Option(name: .long, help: "The number of an entry to drop.") var drop: Int64?
    @Option(name: .long, help: "A device whose entries are all dropped.") var dropDevice: String?
    @Option(name: .customLong("for"), help: .person()) var enteredFor: String?
    @Option(name: .long, help: "text or json.") var format = ListFormat.text

    func run() throws {
        let desk = try HandDesk(site: Site.load(configFile: site.config))
        if release != nil || releaseDevice != nil {
            try finish(
                desk.settlePutAside(
                    number: release, device: releaseDevice, isReleased: true, enteredFor: enteredFor))
        } else if drop != nil || dropDevice != nil {
            try finish(
                desk.settlePutAside(number: drop, device: dropDevice, isReleased: false, enteredFor: enteredFor))
        } else {
            try desk.putAside(json: format == .json, why: why).forEach { print($0) }
        }
    }
}
