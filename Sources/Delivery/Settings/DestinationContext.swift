import GatewayModel

/// What destinations share: who sends, in which words, and how to be stopped.
public struct DestinationContext: Sendable {
    /// The community's name, for subject lines.
    public var community: String
    /// The right side of message ids, such as `gateway.example.org`; letters, digits, dots and dashes.
    public var node: String
    /// The sentences by language.
    public var phrasebooks: [String: Phrasebook]
    /// The community's time zone.
    public var zone: Zone
    /// Environment variables that may hold secrets.
    public var environment: [String: String]
    /// Ends running transfers when the gateway stops.
    public var stop: TransferStop
    /// Publishes below the gateway's own prefix; nil where the broker connection is not configured.
    public var statePublisher: (any StatePublishing)?
    /// Where it is kept how far answers were read; nil for memory only.
    public var answersFolder: String?

    /// Makes a context.
    public init(
        community: String, node: String, phrasebooks: [String: Phrasebook], zone: Zone, environment: [String: String],
        stop: TransferStop = TransferStop(), statePublisher: (any StatePublishing)? = nil,
        answersFolder: String? = nil
    ) {
        self.community = community
        self.node = node
        self.phrasebooks = phrasebooks
        self.zone = zone
        self.environment = environment
        self.stop = stop
        self.statePublisher = statePublisher
        self.answersFolder = answersFolder
    }

    func texts(_ language: String) -> DestinationTexts {
        DestinationTexts(phrases: phrasebooks[language] ?? Phrasebook(language: language, phrases: [:]))
    }
}

extension DestinationSettings {
    /// Makes the destination, reading its secrets now; throws where a secret or the broker connection is missing.
    public func makeDestination(_ context: DestinationContext) throws(DestinationError) -> any Destination {
        switch kind {
        case .smtp(let smtp):
            let password = try smtp.password?.read(environment: context.environment)
            return SMTPDestination(settings: self, smtp: smtp, password: password, context: context)
        case .webhook(let webhook):
            let text = try webhook.secret.read(environment: context.environment)
            let signer = try WebhookSigner(secrets: text)
            return WebhookDestination(settings: self, webhook: webhook, signer: signer, context: context)
        case .ntfy(let ntfy):
            let topic = try ntfy.topic.read(environment: context.environment)
            let token = try ntfy.token?.read(environment: context.environment)
            let answers = ntfy.replyTopic.map { reply in
                Result { () throws(DestinationError) in
                    NtfyAnswers(
                        topic: try reply.read(environment: context.environment), rules: try ntfy.people.rules(context),
                        place: AnswerPlace(folder: context.answersFolder, name: name))
                }
            }
            return NtfyDestination(
                settings: self, ntfy: ntfy, topic: topic, token: token, answers: answers, context: context)
        case .command(let command):
            return CommandDestination(settings: self, command: command, stop: context.stop)
        case .files(let files):
            return FilesDestination(settings: self, files: files, context: context)
        case .printer(let printer):
            return PrinterDestination(settings: self, printer: printer, context: context)
        case .sms(let sms):
            let rules = Result { () throws(DestinationError) in try sms.people.rules(context) }
            return SMSDestination(settings: self, sms: sms, rules: rules, context: context)
        case .siren(let siren):
            guard let publisher = context.statePublisher else {
                throw DestinationError(
                    .notAvailable, "the destination '\(name)' needs the broker connection", remedy: "configure mqtt:")
            }
            return SirenDestination(settings: self, siren: siren, publisher: publisher, stop: context.stop)
        case .matrix(let matrix):
            let token = try matrix.token.read(environment: context.environment)
            let rules = Result { () throws(DestinationError) in try matrix.people.rules(context) }
            return MatrixDestination(settings: self, matrix: matrix, token: token, rules: rules, context: context)
        case .gotify(let gotify):
            let token = try gotify.token.read(environment: context.environment)
            return GotifyDestination(settings: self, gotify: gotify, token: token, context: context)
        case .apprise(let apprise):
            let key = try apprise.key.read(environment: context.environment)
            return AppriseDestination(settings: self, apprise: apprise, key: key, context: context)
        case .talk(let talk):
            let password = try talk.password.read(environment: context.environment)
            return TalkDestination(settings: self, talk: talk, password: password, context: context)
        case .discourse(let discourse):
            let key = try discourse.key.read(environment: context.environment)
            return DiscourseDestination(settings: self, discourse: discourse, key: key, context: context)
        case .loomio(let loomio):
            let key = try loomio.key.read(environment: context.environment)
            return LoomioDestination(settings: self, loomio: loomio, key: key, context: context)
        case .mqtt(let mqtt):
            guard let publisher = context.statePublisher else {
                throw DestinationError(
                    .notAvailable, "the destination '\(name)' needs the broker connection", remedy: "configure mqtt:")
            }
            return MQTTDestination(settings: self, mqtt: mqtt, publisher: publisher, context: context)
        case .ping(let ping):
            let url = try ping.url.read(environment: context.environment)
            return try PingDestination(settings: self, ping: ping, url: url, context: context)
        }
    }
}
