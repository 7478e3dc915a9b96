import ArgumentParser
import GatewayApp

extension HouseholdsCommand {
    struct Slips: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Writes slips for homes whose own meter noticed something, as an HTML page to print and fold.",
            discussion: """
                For homes that no destination reaches; each slip is for that home alone. Homes see that it was printed.

                Example:
                  commons households slips --for Rosa > slips.html
                """)
        @OptionGroup var site: SiteOptions
        @Flag(name: .long, help: "Also for homes that a destination reaches.") var all = false
        @Option(name: .customLong("for"), help: .person("The person who carries them.")) var enteredFor: String?

        func run() throws {
            print(try HouseholdDesk(site: Site.load(configFile: site.config)).slips(all: all, enteredFor: enteredFor))
        }
    }
}
