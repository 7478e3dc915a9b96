import GatewayModel

extension Document {
    static func gaps(_ model: ReportModel, _ words: ReportWords) -> [DocumentBlock] {
        let gaps = model.gaps
        var blocks: [DocumentBlock] = [.heading(level: 2, words.text("report.gaps.heading"))]
        if gaps.rows.isEmpty, gaps.householdPoints == 0 {
            blocks.append(.paragraph(words.text("report.gaps.none", ["points": String(gaps.points)])))
        }
        if !gaps.rows.isEmpty {
            blocks.append(
                .table(
                    DocumentTable(
                        caption: words.text("report.gaps.caption"),
                        columns: ["point", "missing", "longest"].enumerated().map { index, column in
                            .init(title: words.text("report.gaps.\(column)"), isNumber: index > 0)
                        },
                        rows: gaps.rows.map { row in
                            [
                                .init(words.name(row.sensor)), .init(String(row.missingDays)),
                                .init(String(row.longestGap)),
                            ]
                        })))
        }
        if gaps.householdPoints > 0 {
            blocks.append(.paragraph(words.text("report.gaps.households", ["count": String(gaps.householdPoints)])))
        }
        if !gaps.asides.isEmpty {
            blocks.append(
                .table(
                    DocumentTable(
                        caption: words.text("report.gaps.aside_caption"),
                        columns: ["point", "from", "until", "why"].map {
                            .init(title: words.text("report.gaps.\($0)"))
                        },
                        rows: gaps.asides.map { aside in
                            [
                                .init(words.name(aside.sensor)), .init(words.moment(aside.facts.from)),
                                .init(words.moment(aside.facts.until)), .init(aside.facts.why),
                            ]
                        })))
        }
        let questions = gaps.meterQuestions.count + gaps.householdQuestions
        if questions > 0 {
            blocks.append(.paragraph(words.text("report.gaps.questions", ["count": String(questions)])))
        }
        return blocks
    }

    static func gateway(_ model: ReportModel, _ words: ReportWords) -> [DocumentBlock] {
        let facts = model.facts.gateway
        var lines = [
            facts.versionBefore.map {
                words.text("report.gateway.updated", ["from": $0, "to": facts.version])
            } ?? words.text("report.gateway.version", ["version": facts.version]),
            words.text("report.gateway.as_of", ["moment": words.moment(model.facts.generatedAt)]),
        ]
        if let percent = facts.unguaranteedPercent {
            lines.append(words.text("report.gateway.unguaranteed", ["percent": words.percent(percent)]))
        }
        if let persons = model.facts.personsServed {
            lines.append(words.text("report.gateway.persons", ["count": String(persons)]))
        }
        let lastGood = facts.backup.lastGoodAt
        lines.append(
            words.text(
                "report.backup.\(facts.backup.state.rawValue)",
                ["last": lastGood.map { words.moment($0) } ?? words.text("report.backup.no_date")]))
        lines.append(words.text("report.gateway.private"))
        return [.heading(level: 2, words.text("report.gateway.heading")), .list(lines)]
    }

    static func checking(_ model: ReportModel, _ words: ReportWords) -> [DocumentBlock] {
        let head = model.facts.gateway.recordHead
        var blocks: [DocumentBlock] = [.heading(level: 2, words.text("report.check.heading"))]
        if head.isEmpty {
            blocks.append(.paragraph(words.text("report.check.empty")))
        } else {
            blocks.append(
                .paragraph(
                    words.text("report.check.intro", ["entries": String(model.facts.gateway.recordEntries)])))
            blocks.append(.checkNumber(checkNumberLines(head)))
        }
        blocks += decisions(model, words)
        let month = model.facts.month.description
        blocks.append(
            .steps([
                words.text("report.check.step_meter"),
                words.text("report.check.step_book", ["command": "commons log verify"]),
                words.text("report.check.step_again", ["command": "commons report --month \(month) --format csv"]),
                words.text("report.check.step_ask"),
            ]))
        return blocks
    }

    /// The last decision that the box knows, so that one that was withheld is missed; what stands behind those that count.
    private static func decisions(_ model: ReportModel, _ words: ReportWords) -> [DocumentBlock] {
        let facts = model.facts.decisions
        guard let last = facts.adopted.last else { return [.paragraph(words.text("report.check.no_decision"))] }
        let shown = Set((model.limits + model.limitsOnHomes).map(\.facts.reference.resolution)).union([last.number])
        let states = facts.adopted.filter { shown.contains($0.number) }.map { decision in
            words.text(
                "report.check.decision",
                [
                    "decision": String(decision.number), "date": words.date(decision.assembly),
                    "state": decision.state.text(words.phrases, isNaming: false),
                ])
        }
        let blocks: [DocumentBlock] = [
            .paragraph(words.text("report.check.last_decision", ["decision": String(last.number)])),
            .checkNumber(checkNumberLines(last.sha256)), .list(states),
        ]
        return facts.hasDelegates ? blocks : blocks + [.paragraph(words.text("report.check.no_delegates"))]
    }

    /// A check number in groups of four, eight groups a line, to be read aloud.
    static func checkNumberLines(_ head: String) -> [String] {
        let digits = Array(head)
        let groups = stride(from: 0, to: digits.count, by: 4).map { String(digits[$0..<min($0 + 4, digits.count)]) }
        return stride(from: 0, to: groups.count, by: 8).map {
            groups[$0..<min($0 + 8, groups.count)].joined(separator: " ")
        }
    }
}
