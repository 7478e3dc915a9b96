import GatewayModel

/// Says which readings, which limit, which decision and which gaps led to an alert (P8).
public enum AlertExplanation {
    /// The explanation, line by line; `about` is what the alert is about, `unit` that of its figures, nil for a bare number; what was measured is left out where it is a home's and nobody said why it is wanted.
    public static func lines(
        _ alert: Alert, about: String, unit: Unit?, limitSentence: String?, decidedOn: CalendarDate?,
        isHidden: Bool = false,
        localTime: (Instant) -> String, book: Phrasebook
    ) -> [String] {
        let unitText = unit.map { book.unit($0) } ?? ""
        func figure(_ value: DecimalValue) -> [String: String] {
            ["value": book.number(value, places: 2), "unit": unitText]
        }
        var lines = [
            book.text(
                "alerts.explain.head",
                [
                    "number": "\(alert.number)", "about": Escaping.terminal(about), "since": localTime(alert.onset),
                    "found": localTime(alert.detectedAt),
                    "state": book.text("alerts.state.\(alert.stateWord)"),
                ])
        ]
        if case .limit(let reference) = alert.cause {
            lines.append(
                book.text(
                    "alerts.explain.limit",
                    [
                        "limit": limitSentence ?? reference.limit, "decision": "\(reference.resolution)",
                        "date": decidedOn?.description ?? "?",
                    ]))
        } else if case .box = alert.cause {
            lines.append(book.text("box.\(AlertText.box(alert)).step"))
        }
        if isHidden {
            lines.append(book.text("alerts.explain.hidden"))
        } else if let transition = alert.transition {
            // The last readings of a sum say nothing of what it came to.
            if transition.sensor == nil, let value = transition.value {
                lines.append(
                    book.text(
                        "alerts.explain.sum",
                        figure(value).merging(["bound": book.number(transition.bound, places: 2)]) { first, _ in first }
                    ))
            }
            lines += (transition.sensor == nil ? [] : transition.evidence).map { piece in
                book.text(
                    "alerts.explain.reading",
                    [
                        "sensor": piece.sensor.rawValue, "value": book.number(piece.value),
                        "unit": book.unit(piece.unit),
                        "time": localTime(piece.time),
                    ])
            }
            // Of what is not heard there is no value that could be a lower bound.
            if transition.value != nil {
                lines.append(
                    book.text(
                        transition.coverage.isComplete ? "alerts.explain.complete" : "alerts.explain.gaps",
                        ["measured": "\(transition.coverage.measured)", "expected": "\(transition.coverage.expected)"]))
            }
        }
        if !isHidden, let peak = alert.peak, let at = alert.peakAt, peak != alert.transition?.value {
            lines.append(
                book.text("alerts.explain.peak", figure(peak).merging(["at": localTime(at)]) { first, _ in first }))
        }
        lines += alert.entries.map { entry in
            let entry = isHidden ? entry.withoutValue : entry
            let who = entry.person.map { " (\($0))" } ?? ""
            let until = entry.until.map { " " + book.text("alerts.until", ["until": localTime($0)]) } ?? ""
            var said = entry.note
            if [.warned, .updated].contains(entry.kind), let value = said.flatMap({ DecimalValue($0) }) {
                said = isHidden ? nil : "\(book.number(value, places: 2)) \(unitText)".trimmingBlanks()
            }
            let note = until + (said.map { ": \($0)" } ?? "")
            return Escaping.terminal(
                "\(localTime(entry.at))  \(book.text("alerts.entry.\(entry.kind.rawValue)"))\(who)\(note)")
        }
        return lines
    }
}

extension AlertEntry {
    /// The entry without the value that was reached, for those who may not see it.
    public var withoutValue: AlertEntry {
        guard [.warned, .updated].contains(kind) else { return self }
        var entry = self
        entry.note = nil
        return entry
    }
}
