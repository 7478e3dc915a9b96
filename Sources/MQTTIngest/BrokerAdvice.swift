import GatewayModel

/// Names the settings of a mosquitto configuration that lose data or let strangers in, each with its remedy.
///
/// Pure: it sees the text only. Defaults and meanings are those of mosquitto.conf(5), versions 2.0 and 2.1.
public enum BrokerAdvice {
    /// The problems, by line and then by name of the setting; line 0 where the setting is missing.
    public static func examine(configuration text: String, fileName: String) -> [Diagnostic] {
        let configuration = BrokerConfiguration(text)
        let findings =
            queueFindings(configuration) + persistenceFindings(configuration) + deliveryFindings(configuration)
            + accountFindings(configuration) + listenerFindings(configuration) + includeFindings(configuration)
        return findings.map { finding in
            Diagnostic(file: fileName, line: finding.line, message: finding.message, remedy: finding.remedy)
        }.sorted { ($0.line, $0.message) < ($1.line, $1.message) }
    }

    private struct Finding {
        var line = 0
        var message: String
        var remedy: String
    }

    private static let fewestQueued: Int64 = 10_000
    private static let longestAutosave: Int64 = 900
    private static let fewestInFlight: Int64 = 100
    private static let smallestMessage: Int64 = 65_536

    private static func number(_ setting: BrokerConfiguration.Setting?, unset: Int64) -> Int64 {
        guard let setting else { return unset }
        return Int64(setting.value) ?? unset
    }

    private static func queueFindings(_ configuration: BrokerConfiguration) -> [Finding] {
        let setting = configuration.settings["max_queued_messages"]
        let remedy = "write 'max_queued_messages 300000', or what a day without the gateway brings at your site"
        switch number(setting, unset: 1000) {
        case 0:
            return [
                Finding(
                    line: setting?.line ?? 0,
                    message: "max_queued_messages 0 keeps nothing at all on mosquitto 2.0.2 and 2.0.16", remedy: remedy)
            ]
        case ..<fewestQueued:
            let amount = setting.map { "is \($0.value)" } ?? "is not set, so it is 1000"
            return [
                Finding(
                    line: setting?.line ?? 0,
                    message: "max_queued_messages \(amount): what comes after is dropped silently while the gateway "
                        + "is away", remedy: remedy)
            ]
        default: return []
        }
    }

    private static func persistenceFindings(_ configuration: BrokerConfiguration) -> [Finding] {
        var findings: [Finding] = []
        let persistence = configuration.settings["persistence"]
        if persistence?.value != "true" {
            findings.append(
                Finding(
                    line: persistence?.line ?? 0,
                    message: "persistence is off: a restart of the broker forgets every waiting message",
                    remedy: "write 'persistence true' and a persistence_location"))
        }
        let autosave = configuration.settings["autosave_interval"]
        let countsChanges = configuration.settings["autosave_on_changes"]?.value == "true"
        let seconds = number(autosave, unset: 1800)
        if seconds == 0 || (seconds > longestAutosave && !countsChanges) {
            let loss = seconds == 0 ? "everything since the broker's start" : "up to \(seconds) seconds of messages"
            findings.append(
                Finding(
                    line: autosave?.line ?? 0,
                    message: "autosave_interval \(autosave == nil ? "is not set" : "is \(seconds)"): a power cut while "
                        + "the gateway is away loses \(loss)", remedy: "write 'autosave_interval 300'"))
        }
        if let expiration = configuration.settings["persistent_client_expiration"] {
            findings.append(
                Finding(
                    line: expiration.line,
                    message: "persistent_client_expiration \(expiration.value): a gateway that is away for longer "
                        + "loses its waiting messages", remedy: "remove the line"))
        }
        return findings
    }

    private static func deliveryFindings(_ configuration: BrokerConfiguration) -> [Finding] {
        var findings: [Finding] = []
        let nodelay = configuration.settings["set_tcp_nodelay"]
        if nodelay?.value != "true" {
            findings.append(
                Finding(
                    line: nodelay?.line ?? 0, message: "set_tcp_nodelay is off: alerts wait up to 44 ms in the broker",
                    remedy: "write 'set_tcp_nodelay true'"))
        }
        let upgrade = configuration.settings["upgrade_outgoing_qos"]
        if upgrade?.value != "true" {
            findings.append(
                Finding(
                    line: upgrade?.line ?? 0,
                    message: "upgrade_outgoing_qos is off: what devices send at QoS 0 is lost while the gateway is "
                        + "away", remedy: "write 'upgrade_outgoing_qos true'"))
        }
        let inFlight = configuration.settings["max_inflight_messages"]
        let window = number(inFlight, unset: 20)
        if window != 0, window < fewestInFlight {
            findings.append(
                Finding(
                    line: inFlight?.line ?? 0,
                    message: "max_inflight_messages \(inFlight == nil ? "is not set, so it is 20" : "is \(window)"): "
                        + "a backlog arrives slowly, commit by commit", remedy: "write 'max_inflight_messages 800'"))
        }
        for name in ["message_size_limit", "max_packet_size"] {
            guard let limit = configuration.settings[name], case let size = number(limit, unset: 0), size > 0,
                size < smallestMessage
            else { continue }
            findings.append(
                Finding(
                    line: limit.line, message: "\(name) \(size): larger messages are dropped silently",
                    remedy: "remove the line or allow at least \(smallestMessage) bytes"))
        }
        return findings
    }

    private static func accountFindings(_ configuration: BrokerConfiguration) -> [Finding] {
        // Without a listener of its own mosquitto listens on the loopback address only.
        let listeners =
            configuration.listeners.isEmpty
            ? [BrokerConfiguration.Listener(line: 0, port: "1883", address: "localhost")] : configuration.listeners
        var findings: [Finding] = []
        func has(_ names: [String], _ listener: BrokerConfiguration.Listener) -> Bool {
            names.contains { configuration.setting($0, of: listener) != nil }
        }
        if let open = listeners.first(where: { !has(["password_file", "plugin", "auth_plugin", "psk_file"], $0) }) {
            findings.append(
                Finding(
                    line: configuration.isPerListener ? open.line : 0,
                    message: "no password_file: devices have no accounts, so anybody can speak for them",
                    remedy:
                        "make accounts with mosquitto_passwd and write 'password_file /etc/mosquitto/commons.passwd'"
                ))
        }
        if let open = listeners.first(where: { !has(["acl_file", "plugin", "auth_plugin"], $0) }) {
            findings.append(
                Finding(
                    line: configuration.isPerListener ? open.line : 0,
                    message: "no acl_file: every account may read and write everything",
                    remedy: "copy config/mosquitto.acl and write 'acl_file /etc/mosquitto/commons.acl'"))
        }
        return findings
    }

    private static func listenerFindings(_ configuration: BrokerConfiguration) -> [Finding] {
        configuration.listeners.filter { !$0.isLocal }.flatMap { listener in
            var findings: [Finding] = []
            if let anonymous = configuration.setting("allow_anonymous", of: listener), anonymous.value == "true" {
                findings.append(
                    Finding(
                        line: anonymous.line,
                        message: "allow_anonymous true: whoever reaches port \(listener.port) can invent readings",
                        remedy: "write 'allow_anonymous false'"))
            }
            if !listener.isEncrypted {
                findings.append(
                    Finding(
                        line: listener.line,
                        message: "port \(listener.port) is open to the network without TLS: passwords can be read",
                        remedy: "add cafile, certfile and keyfile, or bind the listener to 127.0.0.1"))
            }
            return findings
        }
    }

    private static func includeFindings(_ configuration: BrokerConfiguration) -> [Finding] {
        guard let include = configuration.settings["include_dir"] else { return [] }
        return [
            Finding(
                line: include.line, message: "include_dir: the settings in that folder were not looked at",
                remedy: "keep one file, or examine those files too")
        ]
    }
}
