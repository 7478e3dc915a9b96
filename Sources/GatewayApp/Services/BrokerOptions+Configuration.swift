import Foundation
import GatewayModel
import MQTTIngest

extension BrokerOptions {
    /// What the configuration says, with the password read from its file or environment variable now.
    ///
    /// - Throws: ``AppError`` where the password cannot be read.
    init(_ broker: Configuration.Broker, clientID: String, embeddedPort: Int?) throws(AppError) {
        var host = "127.0.0.1"
        var port = embeddedPort ?? 1883
        if case .network(let name, let number) = broker.place { (host, port) = (name, number) }
        self.init(host: host, port: port, clientID: clientID, filters: broker.topics)
        clockPrefix = broker.prefix
        user = broker.user
        if let file = broker.passwordFile {
            guard let text = try? String(contentsOfFile: file, encoding: .utf8) else {
                throw AppError(
                    "the broker's password cannot be read from \(file)", remedy: "check the file's owner and mode")
            }
            password = text.trimmingCharacters(in: .newlines)
        } else if let name = broker.passwordVariable {
            guard let text = ProcessInfo.processInfo.environment[name] else {
                throw AppError("the environment variable \(name) is not set", remedy: "set it to the broker's password")
            }
            password = text
        }
        encryption = broker.encryption.map {
            Encryption(authorityFile: $0.authorityFile, certificateFile: $0.certificateFile, keyFile: $0.keyFile)
        }
        protocolVersion = ProtocolVersion(rawValue: broker.protocolVersion) ?? .auto
        let isLocal = ["127.0.0.1", "::1", "localhost"].contains(host)
        commitInterval = (broker.commitInterval ?? (isLocal ? 1 : 5)) * 1000
    }
}
