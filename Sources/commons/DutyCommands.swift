import ArgumentParser
import GatewayApp

/// `commons duty`
struct DutyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "duty", abstract: "The duty list: who is called when, and who counts.",
        subcommands: [Show.self, Sheet.self, Phones.self])

    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Shows the coming weeks, the mandates, and the first gap.",
            discussion: "Examples:\n  commons duty show\n  commons duty show --format json")
        @OptionGroup var site: SiteOptions
        @Option(name: .long, help: "text or json.") var format = ListFormat.text

        func run() throws {
            try DutyDesk(site: Site.load(configFile: site.config)).lines(json: format == .json).forEach { print($0) }
        }
    }

    struct Phones: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Writes the telephone list for the wall: who is called first, second and then.",
            discussion: "A printer among the destinations of the stewards prints it at each change of duty.\n\n"
                + "Examples:\n  commons duty phones | lp\n  commons duty phones --language es")
        @OptionGroup var site: SiteOptions
        @Option(name: .long, help: "The language; the community's first one by default.") var language: String?

        func run() throws {
            print(try DutyDesk(site: Site.load(configFile: site.config)).phones(language: language))
        }
    }

    struct Sheet: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Writes a steward's welcome sheet as an HTML page to print.",
            discussion:
                "It holds what is that person's alone, such as topic and word: give it from hand to hand, and delete "
                + "the file. The squares to scan need Debian's qrencode.\n\n"
                + "Example:\n  commons duty sheet Rosa > rosa.html")
        @OptionGroup var site: SiteOptions
        @Argument(help: "The steward's name.") var name: String

        func run() throws {
            print(try DutyDesk(site: Site.load(configFile: site.config)).sheet(of: name))
        }
    }
}

extension AlertsCommand {
    struct Test: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Sends a test message to a steward, who answers it with `alerts take`.",
            discussion: "A steward counts on the duty list once a test message was answered.\n\n"
                + "Example:\n  commons alerts test --to Rosa")
        @OptionGroup var site: SiteOptions
        @Option(name: .customLong("to"), help: "The steward's name.") var steward: String
        @Option(name: .customLong("for"), help: .person()) var enteredFor: String?

        func run() throws {
            try finish(AlertDesk(site: Site.load(configFile: site.config)).test(steward, enteredFor: enteredFor))
        }
    }

    struct Round: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Lists what is to be visited this week: silent sensors and low batteries, and who goes.",
            discussion: "With round: in the configuration the list goes out by itself once a week.\n\n"
                + "Examples:\n  commons alerts round\n  commons alerts round --format json")
        @OptionGroup var site: SiteOptions
        @Option(name: .long, help: "text or json.") var format = ListFormat.text

        func run() throws {
            try RoundDesk(site: Site.load(configFile: site.config)).lines(json: format == .json).forEach { print($0) }
        }
    }
}
