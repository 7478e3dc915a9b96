import GatewayModel

/// One plain sentence per thing decided, so that an assembly hears what it adopts.
public enum PlainSentence {
    /// The sentence in the phrasebook's language; `scale` is for how many and how much amounts count.
    public static func of(_ limit: Limit, _ book: Phrasebook, _ scale: Scale) -> String {
        let sentence = book.text(
            "limits.sentence", ["title": title(limit.titles, limit.id, book), "rule": limit.words(book, scale)])
        return
            ([sentence] + details(limit, book) + (limit.shared.map { [$0.words(book)] } ?? []) + [
                book.text("limits.protects.\(limit.protects.rawValue)")
            ])
            .joined(separator: " ")
    }

    /// What is adopted with a limit beside its rule: which sensors count, whose minimum it leaves, whom it calls.
    private static func terms(_ limit: Limit, _ book: Phrasebook) -> String {
        let sensors = limit.sensors.map(\.rawValue).joined(separator: ", ")
        return
            ([book.text("limits.terms.sensors", ["sensors": sensors])]
            + (limit.floor.map { [book.text("limits.terms.floor", ["floor": $0])] } ?? [])
            + [book.text("limits.terms.\(limit.priority.rawValue)")]
            + (limit.waivesConfirmation ? [book.text("limits.terms.waives")] : [])).joined(separator: " ")
    }

    /// What else is decided with the rule: when it is kept again, when people are warned, what is counted.
    private static func details(_ limit: Limit, _ book: Phrasebook) -> [String] {
        func again(_ deadband: DecimalValue, _ delay: Int64) -> [String] {
            let key =
                deadband == .zero ? (delay == 0 ? nil : "clears_after") : delay == 0 ? "deadband" : "deadband_for"
            let values = [
                "value": book.number(deadband), "unit": book.unit(limit.unit), "delay": book.duration(delay),
            ]
            return key.map { [book.text("limits.detail.\($0)", values)] } ?? []
        }
        switch limit.rule {
        case .instant(_, let deadband, _, let offDelay):
            let part = limit.leastMeasured.map { book.number(DecimalValue(mantissa: Int64($0), scale: 1)) }
            return again(deadband, offDelay)
                + (part.map { [book.text("limits.detail.measured", ["percent": $0])] } ?? [])
        case .sites(_, let deadband, _, _): return again(deadband, 0)
        case .budget(_, _, _, let warnAt):
            // A minimum is missed at the end of its period, with no warning before.
            guard limit.bound == .atMost else { return [] }
            let shares = warnAt.map { "\($0) %" }.joined(separator: ", ")
            let course = limit.warnsOnCourse.map { book.text("limits.detail.on_course", ["percent": "\($0)"]) }
            return (shares.isEmpty ? [] : [book.text("limits.detail.warned", ["shares": shares])])
                + (course.map { [$0] } ?? [])
        case .nightFlow(_, _, _, let statistic, _): return [book.text("limits.detail.night_\(statistic.rawValue)")]
        default: return []
        }
    }

    /// The sentence about an alert of the box that the assembly wants otherwise than it comes.
    public static func of(_ condition: BoxCondition, _ rule: BoxAlertRule, _ book: Phrasebook) -> String {
        book.text(
            "limits.box_alert.\(rule.audience.rawValue)",
            [
                "condition": book.text("report.box.\(condition.rawValue)"),
                "priority": book.text("alerts.priority.\(rule.priority.rawValue)"),
            ])
    }

    /// One sentence for each thing that a resolution decides, in its order.
    public static func all(of resolution: Resolution, _ book: Phrasebook) -> [String] {
        resolution.limits.map { of($0, book, resolution.scale) + " " + terms($0, book) }
            + resolution.stages.flatMap { of($0, book) }
            + resolution.declares.map { declaration in
                book.text(
                    declaration.level == 0 ? "limits.declares_none" : "limits.declares",
                    ["stages": declaration.stages.description, "level": "\(declaration.level)"])
            }
            + (resolution.protectedSupply.isEmpty
                ? []
                : [
                    book.text(
                        "limits.protected",
                        ["sensors": resolution.protectedSupply.map(\.rawValue).joined(separator: ", ")])
                ])
            + resolution.emergencyForms.map { emergency($0, resolution, book) }
            + (resolution.emergency.map { [emergency($0, book)] } ?? [])
            + resolution.boxAlerts.sorted { $0.key.rawValue < $1.key.rawValue }.map { of($0, $1, book) }
            + (resolution.householdDays.map { [retention($0, book)] } ?? [])
            + (resolution.smallestGroup.map { [smallestGroup($0, book)] } ?? [])
            + (resolution.sirens.isEmpty ? [] : [sirens(resolution.sirens, book)])
            + (resolution.recalls.isEmpty ? [] : [recalls(resolution, book)])
    }

    /// The sentence about stewards who are none any more.
    public static func recalls(_ resolution: Resolution, _ book: Phrasebook) -> String {
        book.text(
            "limits.recalls",
            ["persons": resolution.recalls.joined(separator: ", "), "from": resolution.inForceFrom.description])
    }

    /// The sentence about lamps and sirens.
    public static func sirens(_ names: [String], _ book: Phrasebook) -> String {
        book.text("limits.sirens", ["sirens": names.joined(separator: ", ")])
    }

    /// The sentence about how long readings of households are kept.
    public static func retention(_ days: Int, _ book: Phrasebook) -> String {
        book.text("limits.retention", ["count": "\(days)"])
    }

    /// The sentence about how many homes something is told of.
    public static func smallestGroup(_ homes: Int, _ book: Phrasebook) -> String {
        book.text("limits.smallest_group", ["count": "\(homes)"])
    }

    /// The sentence about a measure between two assemblies.
    public static func emergency(_ measure: EmergencyMeasure, _ book: Phrasebook) -> String {
        book.text(
            "limits.emergency",
            [
                "limit": measure.limit.description, "amount": book.amount(measure.amount, measure.unit),
                "until": measure.until.description,
            ])
    }

    private static func emergency(_ form: EmergencyForm, _ resolution: Resolution, _ book: Phrasebook) -> String {
        let limit = resolution.limits.first { $0.id == form.limit }
        return book.text(
            "limits.allows_emergency",
            [
                "limit": limit.map { title($0.titles, $0.id, book) } ?? form.limit,
                "amount": limit.map { book.amount(form.tightest, $0.amountUnit) } ?? "",
                "count": "\(EmergencyMeasure.longest)",
            ])
    }

    /// A sentence for each level: when it begins, when it ends, who says so.
    public static func of(_ stages: Stages, _ book: Phrasebook) -> [String] {
        stages.levels.enumerated().map { index, level in
            let leave = level.leave.map { condition($0, book) } ?? book.text("limits.stage.only_assembly")
            return book.text(
                "limits.stage.\(stages.declaration.rawValue)\(level.stays == 1 ? "_one" : "")",
                [
                    "stages": title(stages.titles, stages.id, book), "level": "\(index + 1)",
                    "name": title(level.titles, "\(index + 1)", book), "enter": condition(level.enter, book),
                    "leave": leave, "days": "\(level.stays)",
                ])
        }
    }

    /// A condition in words.
    static func condition(_ condition: DayCondition, _ book: Phrasebook) -> String {
        switch condition {
        case .all(let parts):
            return parts.map { group($0, book) }.joined(separator: " " + book.text("limits.stage.and") + " ")
        case .any(let parts):
            return parts.map { group($0, book) }.joined(separator: " " + book.text("limits.stage.or") + " ")
        case .compare(let comparison): return words(comparison, book)
        }
    }

    private static func group(_ condition: DayCondition, _ book: Phrasebook) -> String {
        guard case .compare = condition else { return "(" + PlainSentence.condition(condition, book) + ")" }
        return PlainSentence.condition(condition, book)
    }

    private static func words(_ comparison: DayComparison, _ book: Phrasebook) -> String {
        func names(_ sensors: [SensorID]) -> String { sensors.map(\.rawValue).joined(separator: " + ") }
        var values = [
            "sensors": names(comparison.sensors), "unit": book.unit(comparison.unit),
            "percent": book.number(DecimalValue(mantissa: Int64(comparison.permille), scale: 1)),
        ]
        let reference: String
        switch comparison.reference {
        case .value(let value):
            values["value"] = book.number(value)
            reference = comparison.permille == 1000 ? "value" : "share"
        case .lastYear(let others): (reference, values["others"]) = ("last_year", names(others))
        case .lastMonth(let others): (reference, values["others"]) = ("last_month", names(others))
        case .sensors(let others): (reference, values["others"]) = ("sensors", names(others))
        }
        values["bound"] = book.text("limits.stage.bound.\(reference)", values)
        values["measure"] = book.text("limits.stage.measure.\(comparison.measure.rawValue)")
        var text = book.text("limits.stage.\(comparison.isMore ? "more" : "less")", values)
        if comparison.over > 1 { text += " " + book.text("limits.stage.over", ["count": "\(comparison.over)"]) }
        if comparison.days > 1 { text += " " + book.text("limits.stage.days", ["count": "\(comparison.days)"]) }
        return text
    }

    private static func title(_ titles: [String: String], _ id: String, _ book: Phrasebook) -> String {
        titles.text(in: book.language) ?? id
    }
}
