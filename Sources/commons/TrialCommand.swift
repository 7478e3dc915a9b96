import ArgumentParser
import GatewayApp

extension LimitsCommand {
    /// `commons limits what-if`
    struct WhatIf: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "what-if", abstract: "Tries a proposed decision on the community's own readings.",
            discussion: """
                On how many days each limit would have been passed, when and for how long, beside what is in force today, and \
                with other numbers. Nothing is decided or stored. Markdown and HTML are ready for the agenda.

                Examples:
                  commons limits what-if 0009-water.md --since 2025-11
                  commons limits what-if 0009-water.md --since 2026-05-01 --until 2026-09-30 \\
                      --format html --output tried.html
                """)
        @OptionGroup var site: SiteOptions
        @Argument(help: "The proposed decision's file.") var file: String
        @Option(name: .long, help: "The first month (YYYY-MM) or day (YYYY-MM-DD).") var since: String
        @Option(name: .long, help: "The last day; yesterday by default.") var until: String?
        @Option(name: .long, help: "text, markdown, html or json.") var format = "text"
        @Option(name: .long, help: "The language.") var language: String?
        @Option(name: .long, help: "The file to write; standard output by default.") var output: String?

        func run() throws {
            try TrialDesk(site: Site.load(configFile: site.config)).write(
                file: file, since: since, until: until, form: format, language: language, to: output)
        }
    }
}
