import GatewayModel

/// Words an alert for people: where, how sure, the first step, and who is next, in at most 300 characters.
public enum AlertText {
    /// The greatest length of a body, in characters.
    public static let limit = 300

    /// Who is called next where nobody answers.
    public enum Next: Hashable, Sendable {
        /// One person, at that time; nil for at once.
        case person(String, at: Instant?)
        /// Everybody, at that time; nil for at once.
        case everybody(at: Instant?)
        /// Nobody, since everybody was told at once.
        case everybodyTold
    }

    /// What the words need to know beside the alert.
    public struct Context: Sendable {
        /// The sensor's name in the language.
        public var sensorName: String
        /// The unit of values and bounds.
        public var unit: Unit
        /// The limit's title in the language; empty for box alerts.
        public var limitTitle: String
        /// What kind of rule it is, for the words of what happened; nil for the plain ones.
        public var ruleKey: String?
        /// What a steward does first; empty where the limit says nothing.
        public var response: String
        /// Who is called next; nil where there is nothing to say of it.
        public var next: Next?
        /// The limits that cannot be watched while this lasts.
        public var unseen = ""
        /// What may be said ahead of a budget that is warned of.
        public var ahead = ""
        /// The open alerts that are handed over, and the sensors that are silent then.
        public var handed = (open: "", silent: "")
        /// How they answer.
        public var answering = Answering.reply()
        /// Who reads it: stewards are told the first step and who is next, a household the first step, members neither.
        public var audience: Audience
        /// A time as people here read it.
        public var localTime: @Sendable (Instant) -> String

        /// Makes a context.
        public init(
            sensorName: String, unit: Unit, limitTitle: String, ruleKey: String? = nil, response: String,
            next: Next? = nil,
            audience: Audience = .stewards, localTime: @escaping @Sendable (Instant) -> String
        ) {
            self.sensorName = sensorName
            self.unit = unit
            self.limitTitle = limitTitle
            self.ruleKey = ruleKey
            self.response = response
            self.next = next
            self.audience = audience
            self.localTime = localTime
        }
    }

    /// One line: urgency or what happened, number, what it is about.
    public static func title(_ draft: NoticeDraft, _ context: Context, _ book: Phrasebook) -> String {
        let alert = draft.alert
        let stage = String(draft.kind.dropFirst("alert.".count))
        let isForNow = stage == "returned" && alert.comesAndGoes
        let word =
            isForNow
            ? "stage.chattering"
            : ["raised", "warned", "called"].contains(stage)
                ? "urgency.\(alert.priority.rawValue)" : "stage.\(stage)"
        return book.text(
            "alerts.title",
            [
                "priority": book.text("alerts.\(word)"), "number": "\(alert.number)",
                "about": Escaping.singleLine(about(alert, context, book), limit: 80),
            ])
    }

    /// The text; what does not fit is cut from names and first steps, never from the numbers.
    public static func body(_ draft: NoticeDraft, _ context: Context, _ book: Phrasebook) -> String {
        let alert = draft.alert
        // Whoever is asked to agree needs the room for the ways to do so.
        let isBrief = draft.kind == "alert.pause_asked"
        let first = [
            head(draft, context, book), isBrief ? "" : sureness(alert, book),
            !isBrief && [.person, .stewards].contains(context.audience) ? firstStep(alert, context, book) : "",
        ]
        let last = context.audience == .stewards ? answers(draft, context, book) : [""]
        let who = context.audience == .stewards ? next(draft, context, book) : ""
        func whole(_ answer: String, step: Int? = nil) -> String {
            let sentences = first.enumerated().map { $0 == 2 ? cut($1, to: step) : $1 }
            return (sentences + [answer, who]).filter { !$0.isEmpty }.joined(separator: " ")
        }
        // Of how to answer elsewhere as much as fits beside the first step.
        var body = last.map { whole($0) }.first { $0.count <= limit } ?? whole(last[0])
        if body.count > limit {
            body = last.map { whole($0, step: 60) }.first { $0.count <= limit } ?? whole(last[last.count - 1], step: 60)
        }
        guard body.count > limit else { return body }
        let end = [last.last { !$0.isEmpty } ?? "", who].filter { !$0.isEmpty }.joined(separator: " ")
        let begin = whole("", step: 60).dropLast(who.isEmpty ? 0 : who.count + 1)
        return end.isEmpty ? cut(String(begin), to: limit) : cut(String(begin), to: limit - end.count - 1) + " " + end
    }

    /// A text of at most so many characters; nil leaves it whole.
    private static func cut(_ text: String, to length: Int?) -> String {
        length.map { Escaping.shortened(text, toScalars: $0) } ?? text
    }

    /// What an alert is about: the limit and its place, or the condition of the box; a home is not named.
    public static func about(_ alert: Alert, _ context: Context, _ book: Phrasebook) -> String {
        switch alert.cause {
        case .box: return book.text("box.\(box(alert)).title", names(alert, context, book))
        case .limit:
            let isPrivate = alert.details["visibility"] != nil
            let place = alert.subject.isEmpty || isPrivate ? "" : context.sensorName
            return place.isEmpty ? context.limitTitle : "\(place): \(context.limitTitle)"
        }
    }

    private static func head(_ draft: NoticeDraft, _ context: Context, _ book: Phrasebook) -> String {
        let alert = draft.alert
        var values = names(alert, context, book)
        let stage = String(draft.kind.dropFirst("alert.".count))
        values["person"] = alert.entries.last?.person ?? alert.takenBy ?? ""
        if [
            "taken", "accepted", "declined", "noted", "closed", "reminder", "paused", "pause_asked", "nobody_came",
            "chattering", "freed", "pause_sooner",
        ]
        .contains(stage) {
            let pause = stage == "pause_asked" ? alert.pauseWish ?? alert.pause : alert.pause
            values["until"] = pause.map { context.localTime($0.until) } ?? ""
            values["why"] = Escaping.sentence(pause?.reason ?? "", limit: 80)
            values["about"] = about(alert, context, book)
            values["cause"] = alert.outcome.map { book.text("alerts.outcome.\($0.rawValue)") } ?? ""
            // What a person wrote is for those who look after it; members hear that there is a note.
            let isInside = [.person, .stewards].contains(context.audience)
            values["note"] = isInside ? Escaping.sentence(alert.entries.last?.note ?? "", limit: 120) : ""
            return book.text("alerts.\(stage)", values).trimmingBlanks()
        }
        if stage == "returned", alert.comesAndGoes {
            values["about"] = about(alert, context, book)
            return book.text("alerts.returned.chattering", values)
        }
        guard case .limit = alert.cause else {
            let isAgain = stage == "called" && alert.cause == .box(.handOver)
            // Programs before this one knew one reason.
            let over = alert.details[AlertBook.dropped].map { (AlertDrop(rawValue: $0) ?? .notAwaited).rawValue }
            return book.text(
                "box.\(box(alert)).\(stage == "returned" ? over ?? "returned" : isAgain ? "again" : "body")", values)
        }
        let side = bound(alert)
        let isSum = alert.subject.isEmpty
        if stage == "returned" { return book.text("alerts.returned.\(isSum ? "budget" : "limit")", values) }
        switch alert.transition?.change {
        case .warned(let percent):
            values["percent"] = "\(percent)"
            return [book.text("alerts.warned", values), context.ahead].filter { !$0.isEmpty }.joined(separator: " ")
        case .onCourse: return book.text("alerts.on_course", values) + " " + context.ahead
        default: break
        }
        if let key = context.ruleKey { return book.text("alerts.raised.rule.\(key)", values) }
        if alert.transition?.value == nil { return book.text("alerts.raised.silence", values) }
        return book.text("alerts.raised.\(isSum ? "budget" : "limit").\(side)", values)
    }

    private static func names(_ alert: Alert, _ context: Context, _ book: Phrasebook) -> [String: String] {
        var values = alert.details
        values["number"] = "\(alert.number)"
        values["name"] = alert.details["visibility"] == nil ? context.sensorName : book.text("alerts.a_home")
        // Whoever lives there knows whose it is.
        if context.audience == .person { values["name"] = context.sensorName }
        if let resource = alert.details["resource"] {
            values["resource"] = book.phrases["report.resource.\(resource)"] ?? resource
        }
        values["limit"] = context.limitTitle
        // The clock was not right: a wrong time would be worse than none.
        let isTimeKnown = alert.details["time"] == nil
        values["since"] = isTimeKnown ? context.localTime(alert.onset) : book.text("alerts.unknown_time")
        values["ended"] = alert.returnedAt.map(context.localTime) ?? ""
        values["unit"] = book.unit(context.unit)
        values["value"] = alert.transition?.value.map { book.number($0, places: 2) } ?? ""
        values["bound"] = alert.transition.map { book.number($0.bound, places: 2) } ?? ""
        values["subject"] = alert.subject
        for name in ["sent", "wanted"] where values[name] == "" { values[name] = book.text("alerts.no_unit") }
        values["unseen"] = context.unseen
        (values["open"], values["silent"]) = context.handed
        return values
    }

    /// The side is told by the numbers: what was raised above its bound is a ceiling.
    private static func bound(_ alert: Alert) -> String {
        guard let transition = alert.transition, let value = transition.value else { return Bound.atMost.rawValue }
        return value > transition.bound ? Bound.atMost.rawValue : Bound.atLeast.rawValue
    }

    /// The key of the words of what the box says; empty for the alert of a limit.
    static func box(_ alert: Alert) -> String {
        guard case .box(let condition) = alert.cause else { return "" }
        return alert.isTestOfAll ? "test_of_all" : condition.rawValue
    }

    private static func sureness(_ alert: Alert, _ book: Phrasebook) -> String {
        // Of what is not heard there is no value that could be a lower bound.
        guard let transition = alert.transition, transition.value != nil, alert.returnedAt == nil, alert.closedAt == nil
        else { return "" }
        if !transition.coverage.isComplete {
            return book.text(
                "alerts.sure.parts",
                ["measured": "\(transition.coverage.measured)", "expected": "\(transition.coverage.expected)"])
        }
        // What was measured before it began shows how it came, and agrees to nothing.
        let agreeing = transition.evidence.count { $0.time >= transition.onset }
        return agreeing > 1 ? book.text("alerts.sure.readings", ["count": "\(agreeing)"]) : ""
    }

    private static func firstStep(_ alert: Alert, _ context: Context, _ book: Phrasebook) -> String {
        guard alert.returnedAt == nil, alert.closedAt == nil else { return "" }
        if case .box = alert.cause { return book.text("box.\(box(alert)).step") }
        return context.response.isEmpty
            ? "" : book.text("alerts.first", ["step": Escaping.sentence(context.response)])
    }

    /// True for what asks somebody to go.
    static func asks(_ draft: NoticeDraft) -> Bool {
        let isAsking =
            ["alert.raised", "alert.called", "alert.chattering", "alert.freed", "alert.nobody_came"]
            .contains(draft.kind) || draft.kind == "alert.declined" && draft.alert.isGivenUp
        return isAsking && draft.alert.priority != .assembly
    }

    private static func next(_ draft: NoticeDraft, _ context: Context, _ book: Phrasebook) -> String {
        guard asks(draft), draft.kind != "alert.nobody_came" else { return "" }
        // A test message is one person's: nobody is called after that one.
        guard draft.alert.cause != .box(.testAlarm) else { return "" }
        func time(_ at: Instant) -> String { String(context.localTime(at).suffix(5)) }
        switch context.next {
        case .person(let person, nil): return book.text("alerts.next", ["person": person])
        case .person(let person, let at?): return book.text("alerts.next_at", ["person": person, "at": time(at)])
        case .everybody(nil): return book.text("alerts.all_next")
        case .everybody(let at?): return book.text("alerts.all_next_at", ["at": time(at)])
        case .everybodyTold: return book.text("alerts.all_called")
        case nil: return ""
        }
    }
}
