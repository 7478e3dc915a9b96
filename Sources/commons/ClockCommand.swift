import ArgumentParser
import GatewayApp

/// `commons clock`
struct ClockCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "clock", abstract: "The box's clock, where no network sets it.", subcommands: [SetClock.self])

    struct SetClock: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "set", abstract: "Says what time it is now; never earlier than readings that are stored.",
            discussion: """
                Holds until the box is started anew, or a time service sets its clock. What came while the clock was not \
                right is dated by it.

                Example:
                  commons clock set "2026-03-01 08:10" --for Rosa
                """)
        @OptionGroup var site: SiteOptions
        @Argument(help: "The time now, local or with its zone.") var time: String
        @Option(name: .customLong("for"), help: .person()) var enteredFor: String?

        func run() throws {
            try finish(
                ClockDesk(site: Site.load(configFile: site.config)).set(time, enteredFor: enteredFor))
        }
    }
}
