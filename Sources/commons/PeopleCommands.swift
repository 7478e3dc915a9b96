import ArgumentParser
import Foundation
import GatewayApp

/// `commons alerts`
struct AlertsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "alerts", abstract: "Alerts: what is open, who goes, what came of it.",
        subcommands: [List.self, Take.self, Decline.self, Note.self, Resolve.self, Explain.self])

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
            discussion: "Example:\n  commons alerts explain 12")
        @OptionGroup var site: SiteOptions
        @Argument(help: "The alert's number.") var number: Int
        @Option(name: .long, help: "text or json.") var format = ListFormat.text

        func run() throws {
            try AlertDesk(site: Site.load(configFile: site.config)).explain(number, json: format == .json)
                .forEach { print($0) }
        }
    }
}

/// Which alert, and for whom the answer is entered.
struct AnswerOptions: ParsableArguments {
    @OptionGroup var site: SiteOptions
    @Argument(help: "The alert's number.") var number: Int
    @Option(name: .customLong("for"), help: "The person this is entered for.") var enteredFor: String?

    func send(_ answer: AlertAnswer) throws {
        let desk = try AlertDesk(site: Site.load(configFile: site.config))
        try finish(desk.answer(number, answer, enteredFor: enteredFor))
    }
}

/// `commons limits`
struct LimitsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "limits", abstract: "Limits: what the assembly decided, and what is in force.",
        subcommands: [
            List.self, Explain.self, Draft.self, WhatIf.self, Sign.self, Collect.self, Verify.self, Adopt.self,
            Recover.self,
            History.self,
        ])

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Lists the limits in force on a day.",
            discussion: "Examples:\n  commons limits list\n  commons limits list --on 2026-03-03 --format json")
        @OptionGroup var site: SiteOptions
        @Option(name: .long, help: "The day (YYYY-MM-DD); today by default.") var on: String?
        @Option(name: .long, help: "text or json.") var format = ListFormat.text
        @Option(name: .long, help: "The language of the sentences.") var language: String?

        func run() throws {
            try LimitDesk(site: Site.load(configFile: site.config))
                .lines(on: on, json: format == .json, language: language).forEach { print($0) }
        }
    }

    struct Explain: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract:
                "Says what a file's limits mean, without adopting it; or all there is to know of an adopted limit.",
            discussion: """
                Of a file: one sentence per limit and language. Of a limit: the sentence, the decision, who signed it, which \
                device's readings count, and what changed in that since.

                Examples:
                  commons limits explain config/resolutions/0003-summer.md
                  commons limits explain 1/tank-minimum
                  commons limits explain 1/tank-minimum --at 2026-08-15
                """)
        @OptionGroup var site: SiteOptions
        @Argument(help: "The resolution's file, or a limit as `limits list` names it.") var subject: String
        @Option(name: .long, help: "Of a limit: the day (YYYY-MM-DD); today by default.") var at: String?

        func run() throws {
            let files = try Site.load(configFile: site.config)
            let result =
                try ExplainDesk.isReference(subject)
                ? ExplainDesk(site: files).lines(subject, at: at) : LimitDesk(site: files).explain(file: subject)
            result.lines.forEach { print($0) }
            guard result.isGood else { throw ExitCode(1) }
        }
    }

    struct Adopt: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Puts an adopted resolution into force; the only way to do so.",
            discussion: """
                Shows what changes in plain sentences and asks first; --yes where nobody is there to ask.

                Example:
                  commons limits adopt config/resolutions/0003-summer.md
                """)
        @OptionGroup var site: SiteOptions
        @Argument(help: "The resolution's file.") var file: String
        @Option(name: .customLong("for"), help: "The person this is entered for.") var enteredFor: String?
        @Flag(name: .long, help: "Do not ask.") var yes = false

        func run() throws {
            let desk = try LimitDesk(site: Site.load(configFile: site.config))
            let preview = try desk.preview(file: file)
            preview.lines.forEach { print($0) }
            guard preview.isGood else { throw ExitCode(1) }
            if !yes {
                print("Put this into force? Type yes: ", terminator: "")
                guard readLine() == "yes" else {
                    complain("Nothing was changed.")
                    throw ExitCode(1)
                }
            }
            try finish(desk.adopt(file: file, enteredFor: enteredFor))
        }
    }

    struct History: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Lists every resolution that was adopted here.",
            discussion: "Example:\n  commons limits history --format json")
        @OptionGroup var site: SiteOptions
        @Option(name: .long, help: "text or json.") var format = ListFormat.text

        func run() throws {
            try LimitDesk(site: Site.load(configFile: site.config)).history(json: format == .json).forEach { print($0) }
        }
    }
}
