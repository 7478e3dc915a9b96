import Delivery
import Foundation
import GatewayModel
import Synchronization
import TestSupport

/// The other side of the year's two destinations: a mail server and an ntfy server, in processes of their own.
final class YearServers: Sendable {
    /// What is wrong with a destination.
    enum Trouble: String {
        /// It takes nothing for now.
        case refuses = ""
        /// It takes what it gets, and its answer breaks off.
        case breaksOff = "half"
    }

    let mail: ScriptServer
    let phones: ScriptServer

    init() throws {
        let folder = GatewayUnderTest.root + "/Tests/DeliveryTests/Servers/"
        mail = try ScriptServer(path: folder + "smtp_server.py") { ["--folder", $0, "--security", "plain"] }
        phones = try ScriptServer(path: folder + "http_server.py") { [$0] }
    }

    /// Lets a destination fail, or work again.
    func set(_ name: String, _ trouble: Trouble?) throws {
        let file = (name == "mail" ? mail : phones).received.file("fails")
        let present = try? String(contentsOfFile: file, encoding: .utf8)
        guard present != trouble?.rawValue else { return }
        if let trouble {
            try trouble.rawValue.write(toFile: file, atomically: true, encoding: .utf8)
        } else {
            try FileManager.default.removeItem(atPath: file)
        }
    }

    /// The references of all messages that a destination has taken, in order.
    func taken(_ name: String) throws -> [String] {
        struct Mail: Decodable {
            var text: String
        }
        struct Push: Decodable {
            var message: String
        }
        let texts =
            try name == "mail"
            ? mail.messages(Mail.self).map(\.text)
            : String(contentsOfFile: phones.received.file("published.log"), encoding: .utf8).split(separator: "\n")
                .map { try JSONDecoder().decode(Push.self, from: Data($0.utf8)).message }
        return texts.map { text in
            String((text.components(separatedBy: "ref: ").last ?? "").prefix { $0.isHexDigit })
        }
    }
}

/// The yard's siren: counts how often it was told to sound.
final class YearSiren: StatePublishing {
    private let sounded = Mutex(0)

    var times: Int { sounded.withLock { $0 } }
    var prefix: String { "commons/vall-clara" }
    var isConnected: Bool { true }

    func publish(topic: String, payload: [UInt8], retain: Bool, timeoutSeconds: Int) -> StatePublishResult {
        if topic == "sirens/yard", payload == Array("ON".utf8) { sounded.withLock { $0 += 1 } }
        return .confirmed
    }

    func announce(
        discovery: String, component: String, object: String, payload: [UInt8], timeoutSeconds: Int
    ) -> StatePublishResult { .confirmed }
}
