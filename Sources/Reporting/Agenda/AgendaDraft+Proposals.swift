import GatewayModel

extension AgendaDraft {
    /// Decisions that people propose, each with what it would have meant.
    func proposals() -> [AgendaItem] {
        model.facts.proposals.map { proposal in
            let resolution = proposal.resolution
            let name = proposal.file.split(separator: "/").last.map(String.init) ?? proposal.file
            let subjects =
                resolution.limits.map(words.title)
                + resolution.stages.map { $0.titles.text(in: words.language) ?? $0.id }
                + (resolution.emergency.map { [$0.limit.description] } ?? [])
            let values = [
                "decision": String(resolution.number), "from": words.date(resolution.inForceFrom),
                "limits": words.list(subjects), "file": proposal.file,
            ]
            let trial = proposal.trial[words.language] ?? proposal.trial.sorted { $0.key < $1.key }.first?.value
            var facts = resolution.limits.map { limit in
                words.text(
                    "limits.sentence",
                    ["title": words.title(limit), "rule": limit.words(words.phrases, resolution.scale)])
            }
            if !resolution.recalls.isEmpty {
                facts.append(
                    words.text(
                        "limits.recalls",
                        ["persons": words.list(resolution.recalls), "from": words.date(resolution.inForceFrom)]))
            }
            facts.append(words.text("agenda.facts.proposal_review", ["date": words.date(resolution.reviewBy)]))
            if trial == nil { facts.append(words.text("agenda.facts.not_tried", values)) }
            if let trial, trial.table == nil {
                facts.append(words.text("agenda.facts.cannot_try", ["reason": trial.reason]))
            }
            var item = item(
                .proposal, .decide, subject: AgendaDraft.subject(resolution.number, name),
                about: resolution.limits.first,
                values: values, facts: facts, options: ["adopt", "change"], minutes: 20,
                related: resolution.limits.map { "\(resolution.number)/\($0.id)" }, whom: "everyone",
                grounds: ["file/\(proposal.sha256)"],
                evidence: [.init("commons limits what-if \(proposal.file)", sha256: nil)])
            item.proposedBy = .members
            item.attachments = [AgendaItem.Attachment(name: name, sha256: proposal.sha256)]
            item.table = trial?.table
            if trial?.table == nil { item.summary = words.text("agenda.proposal.summary_untried") }
            if subjects.isEmpty { item.title = words.text("agenda.proposal.title_plain", values) }
            item.touchesEssentialSupply = resolution.limits.contains {
                $0.protects == .people || $0.resource == "water"
            }
            return item
        }
    }

    /// A proposal is told by the number it asks for and its file.
    private static func subject(_ number: Int, _ file: String) -> String { "\(number)/\(file)" }

    /// True for an item about a proposal whose decision is one of those that a community has adopted.
    public static func isAdopted(_ item: AgendaItem, among decisions: Set<Int>, in community: String) -> Bool {
        guard item.kind == .proposal, let file = item.attachments.first?.name else { return false }
        return decisions.contains { id(of: .proposal, subject($0, file), in: community) == item.id }
    }

    /// What neighbouring communities propose: here it is a question to the assembly and nothing more.
    func neighbours() -> [AgendaItem] {
        model.facts.neighbours.map { neighbour in
            let values = ["from": neighbour.from, "title": neighbour.title]
            var item = item(
                .confederal, neighbour.ask, subject: "\(neighbour.from)/\(neighbour.title)", about: nil,
                values: values, facts: neighbour.facts + [words.text("agenda.facts.binds_nobody", values)],
                options: neighbour.options.isEmpty ? ["join", "answer"] : [], minutes: neighbour.minutes, related: [],
                whom: "neighbours", grounds: ["file/\(neighbour.sha256)"])
            item.proposedBy = .confederal
            item.summary = neighbour.summary
            item.options = neighbour.options + item.options
            item.touchesEssentialSupply = neighbour.touchesEssentialSupply
            item.attachments = [AgendaItem.Attachment(name: neighbour.file, sha256: neighbour.sha256)]
            return item
        }
    }
}
