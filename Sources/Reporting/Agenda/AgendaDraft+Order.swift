import GatewayModel

extension AgendaDraft {
    /// What must be settled before anything else, in this order: measures that end today, then what puts every other
    /// decision in doubt.
    private static let first: [AgendaKind] = [.emergencyToRatify, .recoveryWaiting, .signaturesMissing]

    /// What is drafted for as long as it is not done, whatever a meeting made of it.
    private static let untilDone = Set(first + [.disputeOpen, .delegatesEnding])

    /// What is drafted for exactly as long as its ground lasts: where nothing drafts it any more it is over by other means (a
    /// verdict is entered, a decision signed, a measure ended, a meter looked at), whatever a meeting made of it.
    private static let endsByItself = untilDone.union([.meterQuestion, .stageProposed, .stageCounts])

    /// What is told once and asks for something: nothing that is known later says that it has settled itself.
    private static let untilDealtWith: Set<AgendaKind> = [
        .alert, .budgetPassed, .peopleAtRisk, .dataGap, .tooManyAlarms, .pausedAgain, .measureChanged, .proposal,
        .confederal,
    ]

    /// What ranks an item but for how long it has waited: what ends today, people who did not get what they need, then what
    /// is asked, and what people need to live before the rest. Items of one rank are equals.
    private func rank(_ item: AgendaItem) -> [Int64] {
        let first = AgendaDraft.first.firstIndex(of: item.kind)
        let place = first ?? AgendaDraft.first.count + (isAboutPeopleAtRisk(item) ? 0 : 1)
        let ask = AgendaAsk.allCases.firstIndex(of: item.ask) ?? 0
        return [Int64(place), Int64(ask), item.touchesEssentialSupply ? 0 : 1]
    }

    /// By rank, and what has waited longest before what is new.
    func ordered(_ items: [AgendaItem]) -> [AgendaItem] {
        let ranked = items.enumerated().map { place, item in
            (rank: rank(item) + [item.since?.daysSinceEpoch ?? .max, Int64(place)], item: item)
        }
        return ranked.sorted { $0.rank.lexicographicallyPrecedes($1.rank) }.map(\.item)
    }

    /// Puts onto the page for information what nobody has to decide, and what an assembly can no longer take.
    ///
    /// Once one finds no room, what ranks lower gets none either, however short it is.
    func cut(_ items: [AgendaItem]) -> [AgendaItem] {
        let budget = model.facts.agendaBudget
        let certain = Set(items.filter(hasItsPlace).map(\.id))
        var minutes = items.filter { certain.contains($0.id) }.reduce(0) { $0 + $1.requestedMinutes }
        var count = certain.count
        var full: [Int64]?
        var kept: [AgendaItem] = []
        var rest: [AgendaItem] = []
        for var item in items {
            if certain.contains(item.id) {
                kept.append(item)
            } else if item.ask != .inform, full == nil || full == rank(item), count < budget.items,
                minutes + item.requestedMinutes <= budget.minutes
            {
                minutes += item.requestedMinutes
                count += 1
                kept.append(item)
            } else {
                // What is longer than a whole assembly holds up nobody.
                if item.ask != .inform, full == nil, item.requestedMinutes <= budget.minutes { full = rank(item) }
                item.isForInformation = true
                rest.append(item)
            }
        }
        return kept + rest
    }

    /// True where people did not get what they need, also in an item that an earlier edition of the program posted.
    private func isAboutPeopleAtRisk(_ item: AgendaItem) -> Bool {
        item.kind == .peopleAtRisk || item.isAboutPeopleAtRisk == true
    }

    /// True for what is never left out, and for what was posted as an item for this meeting: the papers of one meeting say
    /// the same, also those that people have changed and that are only added to.
    private func hasItsPlace(_ item: AgendaItem) -> Bool {
        if AgendaDraft.first.contains(item.kind) || isAboutPeopleAtRisk(item) { return true }
        let meeting = model.facts.nextMeetingDay ?? assembly
        let posted = model.facts.agendaPast[item.id]?.first { $0.meeting == meeting }
        return item.ask != .inform && posted.flatMap(text)?.isForInformation == false
    }

    /// Adds what earlier assemblies made of the items. What was decided or withdrawn stays away until there is something
    /// new in it; what was put off, and what was posted and nobody dealt with, comes again, also where nothing would be
    /// drafted today.
    func remembering(_ drafted: [AgendaItem]) -> [AgendaItem] {
        let meeting = model.facts.nextMeetingDay ?? assembly
        let past = model.facts.agendaPast.mapValues { entries in
            entries.filter { $0.meeting < meeting }.sorted { $0.meeting < $1.meeting }
        }.filter { !$0.value.isEmpty }
        let present = Set(drafted.map(\.id))
        let again = past.sorted { $0.key < $1.key }.compactMap { id, entries -> AgendaItem? in
            guard !present.contains(id), let last = entries.last, var item = text(last), comesAgain(item, last)
            else { return nil }
            item.assembly = assembly
            item.isForInformation = false
            // That it came up late was said of that meeting's agenda.
            item.facts.removeAll(where: isLate)
            return item
        }
        return (drafted + again).compactMap { item in
            guard let entries = past[item.id], let first = entries.first, let last = entries.last else { return item }
            let settled = entries.filter { [.decided, .withdrawn].contains($0.status) }
            let known = Set(settled.flatMap { $0.items.values.flatMap(\.grounds) })
            let hasNews = !known.isSuperset(of: item.grounds)
            let isSettled = [.decided, .withdrawn].contains(last.status) && !hasNews
            if isSettled, !AgendaDraft.untilDone.contains(item.kind) { return nil }
            var item = growing(item, from: last)
            item.since = first.meeting
            item.history = history(entries, of: item, hasNews: hasNews)
            return item
        }.map { late($0, meeting) }
    }

    /// The item as it was posted, in the draft's language where it is there.
    func text(_ past: AgendaPast) -> AgendaItem? {
        past.items[words.language] ?? past.items.sorted { $0.key < $1.key }.first?.value
    }

    /// True where an item that nothing drafts today still waits for an assembly.
    private func comesAgain(_ item: AgendaItem, _ last: AgendaPast) -> Bool {
        guard !AgendaDraft.endsByItself.contains(item.kind), !isAdopted(item), !isReplaced(item),
            !isSetAside(item)
        else { return false }
        return switch last.status {
        case .deferred: true
        case .submitted, .accepted: item.ask != .inform && AgendaDraft.untilDealtWith.contains(item.kind)
        case .draft, .withdrawn, .decided: false
        }
    }

    /// True for a proposal whose decision is adopted here by now.
    private func isAdopted(_ item: AgendaItem) -> Bool {
        AgendaDraft.isAdopted(
            item, among: Set(model.facts.decisions.adopted.map(\.number)), in: model.facts.communityID)
    }

    /// True for alerts all of which the assembly has set aside.
    private func isSetAside(_ item: AgendaItem) -> Bool {
        guard item.kind == .alert, !item.related.isEmpty else { return false }
        let upheld = model.facts.disputes.filter { $0.state == .upheld }.map(\.subject)
        return item.related.allSatisfy { number in Int(number).map { upheld.contains(.alert($0)) } ?? false }
    }

    /// Says of an item that came up once the agenda had closed that it did: many rules let nobody decide what was not
    /// announced. Whether it did is known where an agenda was posted before.
    private func late(_ item: AgendaItem, _ meeting: CalendarDate) -> AgendaItem {
        guard let closes = model.facts.agendaClosesAt, model.facts.generatedAt >= closes,
            !AgendaDraft.first.contains(item.kind)
        else { return item }
        let told = words.text("agenda.facts.late", ["moment": words.moment(closes)])
        let posted = model.facts.agendaPast.mapValues { $0.filter { $0.meeting == meeting } }
        guard posted.values.contains(where: { !$0.isEmpty }) else { return item }
        let earlier = posted[item.id]?.first
        guard earlier.map({ $0.items[words.language]?.facts.contains(told) ?? false }) ?? true else { return item }
        var item = item
        item.facts.append(told)
        return item
    }
}
