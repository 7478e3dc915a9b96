import GatewayModel

extension Document {
    /// The monthly report in one language, in the order it is read aloud.
    static func report(_ model: ReportModel, agenda: [AgendaItem], phrases: Phrasebook) -> Document {
        let words = ReportWords(phrases: phrases, zone: model.facts.zone)
        let title = words.text(
            "report.title",
            [
                "community": Escaping.singleLine(model.facts.communityName, limit: 100),
                "month": words.month(model.facts.month),
            ])
        var blocks: [DocumentBlock] = []
        if model.facts.isDemonstration { blocks.append(.notice(words.text("report.demonstration"))) }
        blocks += firstPage(model, agenda: agenda, words) + errata(model, words)
        blocks += limits(model, words) + floors(model, words) + alerts(model, words)
        blocks += load(model, words) + rests(model, words)
        for resource in model.resources { blocks += section(of: resource, model, words) }
        blocks += disputes(model, words) + gaps(model, words) + gateway(model, words) + checking(model, words)
        return Document(language: words.language, title: title, blocks: blocks)
    }

    private static func firstPage(
        _ model: ReportModel, agenda: [AgendaItem], _ words: ReportWords
    ) -> [DocumentBlock] {
        var blocks: [DocumentBlock] = [.heading(level: 2, words.text("report.short.heading"))]
        // Three are enough for a first page, but no passed limit is left out.
        for (place, resource) in model.resources.enumerated() where place < 3 || resource.state == .past {
            let state = resource.state
            blocks.append(
                .statement(
                    shape: state.map(words.shape) ?? "–",
                    word: state.map(words.state) ?? words.text("report.state.none"),
                    text: sentence(resource, words)))
        }
        if model.dates.count < model.facts.month.dayCount {
            blocks.append(
                .paragraph(
                    words.text(
                        "report.short.not_over",
                        ["days": String(model.dates.count), "expected": String(model.facts.month.dayCount)])))
        }
        blocks.append(.heading(level: 2, words.text("report.asked.heading")))
        if let next = model.facts.nextAssemblies.first {
            blocks.append(.paragraph(words.text("report.asked.next", ["moment": words.moment(next)])))
        }
        if agenda.isEmpty {
            blocks.append(.paragraph(words.text("report.asked.nothing")))
        } else {
            blocks.append(
                .list(
                    agenda.map { item in
                        words.text(
                            "report.asked.item",
                            ["ask": words.text("agenda.ask.\(item.ask.rawValue)"), "title": item.title])
                    }))
        }
        return blocks
    }

    /// One plain sentence about a resource, with the mark of a dispute.
    static func sentence(_ resource: ResourceReport, _ words: ReportWords) -> String {
        [unmarked(resource, words), words.mark(resource.mark)].compactMap { $0 }.joined(separator: " ")
    }

    private static func unmarked(_ resource: ResourceReport, _ words: ReportWords) -> String {
        let name = words.resource(resource.resource)
        guard let total = resource.total, let unit = resource.unit else {
            guard let gauge = resource.gauges.first else {
                return words.text("report.sentence.nothing", ["resource": name])
            }
            return words.text(
                "report.sentence.gauge",
                [
                    "resource": name, "point": words.name(gauge.sensor),
                    "lowest": words.amount(gauge.lowest, gauge.sensor.unit),
                    "highest": words.amount(gauge.highest, gauge.sensor.unit),
                ])
        }
        guard total.amount != nil else {
            return words.text("report.sentence.\(total.certainty.rawValue)", ["resource": name])
        }
        var text = words.text(
            total.isIncomplete ? "report.sentence.incomplete" : "report.sentence.used",
            [
                "resource": name, "total": words.total(total, unit), "measured": String(total.days.measured),
                "expected": String(total.days.expected),
            ])
        for comparison in [resource.monthBefore, resource.yearBefore] {
            guard let comparison, comparison.verdict != .notKnown else { continue }
            text += " " + words.text("report.sentence.compared", ["comparison": words.comparison(comparison)])
        }
        return text
    }
}
