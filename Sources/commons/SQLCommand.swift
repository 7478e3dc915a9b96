import ArgumentParser
import Foundation
import GatewayApp

/// `commons sql`
struct SQLCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sql",
        abstract: "Answers a question in SQL; also while the gateway runs, and without changing anything.",
        discussion: """
            Two tables are made for it: readings, and hours with count, minimum, maximum and mean (first and last of \
            counters). Days stand in day_use and day_stats; docs/sql.md and docs/storage.md describe them all. Times \
            are UTC, local and day are the community's. Name a sensor and a time: then only those are looked at.

            Examples:
              commons sql "SELECT local, mean FROM hours
                  WHERE sensor = 'tank/level' AND time >= '2026-11-01'"
              commons sql "SELECT date, mantissa / pow(10, scale) FROM day_use
                  WHERE sensor = 'well-1/water'"
              commons sql --format csv --output month.csv \\
                  "SELECT * FROM readings WHERE time >= '2026-10' AND time < '2026-11'"
              commons sql --why "leak in the night of the 3rd" \\
                  "SELECT * FROM hours WHERE sensor = 'house-3/water'"
              commons sql < question.sql
            """)

    enum Form: String, ExpressibleByArgument, CaseIterable {
        case text, csv, jsonl
    }

    @OptionGroup var site: SiteOptions
    @Argument(help: "The statement; read from standard input where it is left out.") var statement: String?
    @Option(name: .long, help: "text, csv or jsonl.") var format = Form.text
    @Option(name: .long, help: "The file to write; standard output by default.") var output: String?
    @Option(name: .long, help: "Why households' figures are wanted; they see it. Hidden otherwise.")
    var why: String?

    func run() throws {
        let input = statement ?? String(decoding: FileHandle.standardInput.readDataToEndOfFile(), as: UTF8.self)
        let form: SQLDesk.Form =
            switch format {
            case .text: .text
            case .csv: .csv
            case .jsonl: .jsonLines
            }
        try SQLDesk(site: Site.load(configFile: site.config)).run(input, why: why, form: form, to: output)
    }
}
