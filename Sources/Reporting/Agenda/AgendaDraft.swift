import GatewayModel

/// Drafts what the next assembly should hear of, talk about or decide; it never decides anything itself.
public struct AgendaDraft: Sendable {
    let model: ReportModel
    let words: ReportWords
    let assembly: CalendarDate

    /// Drafts the items for the next assembly, what is to be decided first; none where no assembly is known.
    ///
    /// `others` are the months that no agenda has spoken of yet, and the one that runs.
    public static func items(
        from model: ReportModel, others: [ReportModel] = [], phrases: Phrasebook
    ) -> [AgendaItem] {
        guard let next = model.facts.nextAssemblies.first else { return [] }
        let drafts = ([model] + others).sorted { $0.facts.month < $1.facts.month }.map {
            AgendaDraft(
                model: $0, words: ReportWords(phrases: phrases, zone: $0.facts.zone),
                assembly: $0.facts.zone.date(at: next))
        }
        guard let oldest = drafts.first, let newest = drafts.last,
            let draft = drafts.first(where: { $0.model.facts.month == model.facts.month })
        else { return [] }
        let months = together(drafts, around: draft)
        func monthly(_ kinds: AgendaKind...) -> [AgendaItem] { months.filter { kinds.contains($0.kind) } }
        let drafted =
            draft.decisions() + draft.emergencies() + draft.disputes() + draft.stages() + draft.proposals()
            + monthly(.budgetPassed) + draft.reviews(drafts, besides: monthly(.budgetPassed)) + draft.neighbours()
            + monthly(.peopleAtRisk, .limitPassed)
            + newest.alerts() + oldest.measureChanges() + monthly(.pausedAgain) + monthly(.tooManyAlarms)
            + draft.meterQuestions() + monthly(.dataGap) + monthly(.reportChanged) + draft.olderErrata()
        // Two files of a neighbour may ask the same.
        var seen: Set<String> = []
        let single = drafted.filter { seen.insert($0.id).inserted }
        return draft.cut(draft.ordered(draft.remembering(single))).map(draft.standing)
    }

    /// With the meeting it is meant for, and where it stands there already.
    private func standing(_ item: AgendaItem) -> AgendaItem {
        let meeting = model.facts.nextMeetingDay ?? assembly
        var item = marked(item)
        item.meeting = meeting
        item.draftAgain()
        if let posted = model.facts.agendaPast[item.id]?.first(where: { $0.meeting == meeting }) { item.take(posted) }
        return item
    }

    private func meterQuestions() -> [AgendaItem] {
        let gaps = model.gaps
        let count = gaps.meterQuestions.count + gaps.householdQuestions
        guard count > 0 else { return [] }
        let names = Dictionary(
            model.facts.sensors.map { ($0.sensor.id, words.name($0.sensor)) }, uniquingKeysWith: { first, _ in first })
        // The page for information shows no facts: the shared ones stand in the summary.
        var seen: Set<SensorID> = []
        let points =
            gaps.meterQuestions.filter { seen.insert($0.sensor).inserted }
            .map { names[$0.sensor] ?? $0.sensor.rawValue }
            + (gaps.householdQuestions > 0
                ? [words.text("agenda.meter.homes", ["count": String(gaps.householdQuestions)])] : [])
        var facts = gaps.meterQuestions.map { event in
            words.text(
                "agenda.facts.meter",
                [
                    "point": names[event.sensor] ?? event.sensor.rawValue,
                    "what": words.text("agenda.meter.\(event.kind.rawValue)"), "moment": words.moment(event.at),
                ])
        }
        if gaps.householdQuestions > 0 {
            facts.append(words.text("agenda.facts.household_meters", ["count": String(gaps.householdQuestions)]))
        }
        return [
            item(
                .meterQuestion, .inform, subject: "", about: nil,
                values: ["count": String(count), "points": words.list(points)], facts: facts, options: ["read"],
                minutes: 5, related: [],
                grounds: gaps.meterQuestions.map { "\($0.sensor)/\($0.kind.rawValue)/\($0.at)" }
                    + (gaps.householdQuestions > 0 ? ["homes/\(model.facts.month)"] : []),
                evidence: [.init("commons meters events")])
        ]
    }

    func gaps() -> [AgendaItem] {
        let shared = model.gaps.rows.filter { $0.longestGap > 3 || $0.missingDays > 5 }
        // Nothing is missing of a month before anything of it was to be measured.
        let last = model.facts.month.lastDay
        let measured = Set(
            model.facts.sensors.filter { point in
                point.since.map { $0 <= last } ?? true || !point.uses.isEmpty || !point.gauges.isEmpty
            }.map(\.sensor.resource))
        let unknown = model.resources.filter { report in
            measured.contains(report.resource)
                && report.total.map { $0.isIncomplete || $0.certainty == .unknown } ?? false
        }
        guard !shared.isEmpty || !unknown.isEmpty else { return [] }
        var facts = unknown.map {
            words.text("agenda.facts.resource_gap", ["resource": words.resource($0.resource)])
        }
        facts += shared.map {
            words.text(
                "agenda.facts.point_gap", ["point": words.name($0.sensor), "days": String($0.missingDays)])
        }
        let month = ["month": words.month(model.facts.month)]
        let points = shared.prefix(3).map { words.name($0.sensor) }.joined(separator: ", ")
        let what =
            unknown.isEmpty
            ? words.text("agenda.gap.points", month.merging(["points": points + (shared.count > 3 ? " …" : "")]) { $1 })
            : words.text("agenda.gap.resources", month)
        return [
            item(
                .dataGap, .discuss, subject: "", about: nil,
                values: month.merging(["what": what]) { $1 }, facts: facts, options: ["repair", "hand"],
                minutes: 10, related: [], grounds: ["month/\(model.facts.month)"], evidence: [monthly])
        ]
    }

    /// How many characters a title has at most.
    static let longestTitle = 100

    /// Items that tell that a limit was passed; of one that protects people they come before what can wait.
    private static let tellOfPeople: Set<AgendaKind> = [.peopleAtRisk, .budgetPassed, .alert]

    func item(
        _ kind: AgendaKind, _ ask: AgendaAsk, subject: String, about limit: Limit?, values: [String: String],
        facts: [String], options: [String], doNothing: String = "", minutes: Int, related: [String],
        whom: String = "stewards", grounds: [String], evidence: [AgendaItem.Evidence] = [],
        words name: String? = nil
    ) -> AgendaItem {
        let key = "agenda.\(name ?? kind.rawValue)"
        let nothing = doNothing.isEmpty ? "nothing" : "nothing_\(doNothing)"
        let named = options.map { name in
            AgendaOption(
                text: words.text("\(key).option.\(name).text", values),
                consequence: words.text("\(key).option.\(name).then", values))
        }
        let leave = AgendaOption(
            text: words.text("agenda.do_nothing"), consequence: words.text("\(key).option.\(nothing).then", values),
            isDoNothing: true)
        let affected =
            limit.map {
                words.text("agenda.affected.\($0.protects.rawValue)", ["resource": words.resourceWithin($0.resource)])
            }
            ?? words.text("agenda.affected.\(whom)")
        var item = AgendaItem(
            id: id(of: kind, subject), assembly: assembly, kind: kind, ask: ask,
            title: String(words.text("\(key).title", values).prefix(AgendaDraft.longestTitle)),
            summary: words.text("\(key).summary", values), facts: facts, options: named + [leave],
            whoIsAffected: affected, touchesEssentialSupply: limit?.protects == .people || limit?.resource == "water",
            requestedMinutes: minutes, related: related)
        item.grounds = grounds
        item.evidence = evidence
        if limit?.protects == .people, AgendaDraft.tellOfPeople.contains(kind) { item.isAboutPeopleAtRisk = true }
        return item
    }

    /// The id of the item about a matter, the same in every language.
    func id(of kind: AgendaKind, _ subject: String) -> String {
        AgendaDraft.id(of: kind, subject, in: model.facts.communityID)
    }

    static func id(of kind: AgendaKind, _ subject: String, in community: String) -> String {
        StableID.spread([community, kind.rawValue, subject])
    }

    /// The decision that set a limit.
    func evidence(_ reference: LimitReference) -> [AgendaItem.Evidence] {
        let decision = model.facts.decisions.adopted.first { $0.number == reference.resolution }
        return [
            .init(
                words.text("agenda.evidence.decision", ["decision": String(reference.resolution)]),
                sha256: decision?.sha256)
        ]
    }

    /// The month's report.
    var monthly: AgendaItem.Evidence { .init("commons report --month \(model.facts.month)") }
}
