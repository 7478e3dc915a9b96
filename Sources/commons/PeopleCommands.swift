import ArgumentParser
import Foundation
import GatewayApp

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
        @Option(name: .customLong("for"), help: .person()) var enteredFor: String?
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
