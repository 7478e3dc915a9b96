import ArgumentParser
import GatewayApp

/// Letting alerts rest.
extension AlertsCommand {
    struct Pause: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Lets an alert rest until a time; it stays on the list.",
            discussion: """
                At most seven days and never past the next assembly. Where people are protected: at most a day, and a second \
                person has to agree (`alerts agree`). The other stewards are told.

                Examples:
                  commons alerts pause 12 --until "2026-11-30 08:00" \\
                      --why "the plumber comes on Monday"
                  commons alerts pause 12 --lasting "12 h" --why "known work on the pump" \\
                      --for Rosa
                """)
        @OptionGroup var site: SiteOptions
        @Argument(help: "The alert's number.") var number: Int
        @OptionGroup var rest: RestOptions
        @Option(name: .customLong("for"), help: .person()) var enteredFor: String?

        func run() throws {
            let desk = try AlertDesk(site: Site.load(configFile: site.config))
            try finish(
                desk.pause(
                    number, until: rest.until, duration: rest.duration, why: rest.why, enteredFor: enteredFor))
        }
    }

    struct Agree: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Agrees that something rests, as another steward has asked.",
            discussion: """
                What protects people rests only when two persons say so, each in a way of their own.

                Examples:
                  commons alerts agree 12
                  commons alerts agree tank/level
                """)
        @OptionGroup var site: SiteOptions
        @Argument(help: "The alert's number, or the sensor or limit that is to be switched off.") var subject: String
        @Option(name: .customLong("for"), help: .person()) var enteredFor: String?

        func run() throws {
            try finish(AlertDesk(site: Site.load(configFile: site.config)).agree(subject, enteredFor: enteredFor))
        }
    }

    struct Off: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Switches the alerts of a sensor or a limit off, on purpose and until a time.",
            discussion: """
                Its alerts are recorded all the same; what still holds at the end is told then. Never past the next assembly; \
                where people are protected as for `pause`.

                Examples:
                  commons alerts off tank/level --until 2026-12-06 \\
                      --why "the probe is being repaired"
                  commons alerts off 1/tank-minimum --lasting "12 h" --why "the tank is cleaned"
                """)
        @OptionGroup var site: SiteOptions
        @Argument(help: "The sensor, or the limit as `limits list` names it.") var subject: String
        @OptionGroup var rest: RestOptions
        @Option(name: .customLong("for"), help: .person()) var enteredFor: String?

        func run() throws {
            let desk = try AlertDesk(site: Site.load(configFile: site.config))
            try finish(
                desk.switchAlerts(
                    subject, until: rest.until, duration: rest.duration, why: rest.why, enteredFor: enteredFor))
        }
    }

    struct On: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Switches the alerts of a sensor or a limit on again.",
            discussion: "Example:\n  commons alerts on tank/level")
        @OptionGroup var site: SiteOptions
        @Argument(help: "The sensor, or the limit as `limits list` names it.") var subject: String
        @Option(name: .customLong("for"), help: .person()) var enteredFor: String?

        func run() throws {
            let desk = try AlertDesk(site: Site.load(configFile: site.config))
            try finish(desk.switchAlerts(subject, enteredFor: enteredFor))
        }
    }
}
