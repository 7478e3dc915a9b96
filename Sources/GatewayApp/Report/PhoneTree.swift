import Alerting
import GatewayModel

/// Whom to call by telephone and in which order, on paper: what helps where the box reaches nobody.
struct PhoneTree {
    let site: Site
    let roster: DutyRoster?

    /// The title and the list; whoever is on duty stands first, then the next ones, then all other stewards.
    func text(_ book: Phrasebook, now: Instant) -> (title: String, body: String) {
        let order = roster?.order(at: now) ?? []
        let stewards = site.configuration.stewards
        let rest = stewards.map(\.name).filter { !order.contains($0) }
        let lines = (order + rest).enumerated().map { place, name in
            let phone = stewards.first { $0.name == name }?.phone
            return book.text(
                phone == nil ? "duty.phones.no_phone" : "duty.phones.line",
                ["place": "\(place + 1)", "person": name, "phone": phone ?? ""])
        }
        return (
            book.text("duty.phones.title", ["community": site.configuration.community.name]),
            ([book.text("duty.phones.intro", ["moment": site.local(now)])] + lines).joined(separator: "\n")
        )
    }
}
