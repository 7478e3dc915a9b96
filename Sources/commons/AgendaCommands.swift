import ArgumentParser
import Foundation
import GatewayApp
import GatewayModel

/// `commons agenda`
struct AgendaCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "agenda", abstract: "What the gateway asks of the next assembly.",
        subcommands: [Show.self, Post.self, Record.self], defaultSubcommand: Show.self)

    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Shows the drafted items, or the next assembly as a calendar file.",
            discussion: """
                Examples:
                  commons agenda show
                  commons agenda show --format odt > agenda.fodt      opens in LibreOffice
                  commons agenda show --format sheet > board.html     for the notice board
                  commons agenda show --format ics > assembly.ics
                  commons agenda show --meeting 2026-12-06            as posted, with results
                """)

        enum Form: String, ExpressibleByArgument, CaseIterable {
            case markdown, html, sheet, odt, text, json, ics
        }

        @OptionGroup var site: SiteOptions
        @Option(name: .long, help: "markdown, html, sheet, odt, text, json or ics; text on a terminal, else markdown.")
        var format: Form?
        @Option(name: .long, help: "The language; the community's first by default.") var language: String?
        @Option(name: .long, help: "A meeting whose agenda was posted, by its day; else what is drafted for the next.")
        var meeting: String?
        @Flag(name: .long, help: "Does not try proposed decisions on the last year, which can take a minute.")
        var withoutTrial = false

        func run() throws {
            let desk = AgendaDesk(site: try Site.load(configFile: site.config))
            let format = format ?? (isatty(1) == 1 ? .text : .markdown)
            print(
                try meeting.map { try desk.posted(meeting: $0, format: format.rawValue, language: language) }
                    ?? desk.text(format: format.rawValue, language: language, triesProposals: !withoutTrial) {
                        complain($0.description)
                    })
        }
    }

    struct Post: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Writes the agenda into the folder of papers, closes the month's report and tells people.",
            discussion: """
                What a person has changed in a posted file stays; what is new is added at its end, or on a page beside it \
                where the file cannot be added to. Nothing is decided by it.

                Example:
                  commons agenda post --for Ona
                """)

        @OptionGroup var site: SiteOptions
        @Option(name: .customLong("for"), help: .person()) var enteredFor: String?
        @Flag(name: .long, help: "Does not try proposed decisions on the last year.") var withoutTrial = false

        func run() throws {
            try finish(
                AgendaDesk(site: Site.load(configFile: site.config)).post(
                    enteredFor: enteredFor, triesProposals: !withoutTrial
                ) { complain($0.description) })
        }
    }

    struct Record: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Takes down what the assembly made of the items, from one marked file.",
            discussion: """
                In the posted Markdown file write behind each "Result:" one of
                  decided (decision 7)        a decision that is adopted here
                  decided (minutes 3, p. 41)  a decision that stands in the minutes
                  decided (minutes 3, p. 41; decision 7)
                                              the same, and it is to be adopted as decision 7
                  deferred: why               it comes again with its history
                  withdrawn                   it comes again only if something new happens
                and behind "Present:" how many were there. Before the assembly begins "accepted" says that an item \
                stands on its agenda; the others may stay open. If a line is not understood, nothing is taken down.

                Example:
                  commons agenda record var/papers/agenda-2026-12-06.md --for Ona
                """)

        @OptionGroup var site: SiteOptions
        @Argument(help: "The marked file.") var file: String
        @Option(name: .customLong("for"), help: .person("The secretary, for whom this is entered.")) var enteredFor:
            String?

        func run() throws {
            try finish(
                AgendaDesk(site: Site.load(configFile: site.config)).record(file: file, enteredFor: enteredFor))
        }
    }
}
