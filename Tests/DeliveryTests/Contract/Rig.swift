import GatewayModel

@testable import Delivery

/// How the other side behaves.
enum Behaviour: CaseIterable {
    case accepts, isBusy, refuses, hangs
}

/// What the other side has got, in the terms that all destinations share.
struct Arrival: Equatable {
    var identity: String
    var title: String
    var text: String
}

/// One destination with its real other side.
struct Rig {
    var destination: any Destination
    var arrivals: () throws -> [Arrival]

    /// A destination; mail twice, to a server for tests and to one that people run.
    enum Kind: CaseIterable {
        case smtp, exim, webhook, ntfy, command, files, printer, sms, siren, mqtt, gotify, apprise, talk,
            discourse, loomio, matrix, ping

        static let allCases: [Kind] =
            [
                .smtp, .webhook, .ntfy, .command, .files, .printer, .sms, .siren, .mqtt, .gotify, .apprise, .talk,
                .discourse, .loomio, .matrix, .ping,
            ] + mailServers
        /// Where another mail server is installed, its tests are left out.
        static let mailServers: [Kind] = EximServer.isInstalled ? [.exim] : []
    }

    /// Nil where the kind cannot behave so.
    init?(_ kind: Kind, _ behaviour: Behaviour) throws {
        switch kind {
        case .smtp: try self.init(smtp: behaviour)
        case .exim: try self.init(exim: behaviour)
        case .webhook: try self.init(webhook: behaviour)
        case .ntfy: try self.init(ntfy: behaviour)
        case .command: try self.init(command: behaviour)
        case .files: try self.init(files: behaviour)
        case .printer: try self.init(printer: behaviour)
        case .sms: try self.init(sms: behaviour)
        case .siren: try self.init(siren: behaviour)
        case .mqtt: try self.init(mqtt: behaviour)
        case .gotify: try self.init(service: .gotify, behaviour)
        case .apprise: try self.init(service: .apprise, behaviour)
        case .talk: try self.init(service: .talk, behaviour)
        case .discourse: try self.init(service: .discourse, behaviour)
        case .loomio: try self.init(service: .loomio, behaviour)
        case .matrix: try self.init(service: .matrix, behaviour)
        case .ping: try self.init(ping: behaviour)
        }
    }
}

func settings(_ kind: DestinationSettings.Kind) -> DestinationSettings {
    DestinationSettings(name: "d", audience: .stewards, language: "en", kind: kind)
}

func path(_ behaviour: Behaviour, accepted: String) -> String {
    switch behaviour {
    case .accepts: accepted
    case .isBusy: "/status/503"
    case .refuses: "/status/400"
    case .hangs: "/hang"
    }
}
