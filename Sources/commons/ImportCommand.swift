import ArgumentParser
import Foundation
import GatewayApp

/// `commons readings import`
struct ImportReadings: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Brings history along: CSV, JSON Lines, or the SQLite file of Home Assistant.",
        discussion: """
            The file is checked first and shown as it would be read; then all of it is stored, or nothing. The same file \
            is imported once. Times without a zone are local. An import can be undone.

            Examples:
              commons readings import old.csv --sensor main/water --unit L --kind register
              commons readings import meters.csv --column "House 7=house-07/water" \\
                  --column "House 8=house-08/water"
              commons readings import logger.csv --sensor tank/level --zone UTC
              commons readings import home-assistant_v2.db \\
                  --column sensor.main_water=main/water
              commons readings import export-of-another-box.csv --yes
              commons readings import --list
              commons readings import --undo 3
            """)
    @OptionGroup var site: SiteOptions
    @Argument(help: "The file.") var file: String?
    @Option(name: .long, help: "NAME=SENSOR for a column or statistic (may be repeated).") var column: [String] = []
    @Option(name: .long, help: "The sensor, where one column holds the figures.") var sensor: String?
    @Option(name: .long, help: "The column with the times; guessed from its name by default.") var timeColumn: String?
    @Option(name: .long, help: "The unit of all figures; the column's (kWh) or the sensor's by default.")
    var unit: String?
    @Option(name: .long, help: "register (a meter's total), delta (amount per interval) or gauge (a level).")
    var kind: String?
    @Option(name: .customLong("where"), help: "NAME=VALUE: only rows with that value (may be repeated).")
    var filters: [String] = []
    @Option(name: .long, help: "The zone of times that name none (UTC, Etc/GMT-1); the community's by default.")
    var zone: String?
    @Option(name: .customLong("for"), help: .person()) var enteredFor: String?
    @Flag(name: .long, help: "Do not ask.") var yes = false
    @Flag(name: .long, help: "List the imports.") var list = false
    @Option(name: .long, help: "The number of an import that shall no longer count.") var undo: Int64?
    @Option(name: .long, help: "text or json.") var format = ListFormat.text

    func validate() throws {
        if file == nil, !list, undo == nil { throw ValidationError("Say which file; or --list, or --undo NUMBER.") }
    }

    func run() throws {
        let desk = try ImportDesk(site: Site.load(configFile: site.config))
        if list { return try desk.list(json: format == .json).forEach { print($0) } }
        if let undo { return try finish(desk.undo(undo, enteredFor: enteredFor)) }
        guard let file else { return }
        let request = ImportDesk.Request(
            path: file, columns: column, sensor: sensor, time: timeColumn, unit: unit, kind: kind, filters: filters,
            zone: zone, enteredFor: enteredFor)
        let checked = try desk.check(request, progress: complain)
        guard checked.isGood else {
            checked.lines.forEach(complain)
            complain("Nothing was imported.")
            throw ExitCode(1)
        }
        checked.lines.forEach { print($0) }
        if !yes {
            print("Import this? Type yes: ", terminator: "")
            guard readLine() == "yes" else {
                complain("Nothing was imported.")
                throw ExitCode(1)
            }
        }
        try finish(desk.run(checked, progress: complain))
    }
}
