import GatewayModel

extension JSONView {
    /// The numbers of disputes beside a figure; nothing where nobody says anything against it.
    static func marks(_ mark: DisputeReport.Mark) -> [(String, JSONNode)] {
        [("disputed", mark.open), ("set_aside_by_assembly", mark.upheld)].filter { !$1.isEmpty }.map { name, numbers in
            (name, .array(numbers.map { .integer($0) }))
        }
    }

    /// A dispute, without persons.
    static func dispute(_ dispute: Dispute, _ about: String) -> JSONNode {
        .object([
            ("number", .integer(dispute.number)), ("about", .string(about)),
            ("state", .string(dispute.state.rawValue)), ("opened_at", .time(dispute.openedAt)),
            ("why", .string(dispute.why)), ("checks", .array(dispute.checks.map { .string($0.how) })),
            ("reason", dispute.verdict.map { .string($0.reason) } ?? .null),
            ("decision", dispute.verdict?.decision.map { .integer($0) } ?? .null),
            ("minutes", dispute.verdict?.minutes.map { .string($0) } ?? .null),
        ])
    }
}
