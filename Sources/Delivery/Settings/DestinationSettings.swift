import GatewayModel
import StrictYAML

/// One entry of `destinations:` in the configuration, checked for its form; `docs/destinations.md` and the page of its kind beside it list every key.
public struct DestinationSettings: Hashable, Sendable {
    /// The settings that differ by kind.
    public enum Kind: Hashable, Sendable {
        /// Mail.
        case smtp(SMTPSettings)
        /// A signed POST of JSON.
        case webhook(WebhookSettings)
        /// Push messages to telephones.
        case ntfy(NtfySettings)
        /// A program on this box.
        case command(CommandSettings)
        /// Text files in a folder.
        case files(FilesSettings)
        /// Sheets of paper.
        case printer(PrinterSettings)
        /// Text messages over a modem.
        case sms(SMSSettings)
        /// A lamp or siren on the broker.
        case siren(SirenSettings)
        /// A Matrix room.
        case matrix(MatrixSettings)
        /// Push messages through Gotify.
        case gotify(GotifySettings)
        /// Whatever Apprise reaches.
        case apprise(AppriseSettings)
        /// A conversation in Nextcloud Talk.
        case talk(TalkSettings)
        /// A category of a forum.
        case discourse(DiscourseSettings)
        /// A group on Loomio.
        case loomio(LoomioSettings)
        /// The state of alerts on the broker.
        case mqtt(MQTTSettings)
        /// A watcher that waits for the daily sign of life.
        case ping(PingSettings)
    }

    /// The kinds by the word that the configuration uses.
    public enum KindName: String, Hashable, Sendable, CaseIterable {
        // As written after `kind:`.
        case smtp, webhook, ntfy, command, files, printer, sms, siren, matrix, gotify, apprise, talk, discourse, loomio,
            mqtt, ping
    }

    /// The name, unique among destinations: lower-case letters, digits and dashes.
    public var name: String
    /// Who reads there.
    public var audience: Audience
    /// The place whose household reads there; only for the audience `person`.
    public var household: String?
    /// The language of its texts (BCP 47).
    public var language: String
    /// What it is.
    public var kind: Kind

    /// Makes settings.
    public init(name: String, audience: Audience, household: String? = nil, language: String, kind: Kind) {
        self.name = name
        self.audience = audience
        self.household = household
        self.language = language
        self.kind = kind
    }

    /// The keys that every destination knows.
    static let commonKeys = ["name", "kind", "audience", "household", "language"]

    /// Reads `destinations:`; whatever is wrong is reported to the field's reader, and the rest is still read.
    public static func list(_ field: Field, defaultLanguage: String) -> [DestinationSettings] {
        var settings: [DestinationSettings] = []
        for entry in field.list() {
            guard let one = DestinationSettings(entry, defaultLanguage: defaultLanguage) else { continue }
            if settings.contains(where: { $0.name == one.name }) {
                entry.report("the destination '\(one.name)' stands twice", remedy: "give one of them another name")
            } else if let other = settings.first(where: one.sharesTopics(with:)) {
                entry.report(
                    "'\(one.name)' and '\(other.name)' would write over each other at the broker, where one may read all "
                        + "that the other may",
                    remedy:
                        "keep the one whose audience may read below our prefix, and choose another kind for the other")
            } else {
                settings.append(one)
            }
        }
        return sharingInboxes(settings)
    }

    /// True where both publish states below the gateway's own prefix, which can be granted to one circle only.
    ///
    /// The public gets nothing but signs of life, at a topic that has nothing else.
    private func sharesTopics(with other: DestinationSettings) -> Bool {
        guard case .mqtt = kind, case .mqtt = other.kind else { return false }
        return (audience == .public) == (other.audience == .public)
    }

    /// Reads one entry; nil where a problem was reported.
    public init?(_ field: Field, defaultLanguage: String) {
        guard let loose = field.anyMapping(),
            let kindName = loose.required("kind", example: "smtp")?.choice(KindName.self),
            let fields = field.mapping(keys: DestinationSettings.commonKeys + DestinationSettings.keys(of: kindName))
        else { return nil }
        guard let nameField = fields.required("name", example: "stewards-mail"), let name = nameField.string(),
            let audience = fields.required("audience", example: "stewards")?.choice(Audience.self)
        else { return nil }
        guard !name.isEmpty, name.utf8.count <= 64,
            name.utf8.allSatisfy({ (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D })
        else {
            nameField.report(
                "'\(name)' cannot be a destination's name", remedy: "use lower-case letters, digits and dashes")
            return nil
        }
        let household = fields["household"]?.string()
        if (audience == .person) != (household != nil) {
            field.report(
                "'\(name)' does not say whose household it belongs to, or names one that it is not for",
                remedy:
                    "`household: house-07` and `audience: person` go together: that household's alerts and no others")
            return nil
        }
        if kindName == .ping, audience != .public {
            field.report(
                "nobody reads what '\(name)' gets: a ping says only that the box lives",
                remedy: "write `audience: public`, and name it under sign_of_life:")
            return nil
        }
        if kindName == .siren, audience != .stewards {
            // Calls go to the stewards alone: for the members it would stay silent when nobody came.
            field.report("'\(name)' would not hear that nobody came", remedy: "write `audience: stewards`")
            return nil
        }
        let kind: Kind?
        switch kindName {
        case .smtp: kind = SMTPSettings(fields).map { .smtp($0) }
        case .webhook: kind = WebhookSettings(fields).map { .webhook($0) }
        case .ntfy: kind = NtfySettings(fields).map { .ntfy($0) }
        case .command: kind = CommandSettings(fields).map { .command($0) }
        case .files: kind = FilesSettings(fields).map { .files($0) }
        case .printer: kind = PrinterSettings(fields).map { .printer($0) }
        case .sms: kind = SMSSettings(fields).map { .sms($0) }
        case .siren: kind = SirenSettings(fields).map { .siren($0) }
        case .matrix: kind = MatrixSettings(fields).map { .matrix($0) }
        case .gotify: kind = GotifySettings(fields).map { .gotify($0) }
        case .apprise: kind = AppriseSettings(fields).map { .apprise($0) }
        case .talk: kind = TalkSettings(fields).map { .talk($0) }
        case .discourse: kind = DiscourseSettings(fields).map { .discourse($0) }
        case .loomio: kind = LoomioSettings(fields).map { .loomio($0) }
        case .mqtt: kind = MQTTSettings(fields).map { .mqtt($0) }
        case .ping: kind = PingSettings(fields).map { .ping($0) }
        }
        guard let kind else { return nil }
        self.init(
            name: name, audience: audience, household: household,
            language: fields["language"]?.string() ?? defaultLanguage, kind: kind)
    }

    private static func keys(of kind: KindName) -> [String] {
        switch kind {
        case .smtp: SMTPSettings.keys
        case .webhook: WebhookSettings.keys
        case .ntfy: NtfySettings.keys
        case .command: CommandSettings.keys
        case .files: FilesSettings.keys
        case .printer: PrinterSettings.keys
        case .sms: SMSSettings.keys
        case .siren: SirenSettings.keys
        case .matrix: MatrixSettings.keys
        case .gotify: GotifySettings.keys
        case .apprise: AppriseSettings.keys
        case .talk: TalkSettings.keys
        case .discourse: DiscourseSettings.keys
        case .loomio: LoomioSettings.keys
        case .mqtt: MQTTSettings.keys
        case .ping: PingSettings.keys
        }
    }

    /// The file of the certificate authority, which anybody may read; nil where none is named.
    public var authorityFile: String? {
        switch kind {
        case .smtp(let smtp): smtp.caFile
        case .webhook(let webhook): webhook.caFile
        case .ntfy(let ntfy): ntfy.caFile
        case .matrix(let matrix): matrix.place.caFile
        case .gotify(let gotify): gotify.place.caFile
        case .apprise(let apprise): apprise.place.caFile
        case .talk(let talk): talk.place.caFile
        case .discourse(let discourse): discourse.place.caFile
        case .loomio(let loomio): loomio.place.caFile
        case .ping(let ping): ping.caFile
        case .files, .command, .printer, .siren, .sms, .mqtt: nil
        }
    }

    /// The files that hold its secrets and certificates, and credentials as `credential:NAME`.
    public var namedFiles: [String] {
        switch kind {
        case .smtp(let smtp): [smtp.password?.path, smtp.caFile].compactMap { $0 }
        case .webhook(let webhook): [webhook.secret.path, webhook.caFile].compactMap { $0 }
        case .ntfy(let ntfy): ntfy.files
        case .sms(let sms): sms.people.files
        case .matrix(let matrix): [matrix.token.path, matrix.place.caFile].compactMap { $0 } + matrix.people.files
        case .gotify(let gotify): [gotify.token.path, gotify.place.caFile].compactMap { $0 }
        case .apprise(let apprise): [apprise.key.path, apprise.place.caFile].compactMap { $0 }
        case .talk(let talk): [talk.password.path, talk.place.caFile].compactMap { $0 }
        case .discourse(let discourse): [discourse.key.path, discourse.place.caFile].compactMap { $0 }
        case .loomio(let loomio): [loomio.key.path, loomio.place.caFile].compactMap { $0 }
        case .ping(let ping): [ping.url.path, ping.caFile].compactMap { $0 }
        case .command, .files, .siren, .printer, .mqtt: []
        }
    }

    /// Advice for the keeper of the box about what the settings imply; shown by `commons doctor`.
    ///
    /// `carriesSignOfLife` is true for those that ``sign_of_life:`` names.
    public func advice(carriesSignOfLife: Bool) -> [String] {
        if audience == .public {
            guard !carriesSignOfLife else { return [] }
            return [
                "\(name): nothing but a sign of life is sent to the public yet; alerts go to stewards, members and the "
                    + "household concerned"
            ]
        }
        guard case .ntfy(let ntfy) = kind, ntfy.token == nil else { return [] }
        return [
            "\(name): without a token the topic is the password: whoever guesses it reads along. "
                + "Use a long random topic from a file, or a server of your own with auth-default-access: deny-all"
        ]
    }
}
