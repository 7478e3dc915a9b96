import GatewayModel

extension AgendaDraft {
    /// How many disputes have an item each; those that came after them share one, which grows.
    private static let ownItems = 3

    /// What somebody says is wrong and only the assembly ends; of households never anything, and nobody is named.
    func disputes() -> [AgendaItem] {
        let open = model.facts.disputes.filter { $0.state.isOpen && !$0.isHousehold }.sorted { $0.number < $1.number }
        let more = Array(open.dropFirst(AgendaDraft.ownItems))
        return open.prefix(AgendaDraft.ownItems).map { dispute in
            item(
                of: [dispute], subject: "\(dispute.number)", values: ["about": words.about(dispute, model)],
                uphold: uphold(dispute), minutes: 10)
        } + (more.isEmpty ? [] : [together(more)])
    }

    /// So many that each would leave the assembly no time for anything else.
    private func together(_ disputes: [Dispute]) -> AgendaItem {
        item(
            of: disputes, subject: "more", values: ["count": "\(disputes.count)"], uphold: "uphold", minutes: 15,
            words: "disputes_open")
    }

    private func item(
        of disputes: [Dispute], subject: String, values: [String: String], uphold: String, minutes: Int,
        words name: String? = nil
    ) -> AgendaItem {
        item(
            .disputeOpen, .decide, subject: subject, about: nil, values: values, facts: disputes.flatMap(facts),
            options: [uphold, "keep"], minutes: minutes, related: disputes.map { "\($0.number)" },
            whom: "everyone",
            grounds: disputes.flatMap { dispute in
                ["dispute/\(dispute.number)"] + dispute.checks.map { "check/\($0.at)" }
            },
            evidence: [.init("commons disputes list")], words: name)
    }

    /// The option to say that it is wrong: only readings are set aside so that figures change.
    private func uphold(_ dispute: Dispute) -> String {
        switch dispute.subject {
        case .readings: "uphold"
        case .figure: "uphold_figure"
        case .alert: "uphold_alert"
        }
    }

    private func facts(of dispute: Dispute) -> [String] {
        let number = "\(dispute.number)"
        let values = [
            "number": number, "about": words.about(dispute, model), "date": words.moment(dispute.openedAt),
            "why": dispute.why,
        ]
        let checks = dispute.checks.map {
            words.text("agenda.facts.dispute_check", ["date": words.moment($0.at), "how": $0.how])
        }
        return [words.text("agenda.facts.dispute", values)]
            + (checks.isEmpty ? [words.text("agenda.facts.dispute_unchecked")] : checks)
    }
}
