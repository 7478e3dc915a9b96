import GatewayModel

/// Sheets of paper through CUPS: the notice as plain text to `lp` (lp(1), openprinting.github.io/cups/doc/man-lp.html).
///
/// `lp` ends with 1 whatever went wrong, a stopped print server and an unknown queue alike, so that every failure is
/// tried again. A sheet counts as delivered once CUPS has it; paper and ink are CUPS's business from then on.
public struct PrinterDestination: Destination {
    /// The name in the configuration.
    public let name: String
    /// Who reads there.
    public let audience: Audience
    /// The language of its texts.
    public let language: String
    private let printer: PrinterSettings
    private let context: DestinationContext

    private static let program = "/usr/bin/lp"

    init(settings: DestinationSettings, printer: PrinterSettings, context: DestinationContext) {
        name = settings.name
        audience = settings.audience
        language = settings.language
        self.printer = printer
        self.context = context
    }

    /// Hands one sheet to the print server; blocks for at most the time limit.
    public func send(_ item: OutboxItem, now: Instant) -> DeliveryOutcome {
        let run = ProgramRun(
            program: PrinterDestination.program, arguments: arguments(for: item),
            timeoutSeconds: printer.timeoutSeconds, stop: context.stop)
        switch run.run(input: Array(sheet(for: item).utf8)) {
        case .notStarted(let reason):
            return .retry(after: nil, reason: "\(reason); the package cups-client has it")
        case .timedOut: return .unknown(reason: "the print server did not answer within \(printer.timeoutSeconds) s")
        case .killed(let signal): return .unknown(reason: "lp was ended by signal \(signal)")
        case .exited(0, let output): return .delivered(remoteID: PrinterDestination.job(in: output))
        case .exited(_, let output): return .retry(after: nil, reason: output)
        }
    }

    /// The options of one sheet; the title is the reference, which `lpstat` and the printer's own list then show.
    func arguments(for item: OutboxItem) -> [String] {
        var arguments = printer.server.map { ["-h", $0] } ?? []
        arguments += ["-d", printer.queue, "-t", context.texts(language).reference(item)]
        if let paper = printer.paper { arguments += ["-o", "media=\(paper)"] }
        return arguments + ["-"]
    }

    /// The text on the paper.
    func sheet(for item: OutboxItem) -> String {
        let texts = context.texts(language)
        let title = Escaping.singleLine(texts.subject(item, community: context.community))
        return "\(title)\n\n\(texts.body(item))\n"
    }

    /// `request id is board-17 (1 file(s))`: the name of the job.
    static func job(in output: String) -> String? {
        let words = output.split(separator: " ")
        guard words.starts(with: ["request", "id", "is"]), words.count > 3 else { return nil }
        return String(words[3])
    }
}
