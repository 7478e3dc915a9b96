import GatewayModel
import Reporting
import Storage

/// What people marked on a posted agenda, held against what was posted: all of it fits, or nothing is taken down.
///
/// Before the assembly begins the only mark is that an item stands on its agenda; afterwards every item needs what came
/// of it.
struct AgendaRecording {
    /// What does not fit.
    struct Problem {
        /// The line in the file, from 1 on; 0 for the file as a whole.
        var line = 0
        /// Which sentence says why: a key below `agenda.mark.problem`.
        var key: String
        var values: [String: String] = [:]
    }

    /// What the marks are held against.
    struct Posted {
        /// The moment at which it is taken down.
        var now: Instant
        /// The community's zone.
        var zone: Zone
        /// When the meeting that the rule puts on a day begins, as it stands now; nil where there is none.
        var begin: (CalendarDate) -> Instant?
        /// The meetings whose agendas were posted, one that the box had nothing to say to included.
        var meetings: Set<CalendarDate>
        /// Every item of posted agendas.
        var past: [String: [AgendaPast]]
        /// The numbers of the adopted decisions.
        var decisions: Set<Int>
        /// The numbers of the disputes that wait for their verdict.
        var disputes: Set<String>
        /// The community's id.
        var community: String
        /// How many have to come; nil where that is no number.
        var needed: Int?
    }

    /// The meeting that the file names and whose agenda was posted.
    private(set) var meeting: CalendarDate?
    /// What came of the items, by their ids.
    private(set) var results: [String: AgendaResult] = [:]
    /// What does not fit, by line.
    private(set) var problems: [Problem] = []
    /// How many were there.
    let present: Int?
    /// True where items are put on an agenda, false where the assembly has dealt with them.
    private(set) var isAccepting = false

    private let marked: MarkedAgenda
    private let book: Phrasebook
    /// The items of the meeting, in a language that people read.
    private var items: [String: AgendaItem] = [:]

    init(_ marked: MarkedAgenda, against posted: Posted, book: Phrasebook) {
        self.marked = marked
        self.book = book
        present = marked.present
        problems = marked.problems.map { Problem(line: $0.line, key: $0.key, values: $0.values) }
        guard findMeeting(in: posted) else { return }
        takeMarks(decisions: posted.decisions)
        findUnknown()
        if !isAccepting {
            findMissing(in: posted)
            if posted.needed != nil, present == nil { problems.append(Problem(key: "no_present")) }
        }
        problems.sort { $0.line < $1.line }
    }

    private mutating func findMeeting(in posted: Posted) -> Bool {
        guard let named = marked.meeting else {
            problems.append(Problem(key: "no_meeting"))
            return false
        }
        items = posted.past.compactMapValues { entries in
            let texts = entries.first { $0.meeting == named }?.items ?? [:]
            return texts[book.language] ?? texts.sorted { $0.key < $1.key }.first?.value
        }
        // It may have been moved since its agenda was posted.
        let printed = items.values.map(\.assembly).min().map { posted.zone.start(of: $0) }
        guard let begin = posted.begin(named) ?? printed, posted.meetings.contains(named)
        else {
            problems.append(Problem(key: "not_posted", values: ["meeting": named.description]))
            return false
        }
        meeting = named
        guard posted.now < begin else { return true }
        isAccepting = !marked.marks.isEmpty && marked.marks.allSatisfy { $0.status == .accepted }
        if !isAccepting {
            let day = posted.zone.date(at: begin).description
            problems.append(Problem(key: "not_begun", values: ["meeting": day]))
        }
        return true
    }

    /// The items whose ids begin so; eight digits at least.
    private func ids(_ reference: String) -> [String] {
        reference.count >= 8 ? items.keys.filter { $0.hasPrefix(reference) } : []
    }

    private mutating func takeMarks(decisions: Set<Int>) {
        for mark in marked.marks {
            let found = ids(mark.reference)
            guard let id = found.first, found.count == 1 else {
                let key = found.isEmpty ? "unknown_item" : "two_items"
                problems.append(Problem(line: mark.line, key: key, values: ["reference": mark.reference]))
                continue
            }
            // Where the minutes say it, the decision may be adopted later.
            if let decision = mark.decision, mark.minutes.isEmpty, !decisions.contains(decision) {
                problems.append(Problem(line: mark.line, key: "no_decision", values: ["decision": "\(decision)"]))
            }
            if mark.status == .accepted, !isAccepting {
                problems.append(Problem(line: mark.line, key: "only_accepted", values: values(of: id)))
            }
            let decision = mark.decision.map { book.text("agenda.evidence.decision", ["decision": "\($0)"]) }
            results[id] = AgendaResult(
                status: mark.status,
                decision: [mark.minutes, decision ?? ""].filter { !$0.isEmpty }.joined(separator: "; "),
                decisionID: mark.decision, note: Escaping.singleLine(mark.note, limit: 300))
        }
    }

    /// References that belong to no item and have no mark either.
    private mutating func findUnknown() {
        for (reference, line) in marked.unmarked where ids(reference).isEmpty {
            let values = ["reference": Escaping.singleLine(reference, limit: 20)]
            problems.append(Problem(line: line, key: "unknown_item", values: values))
        }
    }

    /// The disputes that the marks call decided or withdrawn: what was entered of the agenda ends none.
    var settledDisputes: [String] {
        results.filter { [.decided, .withdrawn].contains($0.value.status) && items[$0.key]?.kind == .disputeOpen }
            .flatMap { items[$0.key]?.related ?? [] }.sorted { ($0.count, $0) < ($1.count, $1) }
    }

    /// True for what is decided by other means: a verdict is entered, a decision adopted.
    private func isSettled(_ item: AgendaItem, _ posted: Posted) -> Bool {
        switch item.kind {
        case .disputeOpen: !item.related.isEmpty && posted.disputes.isDisjoint(with: item.related)
        case .signaturesMissing, .recoveryWaiting:
            item.related.first.flatMap(Int.init).map(posted.decisions.contains) ?? false
        case .proposal: AgendaDraft.isAdopted(item, among: posted.decisions, in: posted.community)
        default: false
        }
    }

    /// Items that have to be marked and are not.
    private mutating func findMissing(in posted: Posted) {
        for (id, item) in items where results[id] == nil && !item.isForInformation && !isSettled(item, posted) {
            let place = marked.unmarked.first { ids($0.reference).contains(id) }
            let key = place == nil ? "missing_item" : "missing_mark"
            problems.append(Problem(line: place?.line ?? 0, key: key, values: values(of: id)))
        }
    }

    private func values(of id: String) -> [String: String] {
        ["reference": String(id.prefix(8)), "title": items[id]?.title ?? ""]
    }
}
