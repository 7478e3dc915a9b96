import ArgumentParser
import GatewayApp

/// `commons alerts`
struct AlertsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "alerts", abstract: "Alerts: what is open, who goes, what came of it.",
        subcommands: [
            List.self, Take.self, Decline.self, Seen.self, Note.self, Pause.self, Agree.self, Resolve.self,
            Explain.self, Off.self, On.self, Test.self, Round.self,
        ])

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Lists open alerts, or all with --all.",
            discussion: "Examples:\n  commons alerts list\n  commons alerts list --all --format json")

        @OptionGroup var site: SiteOptions
        @Flag(name: .long, help: "Closed ones too.") var all = false
        @Option(name: .long, help: "text or json.") var format = ListFormat.text

        func run() throws {
            try AlertDesk(site: Site.load(configFile: site.config)).lines(all: all, json: format == .json)
                .forEach { print($0) }
        }
    }

    struct Take: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "\"I'm going.\"", discussion: "Example:\n  commons alerts take 12")
        @OptionGroup var answer: AnswerOptions

        func run() throws { try answer.send(.take) }
    }

    struct Decline: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "\"Can't, next.\"", discussion: "Example:\n  commons alerts decline 12")
        @OptionGroup var answer: AnswerOptions

        func run() throws { try answer.send(.decline) }
    }

    struct Seen: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "\"Seen, not going.\" It stops nothing: others are still called.",
            discussion: "Example:\n  commons alerts seen 12")
        @OptionGroup var answer: AnswerOptions

        func run() throws { try answer.send(.seen) }
    }

    struct Note: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Adds a note.", discussion: "Example:\n  commons alerts note 12 'valve V3 was open'")
        @OptionGroup var answer: AnswerOptions
        @Argument(help: "The note.") var note: String

        func run() throws { try answer.send(.note(note)) }
    }

    struct Resolve: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Closes an alert with its cause.",
            discussion: "Example:\n  commons alerts resolve 12 --cause real --note 'pipe mended'")
        @OptionGroup var answer: AnswerOptions
        @Option(name: .long, help: "real, false_reading, test or known_work.") var cause: String
        @Option(name: .long, help: "What was found.") var note: String?

        func validate() throws {
            if AlertDesk.outcome(cause) == nil {
                throw ValidationError("--cause is one of real, false_reading, test, known_work, not '\(cause)'.")
            }
        }

        func run() throws {
            guard let outcome = AlertDesk.outcome(cause) else { return }
            try answer.send(.resolve(outcome, note: note))
        }
    }

    struct Explain: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Says which readings, which limit, which decision and which gaps led to an alert.",
            discussion:
                "Examples:\n  commons alerts explain 12\n  commons alerts explain 14 --why 'Amina asked us to look'")
        @OptionGroup var site: SiteOptions
        @Argument(help: "The alert's number.") var number: Int
        @Option(name: .long, help: "text or json.") var format = ListFormat.text
        @Option(name: .long, help: "Why what a home used is wanted; the home can see it.") var why: String?

        func run() throws {
            try AlertDesk(site: Site.load(configFile: site.config)).explain(number, json: format == .json, why: why)
                .forEach { print($0) }
        }
    }
}

/// Until when something rests.
struct RestOptions: ParsableArguments {
    @Option(name: .long, help: "When it ends: 2026-11-30, or \"2026-11-30 08:00\".") var until: String?
    @Option(name: .customLong("lasting"), help: "How long, instead: \"12 h\", \"2 d\".") var duration: String?
    @Option(name: .long, help: "Why; everybody can read it.") var why: String

    func validate() throws {
        guard (until == nil) != (duration == nil) else {
            throw ValidationError("Say --until or --lasting, and one of them only.")
        }
    }
}

/// Which alert, and for whom the answer is entered.
struct AnswerOptions: ParsableArguments {
    @OptionGroup var site: SiteOptions
    @Argument(help: "The alert's number.") var number: Int
    @Option(name: .customLong("for"), help: .person()) var enteredFor: String?

    func send(_ answer: AlertAnswer) throws {
        let desk = try AlertDesk(site: Site.load(configFile: site.config))
        try finish(desk.answer(number, answer, enteredFor: enteredFor))
    }
}
