/// How to reach the broker and what to ask of it.
public struct BrokerOptions: Sendable, Hashable {
    /// Which version of MQTT to speak.
    public enum ProtocolVersion: String, Sendable, Hashable, CaseIterable {
        /// MQTT 5; 3.1.1 only where the broker says that it refuses the version.
        case auto
        /// MQTT 5 only.
        case five = "5"
        /// MQTT 3.1.1 only.
        case threeOneOne = "3.1.1"
    }

    /// Encryption; files in PEM.
    public struct Encryption: Sendable, Hashable {
        /// The certificate authority.
        public var authorityFile: String
        /// The client's certificate, where the broker asks for one.
        public var certificateFile: String?
        /// The client's key.
        public var keyFile: String?

        /// Makes encryption settings.
        public init(authorityFile: String, certificateFile: String? = nil, keyFile: String? = nil) {
            self.authorityFile = authorityFile
            self.certificateFile = certificateFile
            self.keyFile = keyFile
        }
    }

    /// Host name or address.
    public var host: String
    /// TCP port.
    public var port: Int
    /// Encryption; nil for none.
    public var encryption: Encryption?
    /// The account.
    public var user: String?
    /// Its password, read from a file or an environment variable by the caller.
    public var password: String?
    /// The version.
    public var protocolVersion = ProtocolVersion.auto
    /// The client identifier, the same for as long as the database lives.
    public var clientID: String
    /// Seconds between signs of life.
    public var keepalive: Int32 = 60
    /// How many unacknowledged messages the broker may send ahead (MQTT 5 Receive Maximum).
    public var receiveMaximum: UInt16 = 800
    /// The largest packet that is accepted, in bytes.
    public var maximumPacketSize: UInt32 = 256 * 1024
    /// Milliseconds from the first uncommitted message to its commit.
    public var commitInterval: Int64 = 1000
    /// The topic filters.
    public var filters: [String]
    /// The gateway's own topic prefix, below which a timer may tell the time; nil where no clock is to be listened to.
    public var clockPrefix: String?

    /// Makes options; what is left out has its default.
    public init(host: String, port: Int, clientID: String, filters: [String]) {
        self.host = host
        self.port = port
        self.clientID = clientID
        self.filters = filters
    }
}
