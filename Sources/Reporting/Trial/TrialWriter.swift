import GatewayModel

/// Writes what a proposed decision would have meant, for the agenda: a table, and a small chart over a range of numbers.
public struct TrialWriter: Sendable {
    /// The forms it can have.
    public enum Form: String, Sendable, CaseIterable {
        /// One self-contained page.
        case html
        /// For forums and chats.
        case markdown
        /// For the terminal.
        case text
        /// For programs.
        case json
    }

    let facts: TrialFacts
    let words: ReportWords

    /// Makes a writer for one language.
    public init(_ facts: TrialFacts, phrases: Phrasebook) {
        self.facts = facts
        words = ReportWords(phrases: phrases, zone: facts.zone)
    }

    /// The text in that form.
    public func text(_ form: Form) -> String {
        switch form {
        case .html: HTMLView(document()).text()
        case .markdown: MarkdownView(document()).text()
        case .text: PlainView(document()).text()
        case .json: json().text() + "\n"
        }
    }

    private var period: [String: String] {
        [
            "from": words.date(facts.from), "through": words.date(facts.through), "days": "\(facts.dayCount)",
            "number": "\(facts.number)", "community": Escaping.singleLine(facts.community, limit: 100),
        ]
    }

    func document() -> Document {
        var blocks: [DocumentBlock] = []
        if facts.isDemonstration { blocks.append(.notice(words.text("report.demonstration"))) }
        blocks.append(.paragraph(words.text("trial.intro", period)))
        if let obstacle = facts.obstacle {
            blocks.append(.notice(words.text("trial.obstacle", ["problem": Escaping.singleLine(obstacle, limit: 400)])))
        }
        if !facts.limits.isEmpty { blocks.append(.table(table(of: facts.limits))) }
        blocks += facts.stages.map { .paragraph(sentence($0)) }
        let all = facts.limits.filter { $0.limit.protects == .people && $0.limit.needsUnit && $0.days != nil }
        let people = all.filter { !isUnknown($0) }
        if !people.isEmpty {
            blocks.append(
                .paragraph(
                    words.text(
                        "trial.people",
                        [
                            "missed": "\(people.count { $0.days ?? 0 > 0 })",
                            "near": "\(people.count { $0.nearDays > 0 })", "all": "\(people.count)",
                        ])))
        }
        if all.count > people.count {
            blocks.append(
                .paragraph(words.text("trial.people_unknown", ["count": "\(all.count - people.count)"])))
        }
        for (index, tried) in facts.limits.enumerated() { blocks += section(tried, index) }
        blocks.append(.paragraph(words.text("trial.caution")))
        return Document(language: words.language, title: words.text("trial.title", period), blocks: blocks)
    }

    private func table(of limits: [TrialFacts.Tried]) -> DocumentTable {
        DocumentTable(
            caption: words.text("trial.caption", period),
            columns: [
                .init(title: words.text("trial.column.limit")),
                .init(title: words.text("trial.column.days"), isNumber: true),
                .init(title: words.text("trial.column.times"), isNumber: true),
                .init(title: words.text("trial.column.longest")),
                .init(title: words.text("trial.column.unknown"), isNumber: true),
                .init(title: words.text("trial.column.today")),
            ], rows: limits.map(row))
    }

    /// On how many days each level would have counted.
    private func sentence(_ stages: TrialFacts.StagesTried) -> String {
        let title = self.title(stages.titles, stages.id)
        guard let levels = stages.levels else { return words.text("trial.stages_hidden", ["stages": title]) }
        let parts = levels.enumerated().map { place, level in
            words.text(
                level.days == 1 ? "trial.level_one" : "trial.level",
                ["level": self.title(level.titles, "\(place + 1)"), "days": "\(level.days)"])
        }
        return words.text(
            stages.isDeclaredByAssembly ? "trial.stages_declared" : "trial.stages",
            ["stages": title, "levels": parts.joined(separator: ", ")])
    }

    func title(_ titles: [String: String], _ id: String) -> String {
        titles.text(in: words.language) ?? id
    }

    private func row(_ tried: TrialFacts.Tried) -> [DocumentTable.Cell] {
        guard let days = tried.days else {
            return [DocumentTable.Cell(name(tried)), .init(words.text("trial.hidden")), "", "", "", ""]
        }
        let current = tried.current.map { $0.limit.words(words.phrases, $0.scale) }
        guard !isUnknown(tried) else {
            return [
                DocumentTable.Cell(name(tried)), .init(words.text("trial.not_known")), "", "", "\(tried.unknownDays)",
                .init(current ?? words.text("trial.no_current")),
            ]
        }
        return [
            DocumentTable.Cell(name(tried)), "\(days)", "\(tried.times)",
            .init(tried.times == 0 ? "" : longest(of: tried)), "\(tried.unknownDays)",
            DocumentTable.Cell(
                tried.current.map { current in
                    let rule = current.limit.words(words.phrases, current.scale)
                    guard let days = current.days else { return words.text("trial.current_hidden", ["rule": rule]) }
                    return words.text(
                        days == 1 ? "trial.current_one" : "trial.current", ["rule": rule, "days": "\(days)"])
                } ?? words.text("trial.no_current")),
        ]
    }

    /// The longest time; of an amount per time the days in a row, which may be of several periods.
    private func longest(of tried: TrialFacts.Tried) -> String {
        let duration = words.duration(tried.longest)
        guard case .budget = tried.limit.rule, tried.days ?? 0 > 1 else { return duration }
        return words.text("trial.in_a_row", ["duration": duration])
    }

    /// True where no day was measured well enough: then nothing is known, and zero would be a lie.
    private func isUnknown(_ tried: TrialFacts.Tried) -> Bool {
        tried.days == 0 && tried.unknownDays > 0 && tried.unknownDays >= facts.dayCount
    }

    private func name(_ tried: TrialFacts.Tried) -> String {
        words.text(
            "limits.sentence",
            ["title": title(tried), "rule": tried.limit.words(words.phrases, tried.scale)])
    }

    private func title(_ tried: TrialFacts.Tried) -> String {
        title(tried.titles, tried.limit.id)
    }

    private func section(_ tried: TrialFacts.Tried, _ index: Int) -> [DocumentBlock] {
        guard tried.days != nil, !tried.range.isEmpty else { return [] }
        var blocks: [DocumentBlock] = [.heading(level: 2, title(tried))]
        guard !isUnknown(tried) else { return blocks + [.paragraph(words.text("trial.nothing_known"))] }
        if !tried.firstDays.isEmpty {
            let dates = tried.firstDays.map { words.date($0) }.joined(separator: "; ")
            blocks.append(.paragraph(words.text("trial.first_days", ["dates": dates])))
        }
        let points = tried.range.map { amount, days in
            let figure = words.exactAmount(amount, of: tried.limit)
            return Chart.Point(
                label: words.phrases.number(amount), value: Double(days),
                text: words.text(days == 1 ? "trial.at_one" : "trial.at", ["amount": figure, "days": "\(days)"]))
        }
        let title = words.text("trial.chart", ["title": title(tried)])
        blocks.append(
            .chart(
                Chart(
                    kind: .bars, title: title, sentence: points.map(\.text).joined(separator: ", ") + ".",
                    unit: words.text("trial.days"), points: points, lines: [], highest: nil, name: "trial-\(index)",
                    tick: { "\(Int($0.rounded()))" })))
        return blocks
    }

    private func json() -> JSONNode {
        .object([
            ("number", .integer(facts.number)), ("from", .string(facts.from.description)),
            ("through", .string(facts.through.description)), ("days", .integer(facts.dayCount)),
            (
                "limits",
                .array(
                    facts.limits.map { tried in
                        guard tried.days != nil else { return .object(head(tried) + [("hidden", .bool(true))]) }
                        return .object(head(tried) + figures(tried))
                    })
            ),
            ("stages", .array(facts.stages.map(node))),
            ("obstacle", facts.obstacle.map { .string($0) } ?? .null),
        ])
    }

    private func node(_ stages: TrialFacts.StagesTried) -> JSONNode {
        guard let levels = stages.levels else {
            return .object([("stages", .string(stages.id)), ("hidden", .bool(true))])
        }
        return .object([
            ("stages", .string(stages.id)), ("declared_by_assembly", .bool(stages.isDeclaredByAssembly)),
            (
                "levels",
                .array(
                    levels.enumerated().map { place, level in
                        .object([("level", .integer(place + 1)), ("days", .integer(level.days))])
                    })
            ),
        ])
    }

    private func head(_ tried: TrialFacts.Tried) -> [(String, JSONNode)] {
        [("limit", .string(tried.limit.id)), ("sentence", .string(name(tried)))]
    }

    private func figures(_ tried: TrialFacts.Tried) -> [(String, JSONNode)] {
        [
            ("days_passed", .optional(isUnknown(tried) ? nil : tried.days)), ("times", .integer(tried.times)),
            ("longest_seconds", .integer(Int(tried.longest))),
            ("first_days", .array(tried.firstDays.map { .string($0.description) })),
            ("days_unknown", .integer(tried.unknownDays)), ("days_near", .integer(tried.nearDays)),
            ("days_passed_today", .optional(tried.current?.days)),
            (
                "range",
                .array(
                    tried.range.map { amount, days in
                        .object([("amount", .decimal(amount)), ("days_passed", .integer(days))])
                    })
            ),
        ]
    }
}
