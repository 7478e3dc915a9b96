import GatewayModel

/// What people say is wrong is marked on the agenda as it is in the report, until the assembly has decided.
extension AgendaDraft {
    /// Items whose related numbers are those of alerts.
    private static let tellOfAlerts: Set<AgendaKind> = [
        .alert, .pausedAgain, .budgetPassed, .peopleAtRisk, .limitPassed,
    ]

    /// A fact with the mark of what it says.
    func marked(_ fact: String, _ mark: DisputeReport.Mark) -> String {
        words.mark(mark).map { "\(fact) \($0)" } ?? fact
    }

    /// The mark of what a limit was held against in the month.
    func mark(of facts: LimitFacts) -> DisputeReport.Mark {
        let isUse = if case .budget = facts.limit.rule { true } else { false }
        return model.disputes.mark(of: facts.limit, isUse: isUse, points: model.facts.sensors)
    }

    /// The item with the mark of all that it rests on in its title, which stands alone on a sheet of paper.
    func marked(_ item: AgendaItem) -> AgendaItem {
        guard item.kind != .disputeOpen, let mark = words.mark(mark(of: item)) else { return item }
        var item = item
        item.title = "\(item.title.prefix(AgendaDraft.longestTitle - mark.count - 1)) \(mark)"
        return item
    }

    /// The disputes about an item's alerts, and about what its limits were held against in the months that it tells of.
    private func mark(of item: AgendaItem) -> DisputeReport.Mark {
        let limits = model.limits.map(\.facts).filter { item.related.contains($0.reference.description) }.map(\.limit)
        let points = model.facts.sensors.map(\.sensor).filter { $0.visibility == .community }
        let months = AgendaDraft.months(in: item.grounds)
        let about = model.facts.disputes.filter { dispute in
            guard !dispute.isHousehold else { return false }
            return switch dispute.subject {
            case .alert(let number):
                AgendaDraft.tellOfAlerts.contains(item.kind) && item.related.contains(String(number))
            case .figure(let resource, let month, let part):
                item.kind == .budgetPassed && months.contains(month)
                    && limits.contains { limit in
                        limit.resource == resource
                            && (part.map { role in
                                points.contains { $0.role == role && limit.sensors.contains($0.id) }
                            } ?? true)
                    }
            case .readings(let sensor, let from, let until):
                dispute.state.isOpen && points.contains { $0.id == sensor }
                    && limits.contains { $0.sensors.contains(sensor) }
                    && months.contains { month in
                        from < model.facts.zone.start(of: month.next.firstDay)
                            && model.facts.zone.start(of: month.firstDay) < until
                    }
            }
        }
        return DisputeReport.Mark(
            open: about.filter(\.state.isOpen).map(\.number).sorted(),
            upheld: about.filter { $0.state == .upheld }.map(\.number).sorted())
    }
}
