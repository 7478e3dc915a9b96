import Delivery
import GatewayModel

/// Why a notice that waited is not sent any more: the words that are stored with it, and those that people read.
enum LeftOutReason: String, CaseIterable {
    case lastWeek = "a list of last week"
    case dayBefore = "a sign of life of the day before"
    case noSteward = "its steward is none any more"
    case recalled = "its steward was recalled by a decision"
    case noMandate = "its steward has no mandate"
    case becameHomes = "it became a home's business"
    /// With the time behind it.
    case over = "over since"
    /// With the siren's name behind it.
    case noSiren = "no decision in force names the siren"

    private var key: String {
        switch self {
        case .lastWeek: "last_week"
        case .dayBefore: "day_before"
        case .noSteward: "no_steward"
        case .recalled: "recalled"
        case .noMandate: "no_mandate"
        case .becameHomes: "became_homes"
        case .over: "over"
        case .noSiren: "no_siren"
        }
    }

    /// As it is stored, with what follows.
    func stored(_ detail: String? = nil) -> String {
        detail.map { "\(rawValue) \($0)" } ?? rawValue
    }

    /// A stored reason as people read it; what another side or another part of the program said, as it stands.
    static func text(_ stored: String, _ book: Phrasebook, localTime: (Instant) -> String) -> String {
        if stored == SirenDestination.notForSirens { return book.text("alerts.left_out.not_for_sirens") }
        guard let reason = allCases.first(where: { stored.hasPrefix($0.rawValue) }) else { return stored }
        let detail = stored.dropFirst(reason.rawValue.count).drop { $0 == " " }
        let time = Instant(rfc3339: String(detail)).map(localTime)
        return book.text("alerts.left_out.\(reason.key)", ["detail": time ?? String(detail)])
    }
}
