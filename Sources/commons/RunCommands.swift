import ArgumentParser
import Foundation
import GatewayApp

/// `commons run`
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Runs the gateway until Ctrl-C or SIGTERM.",
        discussion: """
            SIGHUP reads the files again; a broken file keeps the last good one. Changes of mqtt, destinations, \
            data_folder and metrics_port are taken over at the next start only.

            Examples:
              commons run                                        the example community
              commons run --config /etc/commons-gateway/gateway.yaml
            """)

    @OptionGroup var site: SiteOptions
    @Option(name: .long, help: "How much the log has: trace, debug, info, notice, warning or error.")
    var logLevel = LogLevel.info

    func run() async throws {
        ProgramLog.start()
        try await GatewayRunner(site: Site.load(configFile: site.config), logLevel: logLevel).run()
    }
}

/// `commons check`
struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Checks all files at once and prints every problem as file:line: message.",
        discussion: """
            Examples:
              commons check
              commons check --config /etc/commons-gateway/gateway.yaml
            """)

    @OptionGroup var site: SiteOptions

    func run() throws {
        let result = FileCheck.run(configFile: site.config)
        for problem in result.problems { print(problem) }
        guard result.problems.isEmpty else { throw ExitCode(1) }
        print(result.summary)
    }
}

/// `commons simulate`
struct SimulateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate", abstract: "Plays a small village of devices, into a file or to a broker.",
        discussion: """
            The same seed gives the same messages. A file is what `commons replay` reads.

            Examples:
              commons simulate --from 2026-09-01 --days 61 --output village.jsonl
              commons simulate --live                      to the broker, until Ctrl-C
            """)

    @OptionGroup var site: SiteOptions
    @Option(name: .long, help: "The first day (YYYY-MM-DD, in the community's zone).") var from: String?
    @Option(name: .long, help: "How many days.") var days = 61
    @Option(name: .long, help: "The seed of the random parts.") var seed: UInt64 = 1
    @Option(name: .long, help: "The file to write; standard output where it is -.") var output: String?
    @Flag(name: .long, help: "Publish to the broker as time passes.") var live = false

    func validate() throws {
        if live == (output != nil) {
            throw ValidationError("Say either --output FILE or --live.")
        }
    }

    func run() async throws {
        let simulation = try SimulationRun(site: Site.load(configFile: site.config), seed: seed)
        if let output {
            try simulation.write(to: output, from: from, days: days, progress: complain)
        } else {
            try await simulation.publishLive()
        }
    }
}

/// `commons replay`
struct ReplayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay", abstract: "Sends recorded messages through the live path.",
        discussion: """
            The file has one JSON object a line: received_at, topic, payload (or payload_base64), retained. Times come from \
            received_at; no notice is sent. Only a demonstration database takes replayed messages.

            Examples:
              commons replay village.jsonl
              commons replay --config test.yaml -          from standard input
            """)

    @OptionGroup var site: SiteOptions
    @Argument(help: "The file; - for standard input.") var file: String

    func run() async throws {
        let result = try ReplayRun(site: Site.load(configFile: site.config)).run(file: file, progress: complain)
        print(result)
    }
}

/// `commons backup`
struct BackupCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup", abstract: "Copies the whole box into an encrypted file, and restores that for a trial.",
        discussion: """
            Also while the gateway runs, which makes copies by itself as `backup:` in the configuration says. The file \
            appears only once it was decrypted, unpacked and compared: every page of the database, the record book's \
            chain, sums, and each other file. Without a passphrase file it is the database alone, and not encrypted. \
            On another machine a restricted sftp account is enough; what was sent there is fetched back and compared.

            Examples:
              commons backup                     to where the configuration says
              commons backup --to /media/stick
              commons backup --to ssh://backup@neighbour.lan:22/srv/commons
            """)

    @OptionGroup var site: SiteOptions
    @Option(name: .long, help: "The folder, or ssh://USER@HOST:PORT/PATH; the configured one by default.")
    var to: String?

    func run() throws {
        print(try BackupDesk(site: Site.load(configFile: site.config)).make(to: to))
    }
}

/// `commons restore`
struct RestoreCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore", abstract: "Brings a box back from an encrypted copy.",
        discussion: """
            Onto an empty machine, each file goes where it stood; nothing that is there is overwritten. A move means that \
            the first box is gone; a copy may go on beside it. The entry number on the last printed report tells which \
            entries of the record book are lost.

            Examples:
              commons restore /media/stick/commons-vall-clara-2026-11-23T030000Z.tar.gpg \\
                  --as move --for Rosa
              commons restore COPY.tar.gpg --to /tmp/look --as copy --for Rosa
              commons restore COPY.tar.gpg --as move --last-entry 214 \\
                  --check-number "9f3c 01aa ..." --for Rosa
              commons restore ssh://backup@neighbour.lan:22/srv/commons/COPY.tar.gpg \\
                  --key-file KEY --known-hosts FILE --as move --for Rosa
            """)

    enum Kind: String, ExpressibleByArgument, CaseIterable { case move, copy }

    @Argument(help: "The copy: a file, or ssh://USER@HOST:PORT/PATH/NAME.") var archive: String
    @Option(name: .long, help: "The private key for the other machine; ssh's own ones otherwise.") var keyFile: String?
    @Option(name: .long, help: "A file with the other machine's host key; ssh's own ones otherwise.")
    var knownHosts: String?
    @Option(name: .long, help: "A file whose first line is the passphrase; asked for otherwise.")
    var passphraseFile: String?
    @Option(name: .long, help: "Everything goes below this folder.") var to = "/"
    @Option(
        name: .customLong("as"), help: "move: the first box is gone. copy: it goes on beside this one. Asked otherwise."
    )
    var kind: Kind?
    @Option(name: .long, help: "The number of the last entry of the record book that a printed report names.")
    var lastEntry: Int64?
    @Option(name: .long, help: "The check number beside it, 64 digits; gaps do not matter.") var checkNumber: String?
    @Option(name: .customLong("for"), help: .person("Whose act it is.")) var person: String

    func validate() throws {
        if let checkNumber, RestoreDesk.checkNumber(checkNumber) == nil {
            throw ValidationError("--check-number has 64 digits (0-9, a-f) in groups of four, as it is printed.")
        }
    }

    /// Asks a person who did not say; where nobody can be asked it must be said.
    private func askedKind() throws -> Kind {
        guard isatty(0) == 1 else { throw ValidationError("Say --as move or --as copy.") }
        print("Is the first box gone for good (move), or does it go on beside this one (copy)? ", terminator: "")
        guard let kind = Kind(rawValue: readLine()?.trimmingCharacters(in: .whitespaces).lowercased() ?? "") else {
            throw ValidationError("Answer move or copy.")
        }
        return kind
    }

    func run() throws {
        let kind = try kind ?? askedKind()
        var file = passphraseFile
        if file == nil {
            guard let typed = getpass("Passphrase: ") else { throw ValidationError("no passphrase was given") }
            let path = FileManager.default.temporaryDirectory.path + "/commons-\(UUID().uuidString)"
            _ = FileManager.default.createFile(
                atPath: path, contents: Data(bytes: typed, count: strlen(typed)), attributes: [.posixPermissions: 0o600]
            )
            file = path
        }
        defer { if passphraseFile == nil, let file { try? FileManager.default.removeItem(atPath: file) } }
        var request = RestoreDesk.Request(
            archive: archive, passphraseFile: file ?? "", root: to, isCopy: kind == .copy, lastEntry: lastEntry,
            person: person)
        request.keyFile = keyFile
        request.knownHosts = knownHosts
        request.checkNumber = checkNumber.flatMap(RestoreDesk.checkNumber)
        let lines = try RestoreDesk().restore(request)
        lines.forEach { print($0) }
    }
}

/// `commons doctor`
struct DoctorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Says what is wrong with this installation and what to do about it.",
        discussion: """
            Reads every stored reading and counts every day anew; years take minutes on a memory card. It changes nothing \
            unless --repair is given, which needs the gateway to be stopped: then what can be saved is saved, and what is \
            damaged is kept beside it in the data folder.

            Examples:
              commons doctor
              commons doctor --repair
              commons doctor --broker-config /etc/mosquitto/mosquitto.conf
            """)

    @OptionGroup var site: SiteOptions
    @Option(name: .long, help: "The broker's configuration file, to look for settings that lose data.")
    var brokerConfig: String?
    @Flag(name: .long, help: "Saves what can be saved of a damaged database; the gateway must not run.")
    var repair = false

    func run() throws {
        let site = try Site.load(configFile: site.config)
        let shown = ProgressLine()
        if repair {
            let lines = try RepairDesk(site: site).run(progress: shown.show)
            shown.clear()
            lines.forEach { print($0) }
        }
        let findings = try Doctor(site: site).examine(brokerConfig: brokerConfig, progress: shown.show)
        shown.clear()
        for finding in findings.lines { print(finding) }
        guard findings.isHealthy else { throw ExitCode(1) }
    }
}

extension LogLevel: ExpressibleByArgument {}
