import ArgumentParser
import GatewayApp

/// `commons limits recover`
extension LimitsCommand {
    struct Recover: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract:
                "Brings in the first list of delegates, or a new one when too many keys are lost; waits seven public days.",
            discussion: """
                The decision brings the new list and nothing else, and is signed by as many of the new delegates as it asks \
                for. While it waits it is first on the agenda, everybody is told, and the record book keeps it. Any decision \
                that present delegates sign ends the wait: then their keys are not lost.

                Examples:
                  commons limits recover config/resolutions/0009-delegates.md
                  commons limits recover config/resolutions/0009-delegates.md --finish
                  commons limits recover --withdraw
                """)
        @OptionGroup var site: SiteOptions
        @Argument(help: "The decision with the new list of delegates.") var file: String?
        @Flag(name: .long, help: "The seven days are over: adopt it.") var finish = false
        @Flag(name: .long, help: "End the wait without it.") var withdraw = false
        @Option(name: .customLong("for"), help: .person()) var enteredFor: String?
        @Flag(name: .long, help: "Do not ask.") var yes = false

        func validate() throws {
            if finish, withdraw { throw ValidationError("Say --finish or --withdraw, not both.") }
            if file == nil, !withdraw { throw ValidationError("Name the decision with the new list of delegates.") }
        }

        func run() throws {
            let desk = try RecoveryDesk(site: Site.load(configFile: site.config))
            if let file { try desk.preview(file: file).forEach { print($0) } }
            if !yes {
                print("Type yes: ", terminator: "")
                guard readLine() == "yes" else {
                    complain("Nothing was changed.")
                    throw ExitCode(1)
                }
            }
            let step: RecoveryStep = withdraw ? .withdraw : finish ? .finish : .begin
            try commons.finish(desk.take(step, file: file, enteredFor: enteredFor))
        }
    }
}
