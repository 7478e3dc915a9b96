import GatewayModel

/// Says which readings, which limit, which decision and which gaps led to an alert (P8).
public enum AlertExplanation {
    /// The explanation, line by line; what was measured is left out where it is a home's and nobody said why it is wanted.
    public static func lines(
        _ alert: Alert, limitSentence: String?, decidedOn: CalendarDate?, isHidden: Bool = false,
        localTime: (Instant) -> String, book: Phrasebook
    ) -> [String] {
        var lines = [
            book.text(
                "alerts.explain.head",
                [
                    "number": "\(alert.number)", "since": localTime(alert.onset), "found": localTime(alert.detectedAt),
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
        } else if case .box(let condition) = alert.cause {
            lines.append(book.text("box.\(condition.rawValue).step"))
        }
        if isHidden {
            lines.append(book.text("alerts.explain.hidden"))
        } else if let transition = alert.transition {
            lines += transition.evidence.map { piece in
                book.text(
                    "alerts.explain.reading",
                    [
                        "sensor": piece.sensor.rawValue, "value": book.number(piece.value), "unit": piece.unit.code,
                        "time": localTime(piece.time),
                    ])
            }
            lines.append(
                book.text(
                    transition.coverage.isComplete ? "alerts.explain.complete" : "alerts.explain.gaps",
                    ["measured": "\(transition.coverage.measured)", "expected": "\(transition.coverage.expected)"]))
        }
        if !isHidden, let peak = alert.peak, let at = alert.peakAt, peak != alert.transition?.value {
            lines.append(book.text("alerts.explain.peak", ["value": book.number(peak), "at": localTime(at)]))
        }
        lines += alert.entries.map { entry in
            let entry = isHidden ? entry.withoutValue : entry
            let who = entry.person.map { " (\($0))" } ?? ""
            let until = entry.until.map { " " + book.text("alerts.until", ["until": localTime($0)]) } ?? ""
            let note = until + (entry.note.map { ": \($0)" } ?? "")
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
