import Delivery
import GatewayModel

/// Everything that `config/gateway.yaml` says, checked and with its defaults filled in.
public struct Configuration: Sendable {
    /// Whose gateway this is.
    public struct Community: Sendable, Hashable {
        /// A short name for machines, such as `vall-clara`; a database belongs to one.
        public var id: String
        /// The name people use.
        public var name: String
        /// The languages of its texts, the first one first.
        public var languages: [String]
        /// The community's time zone.
        public var zone: Zone
        /// True where readings are simulated or replayed; such data never enter a real database.
        public var isDemonstration: Bool
    }

    /// Where the messages come from.
    public struct Broker: Sendable, Hashable {
        /// A broker of our own on a loopback port, or one that runs elsewhere.
        public enum Place: Sendable, Hashable {
            /// A private mosquitto that the gateway starts and ends.
            case embedded
            /// A broker at a host and port.
            case network(host: String, port: Int)
        }

        /// Encryption towards the broker.
        public struct Encryption: Sendable, Hashable {
            /// The file of the certificate authority.
            public var authorityFile: String
            /// The client's certificate and key, where the broker asks for one.
            public var certificateFile: String?
            /// The key's file.
            public var keyFile: String?
        }

        /// Where it is.
        public var place: Place
        /// Encryption; nil for none, which is right on the same box only.
        public var encryption: Encryption?
        /// The account.
        public var user: String?
        /// The file that holds the account's password.
        public var passwordFile: String?
        /// The environment variable that holds the account's password.
        public var passwordVariable: String?
        /// `auto`, `5` or `3.1.1`.
        public var protocolVersion: String
        /// Seconds between the first uncommitted message and its commit; nil for 1 s on the same box, 5 s otherwise.
        public var commitInterval: Int64?
        /// The topic filters to subscribe to.
        public var topics: [String]
        /// The prefix below which the gateway publishes.
        public var prefix: String
    }

    /// When the list of what has to be visited goes out, and where to.
    public struct Round: Sendable, Hashable {
        /// The weekday and the time.
        public var at: MeetingRule
        /// The destinations; empty for all of the stewards.
        public var to: [String]
    }

    /// When the box says once a day that it lives, and where.
    public struct SignOfLife: Sendable, Hashable {
        /// Minutes after local midnight.
        public var minute: Int
        /// The destinations.
        public var to: [String]
    }

    /// A neighbours' box whose daily sign of life is waited for.
    public struct Neighbour: Sendable, Hashable {
        /// What people here call it.
        public var name: String
        /// The topic on our broker on which its sign comes; nil where it comes as a file.
        public var topic: String?
        /// The file that is written anew with each sign; nil where it comes on a topic.
        public var file: String?
        /// Seconds after which a sign that does not come is an alert.
        public var every: Int64
    }

    /// A person with a duty.
    public struct Steward: Sendable, Hashable {
        /// The name as it appears in alerts.
        public var name: String
        /// The language of that person's notices; nil for the community's first.
        public var language: String?
        /// The telephone number, for the list on paper alone; nil where none is given.
        public var phone: String?
        /// The mandate to stand in the duty list; nil for none.
        public var mandate: Mandate?
        /// The destinations that reach this person alone.
        public var reach: [String] = []
        /// The login on the box that is this person's own; nil for the name in lower-case letters.
        public var account: String?

        /// The login that is this person's own.
        public var login: String { account ?? name.lowercased() }
    }

    /// Where copies of the database go, and how often.
    public struct Backup: Sendable, Hashable {
        /// The folder, for instance on a USB stick; never the data folder's own card. Or `ssh://user@host:port/path`.
        public var folder: String
        /// Seconds between two copies; one that is twice as late is an alert.
        public var every: Int64
        /// The file whose first line encrypts the copies; nil for plain copies of the database alone.
        public var passphraseFile: String?
        /// The file of the private key for another machine; nil for those that ssh finds by itself.
        public var keyFile: String?
        /// The file of the host keys that are believed; nil for ssh's own files.
        public var knownHosts: String?
        /// Further files and folders that belong to the box, such as the broker's.
        public var also: [String] = []
        /// How many copies stay.
        public var keep = BackupRota()
    }

    /// A sensor with the device channel that measures it.
    public struct DeclaredSensor: Sendable, Hashable {
        /// The sensor.
        public var sensor: Sensor
        /// The device's identity.
        public var device: String?
        /// The channel within the device.
        public var channel: String?
    }

    /// The file it was read from, for messages.
    public var file: String
    /// The community.
    public var community: Community
    /// The data folder, absolute or relative to where the program was started.
    public var dataFolder: String
    /// The socket at which the running gateway takes commands; nil for one in the data folder.
    public var controlSocket: String?
    /// The folder of device profiles.
    public var devicesFolder: String
    /// The inbox folder of resolutions.
    public var resolutionsFolder: String
    /// The folder of decisions that people propose.
    public var proposalsFolder = "config/proposals"
    /// The folder of what neighbouring communities propose.
    public var neighboursFolder = "config/from-neighbours"
    /// The folder into which agendas are written.
    public var papersFolder = "var/papers"
    /// The folder of language files.
    public var languagesFolder: String
    /// The broker.
    public var broker: Broker
    /// The assembly.
    public var assembly: AssemblySettings
    /// The stewards.
    public var stewards: [Steward]
    /// The duty list and what belongs to it; nil where everybody is called at once.
    public var duty: DutySettings?
    /// The weekly round; nil where nobody is sent a list.
    public var round: Round?
    /// The daily sign of life; nil where nobody waits for one.
    public var signOfLife: SignOfLife?
    /// The neighbours' boxes whose sign is waited for.
    public var neighbours: [Neighbour] = []
    /// Where notices go.
    public var destinations: [DestinationSettings]
    /// The rule for backups; nil where none is set up.
    public var backup: Backup?
    /// True where the clock is not believed before a time service or a person has set it: boxes without a clock chip.
    public var waitsForNetworkTime = false
    /// The sensors.
    public var sensors: [DeclaredSensor]
    /// The page on which stewards answer by link; nil for none.
    public var answerPage: AnswerPageSettings?
    /// The loopback port of the counters for Prometheus; nil for none.
    public var metricsPort: Int?

    /// Where the running gateway takes commands.
    var socketPath: String { controlSocket ?? dataFolder + "/control.sock" }

    /// Passwords, tokens, keys and certificates that stand in files of their own: without them a box that is brought back
    /// reaches nobody. The passphrase of the copies is not among them.
    /// What systemd hands to the service has no place of its own and is not among them either.
    var namedFiles: [String] { secretPlaces.filter { Credential.name(in: $0) == nil } }

    /// The names of the credentials that the service needs.
    var namedCredentials: [String] {
        let passphrase = [backup?.passphraseFile].compactMap { $0 }
        return Array(Set((secretPlaces + passphrase).compactMap(Credential.name))).sorted()
    }

    /// What is wrong with files that hold a secret or belong to one: missing, or open to everybody on this machine.
    var troubledFiles: [DestinationError] {
        let encryption = broker.encryption
        let open = Set(
            ([encryption?.authorityFile, encryption?.certificateFile, backup?.knownHosts]
                + destinations.map(\.authorityFile)).compactMap { $0 })
        let named = Set(secretPlaces + [backup?.passphraseFile].compactMap { $0 })
        return named.sorted().compactMap { SecretSource.trouble(with: $0, isSecret: !open.contains($0)) }
    }

    private var secretPlaces: [String] {
        let encryption = broker.encryption
        let own = [
            broker.passwordFile, encryption?.authorityFile, encryption?.certificateFile, encryption?.keyFile,
            backup?.keyFile, backup?.knownHosts,
        ]
        return Array(Set(own.compactMap { $0 } + destinations.flatMap(\.namedFiles))).sorted()
    }
}
