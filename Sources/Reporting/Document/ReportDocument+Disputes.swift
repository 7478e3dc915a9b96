import GatewayModel

extension Document {
    /// What people say is wrong, and what came of it; nothing where nobody does.
    static func disputes(_ model: ReportModel, _ words: ReportWords) -> [DocumentBlock] {
        guard !model.disputes.rows.isEmpty else { return [] }
        return [
            .heading(level: 2, words.text("report.disputes.heading")),
            .table(
                DocumentTable(
                    caption: words.text("report.disputes.caption"),
                    columns: ["number", "about", "why", "checked", "state"].map {
                        .init(title: words.text("report.disputes.\($0)"))
                    },
                    rows: model.disputes.rows.map { dispute in
                        [
                            .init(String(dispute.number)), .init(words.about(dispute, model)), .init(dispute.why),
                            .init(dispute.checks.map(\.how).joined(separator: "; ")),
                            .init(words.state(of: dispute)),
                        ]
                    })),
        ]
    }
}

extension ReportWords {
    /// What a dispute is about.
    func about(_ dispute: Dispute, _ model: ReportModel) -> String {
        let names = Dictionary(
            model.facts.sensors.map { ($0.sensor.id, name($0.sensor)) }, uniquingKeysWith: { first, _ in first })
        if case .alert(let number) = dispute.subject, !dispute.isHousehold,
            let alert = (model.facts.disputedAlerts + model.facts.alerts).first(where: { $0.number == number }),
            !alert.isPrivate
        {
            let what = cause(alert.cause, limits: model.limits)
            return text("disputes.about.alert_what", ["alert": String(number), "what": what])
        }
        return dispute.about(phrases, isNaming: false, name: { names[$0] ?? "\($0)" }, localTime: moment)
    }

    /// Where a dispute stands, with the assembly's reason.
    func state(of dispute: Dispute) -> String {
        let state = text("disputes.state.\(dispute.state.rawValue)")
        guard let verdict = dispute.verdict else { return state }
        let reference =
            verdict.decision.map { text("disputes.by_decision", ["decision": "\($0)"]) }
            ?? text("disputes.by_minutes", ["minutes": verdict.minutes ?? ""])
        return "\(state) (\(reference)): \(verdict.reason)"
    }

    /// The words beside a figure; nil where nobody says anything against it.
    func mark(_ mark: DisputeReport.Mark) -> String? {
        let parts =
            mark.open.map { text("disputes.mark.open", ["number": "\($0)"]) }
            + mark.upheld.map { text("disputes.mark.upheld", ["number": "\($0)"]) }
        return parts.isEmpty ? nil : parts.joined(separator: " ")
    }
}
