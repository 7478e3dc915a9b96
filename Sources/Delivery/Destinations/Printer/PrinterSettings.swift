import StrictYAML

/// Settings of a printer that CUPS knows.
public struct PrinterSettings: Hashable, Sendable {
    /// The name of the print queue, as `lpstat -p` lists it.
    public var queue: String
    /// The size of the paper in CUPS's words, such as `A4`; nil for the queue's own.
    public var paper: String?
    /// The print server on this box as `host:port`; nil for CUPS's own socket.
    public var server: String?
    /// Seconds that the print server may take to accept a sheet.
    public var timeoutSeconds: Int

    static let keys = ["queue", "paper", "server", "timeout"]

    /// Makes settings.
    public init(queue: String, paper: String? = nil, server: String? = nil, timeoutSeconds: Int = 30) {
        self.queue = queue
        self.paper = paper
        self.server = server
        self.timeoutSeconds = timeoutSeconds
    }

    init?(_ fields: Fields) {
        guard let queueField = fields.required("queue", example: "notice-board"), let queue = queueField.string(),
            let timeout = fields.seconds("timeout", in: 1...120, default: 30)
        else { return nil }
        guard PrinterSettings.isWord(queue) else {
            queueField.report("'\(queue)' cannot be a print queue", remedy: "`lpstat -p` lists the queues of this box")
            return nil
        }
        let paper = fields["paper"]?.string()
        if let paper, !PrinterSettings.isWord(paper) {
            fields["paper"]?.report("'\(paper)' cannot be a paper size", remedy: "write A4, A5 or Letter")
            return nil
        }
        let server = fields["server"]?.string()
        if let server, !isLoopback(String(server.prefix { $0 != ":" })) {
            fields["server"]?.report(
                "'\(server)' would get the text unprotected",
                remedy: "leave it out, and add the printer to this box's CUPS as a queue")
            return nil
        }
        self.init(queue: queue, paper: paper, server: server, timeoutSeconds: timeout)
    }

    /// A word that no program can take for an option: letters, digits, dots, dashes, underscores, no dash in front.
    private static func isWord(_ text: String) -> Bool {
        (1...127).contains(text.utf8.count) && text.first != "-"
            && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) || "._-".contains($0) }
    }
}
