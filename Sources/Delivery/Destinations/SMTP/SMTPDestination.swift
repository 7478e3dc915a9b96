import GatewayModel

/// Mail: one plain-text message to all recipients, with an id that stays the same at every attempt.
///
/// After the final dot nobody can say whether a message without an answer arrived; it is sent again with the same
/// Message-ID, which many mail programs show once.
public struct SMTPDestination: Destination {
    /// The name in the configuration.
    public let name: String
    /// Who reads there.
    public let audience: Audience
    /// The language of its texts.
    public let language: String
    private let client: MailClient
    private let smtp: SMTPSettings
    private let context: DestinationContext

    init(settings: DestinationSettings, smtp: SMTPSettings, password: String?, context: DestinationContext) {
        name = settings.name
        audience = settings.audience
        language = settings.language
        self.smtp = smtp
        self.context = context
        let login = smtp.user.flatMap { user in password.map { (user: user, password: $0) } }
        client = MailClient(
            host: smtp.host, port: smtp.port, security: smtp.security, login: login,
            timeoutSeconds: smtp.timeoutSeconds, caFile: smtp.caFile, stop: context.stop)
    }

    /// Whoever stands in `to:` reads the same mail.
    public var hasOneReader: Bool { smtp.to.count == 1 }

    /// Sends one mail; blocks for at most the time limit.
    public func send(_ item: OutboxItem, now: Instant) -> DeliveryOutcome {
        let message = message(for: item)
        switch client.send(from: smtp.from, to: smtp.to, message: message.bytes) {
        case .failure(let error): return error.outcome
        case .success(let reply):
            let complaint = reply.complaints.last ?? "the server answered \(reply.code)"
            if reply.isAccepted {
                let warning = reply.complaints.isEmpty ? nil : reply.complaints.joined(separator: " | ")
                return .delivered(remoteID: message.messageID, warning: warning)
            }
            // 530, 534, 535, 538: login wanted or refused (RFC 4954, section 6).
            if [530, 534, 535, 538].contains(reply.code) { return .denied(reason: complaint) }
            // 4yz may pass, 5yz will not (RFC 5321, section 4.2.1); greylisting asks for half an hour at most.
            return reply.code < 500 ? .retry(after: nil, reason: complaint) : .permanent(reason: complaint)
        }
    }

    func message(for item: OutboxItem) -> MailMessage {
        let texts = context.texts(language)
        return MailMessage(
            from: smtp.from, to: smtp.to, subject: texts.subject(item, community: context.community),
            date: item.createdAt, messageID: "\(item.key)@\(context.node)",
            thread: item.alert.map { "alert.\($0)@\(context.node)" }, isUrgent: item.priority == .now,
            language: language, body: texts.body(item))
    }
}
