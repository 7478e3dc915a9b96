import ArgumentParser
import Foundation
import GatewayApp

/// `commons households`
struct HouseholdsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "households", abstract: "A household's own: what is kept of it, who looked, and forgetting it.",
        subcommands: [Show.self, Export.self, Forget.self, Slips.self])

    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Says what is kept of a household, and who looked at it and why.",
            discussion: """
                Examples:
                  commons households show house-3/water
                  commons households show house-3/water --from 2026-01-01 --to 2026-03-31
                """)
        @OptionGroup var site: SiteOptions
        @Argument(help: "The household's measuring point.") var point: String
        @Option(name: .long, help: "The first day; the first of all by default.") var from: String?
        @Option(name: .long, help: "The last day; today by default.") var to: String?

        func run() throws {
            try HouseholdDesk(site: Site.load(configFile: site.config)).show(point, from: from, through: to)
                .forEach { print($0) }
        }
    }

    struct Export: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Writes everything that was measured of a household, for itself, as CSV.",
            discussion: """
                Days of which no readings are kept any more stand first, one line each, of the kind `day`.

                Examples:
                  commons households export house-3/water --for Amina --output amina.csv
                  commons households export house-3/water --from 2026-01-01 --to 2026-03-31 \\
                      --for Amina
                """)
        @OptionGroup var site: SiteOptions
        @Argument(help: "The household's measuring point.") var point: String
        @Option(name: .long, help: "The first day; the first of all by default.") var from: String?
        @Option(name: .long, help: "The last day; today by default.") var to: String?
        @Option(name: .customLong("for"), help: .person("Who of the household asked for it.")) var person: String
        @Option(name: .long, help: "The file to write; standard output by default.") var output: String?

        func run() throws {
            try HouseholdDesk(site: Site.load(configFile: site.config))
                .export(point, from: from, through: to, to: output, enteredFor: person)
        }
    }

    struct Forget: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Deletes what was measured of a household, for good.",
            discussion: """
                Readings, days, meter events, figures in alerts, their notices with the files and what a broker holds of \
                them, and the lines of files that were exported and still lie where they were written. The sums of the \
                months that are over are fixed first, so that no later report tells the difference. That it was deleted is \
                recorded, the values never. Files that were moved, and papers, are yours to destroy; copies made before are \
                purged when one of them is restored, and end with the rota.

                Examples:
                  commons households forget house-3/water --for Amina
                  commons households forget house-3/water --from 2026-01-01 --to 2026-03-31 \\
                      --for Amina
                """)
        @OptionGroup var site: SiteOptions
        @Argument(help: "The household's measuring point.") var point: String
        @Option(name: .long, help: "The first day; the first of all by default.") var from: String?
        @Option(name: .long, help: "The last day; today by default.") var to: String?
        @Option(name: .customLong("for"), help: .person("Who of the household asked for it.")) var person: String

        func run() throws {
            let reply = try HouseholdDesk(site: Site.load(configFile: site.config)).forget(
                point, from: from, through: to, enteredFor: person)
            reply.lines.forEach { print($0) }
            guard reply.isDone else { throw ExitCode(1) }
        }
    }
}
