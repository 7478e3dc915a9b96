import ArgumentParser
import Foundation
import GatewayApp
import Glibc

/// The whole command line; every command is a thin shell around `GatewayApp`.
struct Commons: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "commons",
        abstract: "Listens to a community's sensors, checks the limits its assembly has set, alerts and reports.",
        discussion: """
            First steps:
              commons run                         the gateway; without --config the example
              commons devices scan --for 10min    which devices can be heard
              commons alerts list                 what is open
              commons report --month 2026-10      the monthly report

            Exit status: 0 fine, 1 a problem was found, 2 wrong use.
            """,
        subcommands: [
            RunCommand.self, CheckCommand.self, SimulateCommand.self, ReplayCommand.self, DevicesCommand.self,
            ReadingsCommand.self, SQLCommand.self, MetersCommand.self, LimitsCommand.self, LogCommand.self,
            AlertsCommand.self, DutyCommand.self, DisputesCommand.self,
            ReportCommand.self, AgendaCommand.self, HouseholdsCommand.self, BackupCommand.self, RestoreCommand.self,
            DoctorCommand.self,
            ClockCommand.self,
        ])
}

@main
enum Program {
    static func main() async {
        do {
            var command = try Commons.parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch {
            finish(after: error)
        }
    }

    /// Help goes to standard output, everything else to standard error; wrong use ends with 2.
    private static func finish(after error: any Error) -> Never {
        let code = Commons.exitCode(for: error)
        let message = Commons.fullMessage(for: error)
        if code == .success {
            if !message.isEmpty { print(message) }
        } else if !message.isEmpty {
            FileHandle.standardError.write(Data((message + "\n").utf8))
        }
        exit(code == .validationFailure ? 2 : code.rawValue)
    }
}

/// The option that names the configuration file.
struct SiteOptions: ParsableArguments {
    @Option(
        name: .long,
        help: "The configuration file; where the default is not there, \(Site.installedConfiguration) of this machine.")
    var config = "config/gateway.yaml"

    mutating func validate() throws { config = Site.configuration(named: config) }
}

extension ArgumentHelp {
    /// The help of `--for` where it names a person.
    static func person(_ text: String = "The person this is entered for.") -> ArgumentHelp {
        ArgumentHelp(text, valueName: "person")
    }
}

/// The form of lists.
enum ListFormat: String, ExpressibleByArgument, CaseIterable {
    case text, json
}

/// Shows how far long work is, on a terminal alone.
final class ProgressLine {
    private var shown = ""

    /// Shows what is done and its share, 0 to 1.
    func show(_ what: String, _ share: Double) {
        let text = "\(what) \(Int(share * 100)) %"
        guard isatty(STDERR_FILENO) != 0, text != shown else { return }
        shown = text
        FileHandle.standardError.write(Data("\r\u{1B}[K\(text)".utf8))
    }

    /// Takes the line away.
    func clear() {
        guard !shown.isEmpty else { return }
        shown = ""
        FileHandle.standardError.write(Data("\r\u{1B}[K".utf8))
    }
}

/// Writes a line to standard error.
func complain(_ line: String) {
    FileHandle.standardError.write(Data((line + "\n").utf8))
}
