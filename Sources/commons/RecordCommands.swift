import ArgumentParser
import Foundation
import GatewayApp

/// `commons readings`
struct ReadingsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "readings", abstract: "Readings: what was measured.",
        subcommands: [
            List.self, Export.self, ImportReadings.self, AddReading.self, SetReadingsAside.self, PutAsideReadings.self,
        ])

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Lists the sensors with their latest readings.",
            discussion: "Examples:\n  commons readings list\n  commons readings list --format json")
        @OptionGroup var site: SiteOptions
        @Option(name: .long, help: "text or json.") var format = ListFormat.text
        @Option(name: .long, help: "Why households' figures are wanted; they see it.") var why: String?

        func run() throws {
            try ReadingDesk(site: Site.load(configFile: site.config)).latest(json: format == .json, why: why)
                .forEach { print($0) }
        }
    }

    struct Export: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Writes readings as CSV or JSON Lines, in time order; also while the gateway runs.",
            discussion: """
                Examples:
                  commons readings export --from 2026-10-01 --until 2026-11-01 \\
                      --output october.csv
                  commons readings export --sensor tank/level --format jsonl
                  commons readings export --sensor house-3/water \\
                      --why "the meter seems to run backwards"
                """)

        enum Form: String, ExpressibleByArgument, CaseIterable {
            case csv, jsonl
        }

        @OptionGroup var site: SiteOptions
        @Option(name: .long, help: "Only these sensors (may be repeated).") var sensor: [String] = []
        @Option(name: .long, help: "Only these devices (may be repeated).") var device: [String] = []
        @Option(name: .long, help: "From this day or time on.") var from: String?
        @Option(name: .long, help: "Before this day or time.") var until: String?
        @Option(name: .long, help: "csv or jsonl.") var format = Form.csv
        @Option(name: .long, help: "The file to write; standard output by default.") var output: String?
        @Option(name: .long, help: "Why households' figures are wanted; they see it. Left out otherwise.")
        var why: String?

        func validate() throws {
            if !sensor.isEmpty, !device.isEmpty { throw ValidationError("Say either --sensor or --device.") }
        }

        func run() throws {
            let request = ReadingDesk.ExportRequest(
                sensors: sensor, devices: device, from: from, until: until, isCSV: format == .csv, why: why)
            let leftOut = try ReadingDesk(site: Site.load(configFile: site.config)).export(request, to: output)
            if leftOut > 0 {
                FileHandle.standardError.write(
                    Data("\(leftOut) readings of households were left out; --why REASON takes them in.\n".utf8))
            }
        }
    }
}

/// `commons meters`
struct MetersCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "meters", abstract: "Meters: their sheets, and what happened to them.",
        subcommands: [
            List.self, Events.self, ConfirmMeterEvent.self, RevertMeterEvent.self, ExchangeMeter.self,
        ])

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Lists the meters with their sheets.", discussion: "Example:\n  commons meters list")
        @OptionGroup var site: SiteOptions
        @Option(name: .long, help: "text or json.") var format = ListFormat.text

        func run() throws {
            try MeterDesk(site: Site.load(configFile: site.config)).lines(json: format == .json).forEach { print($0) }
        }
    }

    struct Events: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Lists resets, rollovers, exchanges and false readings.",
            discussion: """
                Of households it lists what happened and when; the figures of their meters with --why alone.

                Examples:
                  commons meters events
                  commons meters events --sensor main/water --format json
                  commons meters events --sensor house-3/water --why "Amina asks for it"
                """)
        @OptionGroup var site: SiteOptions
        @Option(name: .long, help: "Only this sensor.") var sensor: String?
        @Option(name: .long, help: "Why households' figures are wanted; they see it.") var why: String?
        @Option(name: .long, help: "text or json.") var format = ListFormat.text

        func run() throws {
            try MeterDesk(site: Site.load(configFile: site.config))
                .events(sensor: sensor, json: format == .json, why: why).forEach { print($0) }
        }
    }
}

/// `commons log`
struct LogCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "log", abstract: "The record book: every decision, alert and act, chained.",
        subcommands: [Show.self, Verify.self, Erase.self])

    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Shows the record book.", discussion: "Example:\n  commons log show --format json")
        @OptionGroup var site: SiteOptions
        @Option(name: .long, help: "The first entry.") var from: Int64 = 1
        @Option(name: .long, help: "text or json.") var format = ListFormat.text
        @Option(name: .long, help: "Why the texts of households' disputes are wanted; they see it.") var why: String?

        func run() throws {
            try RecordDesk(site: Site.load(configFile: site.config)).lines(from: from, json: format == .json, why: why)
                .forEach { print($0) }
        }
    }

    struct Verify: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Checks the chain from its first entry and shows the check number to read aloud.",
            discussion: "Example:\n  commons log verify")
        @OptionGroup var site: SiteOptions

        func run() throws {
            let result = try RecordDesk(site: Site.load(configFile: site.config)).verify()
            result.lines.forEach { print($0) }
            guard result.isGood else { throw ExitCode(1) }
        }
    }
}

/// `commons report`
struct ReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report", abstract: "The monthly report.", subcommands: [Write.self, Close.self],
        defaultSubcommand: Write.self)

    struct Write: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Writes the monthly report.",
            discussion: """
                Examples:
                  commons report --month 2026-10 --output october.html
                  commons report --month 2026-10 --format markdown --language es
                  commons report --month 2026-10 --closed --output as-it-was.html
                  commons report --month 2026-10 --closed --number 1   an earlier edition
                """)

        enum Form: String, ExpressibleByArgument, CaseIterable {
            case html, markdown, csv, json
        }

        @OptionGroup var site: SiteOptions
        @Option(name: .long, help: "The month (YYYY-MM).") var month: String
        @Flag(name: .long, help: "The page as it was when the report was closed, byte for byte.") var closed = false
        @Option(name: .long, help: "With --closed: the number of an earlier edition; else the newest.")
        var number: Int64?
        @Option(name: .long, help: "html, markdown, csv or json.") var format = Form.html
        @Option(name: .long, help: "The file to write; standard output by default.") var output: String?
        @Option(name: .long, help: "The language; the community's first by default.") var language: String?

        func validate() throws {
            if closed, format != .html {
                throw ValidationError(
                    "A closed report is kept as the page that it was, in html; leave out --format, or --closed.")
            }
            if number != nil, !closed { throw ValidationError("--number needs --closed.") }
        }

        func run() throws {
            let desk = try ReportDesk(site: Site.load(configFile: site.config))
            guard !closed else {
                return try desk.writeClosed(month: month, number: number, language: language, to: output)
            }
            try desk.write(month: month, format: format.rawValue, language: language, to: output)
        }
    }

    struct Close: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Closes a month's report: its totals are kept, and what changes later is told beside them.",
            discussion: "Example:\n  commons report close --month 2026-10 --for Rosa")

        @OptionGroup var site: SiteOptions
        @Option(name: .long, help: "The month (YYYY-MM); it must be over.") var month: String
        @Option(name: .customLong("for"), help: .person()) var enteredFor: String?

        func run() throws {
            try finish(ReportDesk(site: Site.load(configFile: site.config)).close(month: month, enteredFor: enteredFor))
        }
    }
}
