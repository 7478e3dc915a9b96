import GatewayModel

/// A program on this box that takes a message as JSON on its standard input: a modem, a siren, a printer.
///
/// Exit code 0 means delivered, 75 (EX_TEMPFAIL of sysexits.h) try again, anything else refused for good. Its
/// environment holds `PATH` and `LANG` only; text from devices reaches it on standard input and nowhere else.
public struct CommandDestination: Destination {
    /// The name in the configuration.
    public let name: String
    /// Who reads there.
    public let audience: Audience
    /// The language of its texts.
    public let language: String
    private let command: CommandSettings
    private let stop: TransferStop

    init(settings: DestinationSettings, command: CommandSettings, stop: TransferStop) {
        name = settings.name
        audience = settings.audience
        language = settings.language
        self.command = command
        self.stop = stop
    }

    /// Runs the program once; blocks for at most the time limit.
    public func send(_ item: OutboxItem, now: Instant) -> DeliveryOutcome {
        let input = Array(CommandDestination.input(for: item).utf8)
        let program = ProgramRun(
            program: command.program, arguments: command.arguments, timeoutSeconds: command.timeoutSeconds, stop: stop)
        switch program.run(input: input) {
        case .notStarted(let reason): return .retry(after: nil, reason: reason)
        case .timedOut: return .unknown(reason: "the program ran longer than \(command.timeoutSeconds) s")
        case .killed(let signal): return .unknown(reason: "the program was ended by signal \(signal)")
        case .exited(0, _): return .delivered(remoteID: nil)
        case .exited(75, let output): return .retry(after: nil, reason: "exit code 75: \(output)")
        case .exited(let code, let output): return .permanent(reason: "exit code \(code): \(output)")
        }
    }

    /// One JSON object and a line break.
    static func input(for item: OutboxItem) -> String {
        var members = [
            "\"ref\":\(Escaping.json(item.key))", "\"type\":\(Escaping.json(item.type))",
            "\"priority\":\(Escaping.json(item.priority.rawValue))", "\"created_at\":\"\(item.createdAt)\"",
            "\"title\":\(Escaping.json(item.title))", "\"text\":\(Escaping.json(item.body))",
        ]
        if let alert = item.alert { members.append("\"alert\":\(Escaping.json(alert))") }
        members.append("\"figures\":\(item.checkedDataJSON)")
        return "{" + members.joined(separator: ",") + "}\n"
    }
}
