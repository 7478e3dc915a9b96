import ArgumentParser
import GatewayApp

extension LogCommand {
    struct Erase: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Erases texts of an entry, such as a name or a note, for good; the chain stays whole.",
            discussion: """
                The entry and its facts stay, and a new entry says who had which texts erased and why. The stewards are told. \
                Copies made before still hold them until they leave the rota.

                Examples:
                  commons log erase 412 --text person --why "moved away and asked for it" \\
                      --for Amina
                  commons log erase 412 --why "the note names a child" --for Rosa  (all of it)
                """)
        @OptionGroup var site: SiteOptions
        @Argument(help: "The entry's number.") var number: Int64
        @Option(name: .long, help: "Only this text, as `log show --format json` names it (may be repeated).")
        var text: [String] = []
        @Option(name: .long, help: "Why.") var why: String
        @Option(name: .customLong("for"), help: .person()) var enteredFor: String?

        func run() throws {
            try finish(
                RecordDesk(site: Site.load(configFile: site.config))
                    .erase(text, ofRecord: number, why: why, enteredFor: enteredFor))
        }
    }
}
