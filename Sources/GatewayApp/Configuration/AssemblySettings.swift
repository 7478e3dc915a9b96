import Delivery
import GatewayModel

/// What the configuration says of the assembly: when it meets, when its agenda closes, who prepares it.
public struct AssemblySettings: Sendable, Hashable {
    /// Who prepares the agenda, and how that person is reached.
    public enum Secretary: Sendable, Hashable {
        /// A destination by its name.
        case destination(String)
        /// A mail address, reached through the first mail destination's server.
        case address(String)
    }

    /// How many have to come, as the community defines it.
    public struct Quorum: Sendable, Hashable {
        /// The community's own words; empty where there are only numbers.
        public var words: String = ""
        /// How many persons; nil where only words say it.
        public var needed: Int?
        /// How many members there are; nil where nobody has said so.
        public var members: Int?
        /// The share of the members, in percent; nil where a number is set.
        public var percent: Int?
    }

    /// How much an assembly can take; what is beyond goes onto one page for information.
    public struct LengthBudget: Sendable, Hashable {
        /// Minutes for the items of the gateway.
        public var minutes = 90
        /// How many items.
        public var items = 10
    }

    /// The meetings.
    public var meetings: Meetings
    /// How many days before a meeting its agenda closes.
    public var agendaClosesDaysBefore = 7
    /// How many days before the agenda closes its draft goes to the secretary, where nothing else is said.
    static let usualDraftDays = 3
    /// How many days before the agenda closes its draft goes to the secretary; nil where nobody is named.
    public var draftDaysBeforeClosing: Int?
    /// The secretary; nil where nobody is named.
    public var secretary: Secretary?
    /// The quorum; nil where the community has none or has not said so.
    public var quorum: Quorum?
    /// How much an assembly can take.
    public var budget = LengthBudget()

    /// Makes settings.
    public init(meetings: Meetings) {
        self.meetings = meetings
    }
}

extension Configuration {
    /// The name under which a secretary's mail address stands in the outbox.
    public static let secretaryName = "secretary"

    /// The destination of the secretary; nil where none is named.
    public var secretary: DestinationSettings? {
        switch assembly.secretary {
        case .destination(let name): return destinations.first { $0.name == name }
        case .address(let address):
            let mail = destinations.lazy.compactMap { destination -> (DestinationSettings, SMTPSettings)? in
                guard case .smtp(let settings) = destination.kind else { return nil }
                return (destination, settings)
            }.first
            guard var (destination, settings) = mail else { return nil }
            settings.to = [address]
            destination.name = Configuration.secretaryName
            destination.language = community.languages.first ?? "en"
            destination.kind = .smtp(settings)
            return destination
        case nil: return nil
        }
    }

    /// Where anything is ever sent: the destinations, and the secretary's address, which hears of no alert.
    public var outlets: [DestinationSettings] {
        guard case .address? = assembly.secretary, let secretary else { return destinations }
        return destinations + [secretary]
    }
}
