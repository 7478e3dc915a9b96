import ArgumentParser
import Foundation
import GatewayApp

extension LimitsCommand {
    /// `commons limits draft`
    struct Draft: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Drafts a decision by asking in plain words.",
            discussion: """
                Fills in the next number and the check numbers of the decisions before it. Every number that an assembly decides \
                about is yours: there is none by default. The file is a draft; adopting it is another command.

                Whoever breaks off finds the answers in OUTPUT.answers, or draft.answers in this folder, and is offered them \
                when starting again: Enter keeps each.

                Examples:
                  commons limits draft
                  commons limits draft --output /media/stick/0009.md --language es
                """)
        @OptionGroup var site: SiteOptions
        @Option(name: .long, help: "The file to write; NUMBER.md in this folder by default.") var output: String?
        @Option(name: .long, help: "The language of the questions.") var language: String?

        func run() throws {
            let files = try Site.load(configFile: site.config)
            let desk = try DraftDesk(site: files, language: language, output: output) { question in
                print(question, terminator: "")
                fflush(nil)
                return readLine()
            } tell: {
                print($0)
            }
            guard let draft = try desk.draft() else {
                throw ValidationError("The questions were not answered to the end; no decision was written.")
            }
            try desk.write(draft)
        }
    }
}
