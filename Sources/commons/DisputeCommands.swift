import ArgumentParser
import GatewayApp
import GatewayModel

/// `commons disputes`
struct DisputesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "disputes",
        abstract: "“I think this is wrong”: of readings, figures and alerts, until the assembly has decided.",
        subcommands: [List.self, Open.self, Check.self, Decide.self], defaultSubcommand: List.self)

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Lists what waits for the assembly.",
            discussion: "Examples:\n  commons disputes list\n  commons disputes list --all --format json")
        @OptionGroup var site: SiteOptions
        @Flag(name: .long, help: "Also what is decided.") var all = false
        @Option(name: .long, help: "Why households' own are wanted; they see it. Left out otherwise.")
        var why: String?
        @Option(name: .long, help: "text or json.") var format = ListFormat.text

        func run() throws {
            try DisputeDesk(site: Site.load(configFile: site.config))
                .lines(all: all, json: format == .json, why: why).forEach { print($0) }
        }
    }

    struct Open: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Enters that somebody thinks a reading, a figure or an alert is wrong.",
            discussion: """
                Whatever shows it is marked until the assembly has decided. A paper slip is entered with --for.

                Examples:
                  commons disputes open --sensor main/water --from 2026-10-03 \\
                      --to 2026-10-05 --why "we were away" --for Amina
                  commons disputes open --figure water --month 2026-10 \\
                      --why "more than came out of the spring" --for Pau
                  commons disputes open --alert 12 --why "the tank was full"
                """)
        @OptionGroup var site: SiteOptions
        @Option(name: .long, help: "The sensor whose readings are wrong.") var sensor: String?
        @Option(name: .long, help: "From this day or time on.") var from: String?
        @Option(name: .long, help: "Before this day or time.") var to: String?
        @Option(name: .long, help: "The resource whose figure in a report is wrong.") var figure: String?
        @Option(name: .long, help: "The report's month (YYYY-MM).") var month: String?
        @Option(name: .long, help: "That part of the figure alone: input, production, output or consumption.")
        var part: Part?
        @Option(name: .long, help: "The alert's number.") var alert: Int?
        @Option(name: .long, help: "Why it is wrong.") var why: String
        @Option(name: .customLong("for"), help: .person()) var enteredFor: String?

        enum Part: String, ExpressibleByArgument, CaseIterable {
            case input, production, output, consumption

            var role: SensorRole {
                switch self {
                case .input: .input
                case .production: .production
                case .output: .output
                case .consumption: .consumption
                }
            }
        }

        private var wishes: [DisputeDesk.Wish] {
            var wishes: [DisputeDesk.Wish] = []
            if let sensor, let from, let to { wishes.append(.readings(sensor: sensor, from: from, until: to)) }
            if let figure, let month {
                wishes.append(.figure(resource: figure, month: month, role: part.map(\.role)))
            }
            if let alert { wishes.append(.alert(alert)) }
            return wishes
        }

        func validate() throws {
            if wishes.count != 1 || part != nil && figure == nil {
                throw ValidationError(
                    "Say --sensor with --from and --to, or --figure with --month and perhaps --part, or --alert.")
            }
        }

        func run() throws {
            guard let wish = wishes.first else { return }
            try finish(
                DisputeDesk(site: Site.load(configFile: site.config)).open(wish, why: why, enteredFor: enteredFor))
        }
    }

    struct Check: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Enters that somebody has looked, how, and what was found.",
            discussion: """
                Example:
                  commons disputes check 3 --for Pau \\
                      --how "bucket test: 10 L in 62 s, the meter said 9.8 L"
                """)
        @OptionGroup var site: SiteOptions
        @Argument(help: "The dispute's number.") var number: Int64
        @Option(name: .long, help: "How it was checked, and what was found.") var how: String
        @Option(name: .customLong("for"), help: .person("The person who checked.")) var enteredFor: String?

        func run() throws {
            try finish(
                DisputeDesk(site: Site.load(configFile: site.config)).check(number, how: how, enteredFor: enteredFor))
        }
    }

    struct Decide: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Enters what the assembly has decided; nobody else ends a dispute.",
            discussion: """
                Upheld: the readings are set aside, kept and not counted; a figure or an alert is shown as set aside.

                Examples:
                  commons disputes decide 3 --uphold --why "the meter stood still" --decision 7
                  commons disputes decide 4 --keep --why "the bucket test agrees" \\
                      --assembly 2026-12-06 --minutes "book 2, page 14"
                """)
        @OptionGroup var site: SiteOptions
        @Argument(help: "The dispute's number.") var number: Int64
        @Flag(name: .long, help: "The assembly agrees that it is wrong.") var uphold = false
        @Flag(name: .long, help: "The assembly says that it counts.") var keep = false
        @Option(name: .long, help: "The assembly's reason.") var why: String
        @Option(name: .long, help: "The number of the adopted decision.") var decision: Int?
        @Option(name: .long, help: "The day of the assembly, where minutes tell it.") var assembly: String?
        @Option(name: .long, help: "Where the minutes stand.") var minutes: String?
        @Option(name: .customLong("for"), help: .person()) var enteredFor: String?

        func validate() throws {
            if uphold == keep { throw ValidationError("Say either --uphold or --keep.") }
            if (decision != nil) == (assembly != nil) || (assembly == nil) != (minutes == nil) {
                throw ValidationError("Say --decision, or --assembly with --minutes: only the assembly decides.")
            }
        }

        func run() throws {
            try finish(
                DisputeDesk(site: Site.load(configFile: site.config)).decide(
                    number, isUpheld: uphold, reason: why, decision: decision, assembly: assembly, minutes: minutes,
                    enteredFor: enteredFor))
        }
    }
}
