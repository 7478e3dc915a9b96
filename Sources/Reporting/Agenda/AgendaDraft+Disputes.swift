import GatewayModel

extension AgendaDraft {
    /// What somebody says is wrong and only the assembly ends; of households never anything, and nobody is named.
    func disputes() -> [AgendaItem] {
        model.facts.disputes.filter { $0.state.isOpen && !$0.isHousehold }.sorted { $0.number < $1.number }.map {
            dispute in
            let about = words.about(dispute, model)
            var facts = [
                words.text(
                    "agenda.facts.dispute",
                    [
                        "number": "\(dispute.number)", "about": about, "date": words.moment(dispute.openedAt),
                        "why": dispute.why,
                    ])
            ]
            facts += dispute.checks.map {
                words.text("agenda.facts.dispute_check", ["date": words.moment($0.at), "how": $0.how])
            }
            if dispute.checks.isEmpty { facts.append(words.text("agenda.facts.dispute_unchecked")) }
            return item(
                .disputeOpen, .decide, subject: "\(dispute.number)", about: nil, values: ["about": about],
                facts: facts, options: ["uphold", "keep"], minutes: 10, related: ["\(dispute.number)"],
                whom: "everyone",
                grounds: ["dispute/\(dispute.number)"] + dispute.checks.map { "check/\($0.at)" },
                evidence: [.init("commons disputes list")])
        }
    }
}
