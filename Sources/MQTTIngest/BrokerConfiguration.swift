import GatewayModel

/// A mosquitto configuration as far as advice needs it: settings with their lines, and the listeners.
///
/// Source: mosquitto.conf(5). One setting per line, the name up to the first blank; `#` at the start of a line is a
/// comment; what follows `listener` belongs to that listener where mosquitto reads it so.
struct BrokerConfiguration {
    /// A value with the line it stands on, counted from 1.
    struct Setting {
        var value: String
        var line: Int
    }

    /// An address that the broker listens on.
    struct Listener {
        var line: Int
        var port: String
        /// The address or host name it is bound to; nil for every address of the box.
        var address: String?
        var settings: [String: Setting] = [:]

        /// True where only programs on the same box reach it.
        var isLocal: Bool {
            // A listener on port 0 is a Unix socket.
            guard port != "0" else { return true }
            guard let address else { return ["lo"].contains(settings["bind_interface"]?.value) }
            return address == "localhost" || address == "::1" || address.hasPrefix("127.")
        }

        /// True where the connection is encrypted.
        var isEncrypted: Bool { settings["certfile"] != nil || settings["psk_hint"] != nil }
    }

    private static let ofListener: Set<String> = [
        "allow_anonymous", "password_file", "acl_file", "plugin", "auth_plugin", "psk_file", "bind_interface",
        "cafile", "capath", "certfile", "keyfile", "psk_hint", "require_certificate", "use_identity_as_username",
        "use_subject_as_username",
    ]

    /// The settings outside listeners, the last value of each; with the first listener's settings for accounts where
    /// the file has one set of accounts for all.
    private(set) var settings: [String: Setting] = [:]
    /// The listeners, in the file's order.
    private(set) var listeners: [Listener] = []

    /// Reads a configuration; lines that mosquitto would refuse are passed over, the broker names those itself.
    init(_ text: String) {
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let words = line.split(whereSeparator: \.isWhitespace).map(String.init)
            guard let name = words.first, !name.hasPrefix("#") else { continue }
            let setting = Setting(value: words.dropFirst().joined(separator: " "), line: index + 1)
            if name == "listener" {
                guard words.count > 1 else { continue }
                listeners.append(
                    Listener(line: index + 1, port: words[1], address: words.count > 2 ? words[2] : nil))
            } else if BrokerConfiguration.ofListener.contains(name), !listeners.isEmpty {
                listeners[listeners.count - 1].settings[name] = setting
                if settings[name] == nil || !isPerListener { settings[name] = setting }
            } else {
                settings[name] = setting
            }
        }
        addOldListener()
    }

    /// True where each listener has accounts of its own.
    var isPerListener: Bool { settings["per_listener_settings"]?.value == "true" }

    /// The setting that holds for a listener.
    func setting(_ name: String, of listener: Listener) -> Setting? {
        isPerListener ? listener.settings[name] : settings[name]
    }

    /// Before version 2 the first listener was written as `port` and `bind_address`; both are still read.
    private mutating func addOldListener() {
        guard let port = settings["port"] ?? settings["bind_address"] else { return }
        var old = Listener(
            line: port.line, port: settings["port"]?.value ?? "1883", address: settings["bind_address"]?.value)
        for (name, setting) in settings where BrokerConfiguration.ofListener.contains(name) {
            old.settings[name] = setting
        }
        listeners.append(old)
    }
}
