import Delivery
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
        if let named = broker.passwordFile {
            password = try Credential.file(at: named).text.trimmingCharacters(in: .newlines)
        } else if let name = broker.passwordVariable {
            guard let text = ProcessInfo.processInfo.environment[name] else {
                throw AppError("the environment variable \(name) is not set", remedy: "set it to the broker's password")
            }
            password = text
        }
        if let encryption = broker.encryption {
            self.encryption = Encryption(
                authorityFile: encryption.authorityFile, certificateFile: encryption.certificateFile,
                keyFile: try encryption.keyFile.map { file throws(AppError) in try Credential.place(of: file) })
        }
        protocolVersion = ProtocolVersion(rawValue: broker.protocolVersion) ?? .auto
        let isLocal = ["127.0.0.1", "::1", "localhost"].contains(host)
        commitInterval = (broker.commitInterval ?? (isLocal ? 1 : 5)) * 1000
    }
}

extension Site {
    /// Where the broker is for a second program: the configuration's, or the demonstration's own where it runs.
    ///
    /// - Throws: ``AppError`` where the demonstration does not run or the password cannot be read.
    func brokerOptions(clientID: String) throws(AppError) -> BrokerOptions {
        var port: Int?
        if case .embedded = configuration.broker.place {
            let file = configuration.dataFolder + "/broker/mosquitto.pid"
            let text = (try? String(contentsOfFile: file, encoding: .utf8)) ?? ""
            guard let number = text.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap({ Int($0) }) else {
                throw AppError("the demonstration's broker does not run", remedy: "start it with `commons run`")
            }
            port = number
        }
        return try BrokerOptions(configuration.broker, clientID: clientID, embeddedPort: port)
    }
}

extension Credential {
    /// The text of a file with a secret of the configuration, and where it lies for this process.
    ///
    /// - Throws: ``AppError`` where it is missing, no text, or open to everybody on this machine.
    static func file(at path: String) throws(AppError) -> (path: String, text: String) {
        do {
            return try SecretSource.file(at: path, environment: ProcessInfo.processInfo.environment)
        } catch {
            throw AppError(error.message, remedy: error.remedy)
        }
    }

    /// Where a secret of the configuration lies for this process.
    ///
    /// - Throws: ``AppError`` where it is a credential, and this is not the service that systemd hands it to.
    static func place(of path: String) throws(AppError) -> String {
        do {
            return try Credential.path(path, environment: ProcessInfo.processInfo.environment)
        } catch {
            throw AppError(error.message, remedy: error.remedy)
        }
    }
}
