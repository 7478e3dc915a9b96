import Alerting
import GatewayModel

/// Whom to call by telephone and in which order, on paper: what helps where the box reaches nobody.
struct PhoneTree {
    let site: Site
    let roster: DutyRoster?
    /// The stewards who may answer: nobody else is called.
    let answering: [String]

    /// The title and the list; whoever is on duty stands first, then the next ones, then all others who may answer.
    func text(_ book: Phrasebook, now: Instant) -> (title: String, body: String) {
        let order = (roster?.order(at: now) ?? []).filter(answering.contains)
        let stewards = site.configuration.stewards
        let rest = answering.filter { !order.contains($0) }
        guard !answering.isEmpty else {
            return (
                book.text("duty.phones.title", ["community": site.configuration.community.name]),
                book.text("duty.phones.nobody", ["moment": site.local(now)])
            )
        }
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
