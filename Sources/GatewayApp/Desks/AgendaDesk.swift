import Foundation
import GatewayModel
import Reporting
import Storage

/// What the gateway asks of the next assembly: shown, posted, and taken down again with what people made of it.
public struct AgendaDesk {
    private let site: Site
    /// How many days back a proposal is tried, at most.
    private static let trialDays = 365
    /// How long a posting waits for proposals that the running gateway tries.
    private static let patience = Duration.seconds(300)

    /// Makes a desk for a site.
    public init(site: Site) {
        self.site = site
    }

    /// The drafted items from the last whole month and today, or the next assembly as a calendar file (`ics`).
    ///
    /// What is wrong with files that lie ready goes to `warn`.
    public func text(
        format: String, language: String?, triesProposals: Bool = true, warn: (Diagnostic) -> Void = { _ in }
    ) throws -> String {
        let form = AgendaWriter.Form(rawValue: format)
        guard format == "ics" || form != nil else {
            throw AppError(
                "'\(format)' is not a form of the agenda",
                remedy: "choose markdown, html, sheet, odt, text, json or ics")
        }
        let now = SystemClock.now()
        let month = CalendarMonth(of: site.zone.date(at: now)).previous
        let store = try site.readingStore()
        defer { try? store.close() }
        let trials = triesProposals ? try self.trials(store, now: now, warn: warn) : [:]
        let papers = try Papers(site: site, store: store, month: month, now: now, trials: trials)
        papers.problems.forEach(warn)
        return form.map { papers.agenda($0, language: language) } ?? papers.calendar(language: language)
    }

    /// An agenda that was posted, by the day on which the rule puts its meeting, with what people reported of its items.
    ///
    /// The text of a decision that was named there is looked up anew each time: it may be adopted later.
    /// - Throws: ``AppError`` where no agenda was posted for that day.
    public func posted(meeting: String, format: String, language: String?) throws -> String {
        guard let form = AgendaWriter.Form(rawValue: format) else {
            throw AppError(
                "'\(format)' is not a form of a posted agenda",
                remedy: "choose markdown, html, sheet, odt, text or json")
        }
        let store = try site.readingStore()
        defer { try? store.close() }
        let past = try store.agendaPast()
        guard let day = CalendarDate(text: meeting), case let order = try store.agendaOrder(meeting: day),
            !order.isEmpty
        else {
            let days = Set(past.values.joined().map(\.meeting)).sorted().map(\.description).joined(separator: ", ")
            throw AppError(
                "no agenda was posted for '\(meeting)'",
                remedy: days.isEmpty ? "post one first: commons agenda post" : "choose one of \(days)")
        }
        let adopted = Dictionary(
            try LimitRegister(site: site).adopted(in: store).map { ($0.resolution.number, $0.resolution) },
            uniquingKeysWith: { first, _ in first })
        let wanted = site.book(language).language
        let reported = order.compactMap { id -> (item: AgendaItem, past: AgendaPast)? in
            guard let entry = past[id]?.first(where: { $0.meeting == day }),
                var item = entry.items[wanted] ?? entry.items.sorted(by: { $0.key < $1.key }).first?.value
            else { return nil }
            // The meeting may have been moved since.
            if let held = site.assemblyDay(of: day) { item.assembly = held }
            // A decision of a later assembly that came to have the number is another one.
            let decision = entry.decisionID.flatMap { adopted[$0] }.flatMap { $0.assembly <= item.assembly ? $0 : nil }
            item.meeting = day
            item.take(entry, adoptedText: decision?.text)
            return (item, entry)
        }
        let now = SystemClock.now()
        let month = CalendarMonth(of: site.zone.date(at: now)).previous
        return try Papers(site: site, store: store, month: month, now: now)
            .agenda(reported: reported, form, language: language)
    }

    /// Sends the posting to the writing process, with what proposals would have meant.
    ///
    /// Who may not read the data has the running gateway try them: whoever posts gets the same papers.
    public func post(enteredFor: String?, triesProposals: Bool, warn: (Diagnostic) -> Void) throws -> CommandReply {
        try post(enteredFor: enteredFor, triesProposals: triesProposals, isDataOpen: site.isDataOpen, warn: warn)
    }

    func post(
        enteredFor: String?, triesProposals: Bool, isDataOpen: Bool, warn: (Diagnostic) -> Void = { _ in }
    ) throws -> CommandReply {
        var trials: [String: [String: ProposalTrial]]? = [:]
        if triesProposals, !isDataOpen {
            try waitForTrials()
            trials = nil
        } else if triesProposals,
            FileManager.default.fileExists(atPath: site.configuration.dataFolder + "/gateway.sqlite")
        {
            let store = try site.readingStore()
            defer { try? store.close() }
            trials = try self.trials(store, now: SystemClock.now(), warn: warn)
        }
        return try CommandDesk(site: site).perform(.postAgenda(trials: trials), enteredFor: enteredFor)
    }

    /// Returns once the running gateway has tried the proposals.
    ///
    /// - Throws: ``AppError`` where none runs, where it cannot try them, and where that takes too long.
    private func waitForTrials() throws {
        let begin = ContinuousClock.now
        while ContinuousClock.now < begin + AgendaDesk.patience {
            guard let reply = try ControlClient.ask(.postingTrials, at: site.configuration.socketPath) else {
                throw site.closedData()
            }
            if reply.isDone { return }
            guard reply.lines.isEmpty else {
                throw AppError(
                    "the gateway could not try the proposals: \(reply.lines.joined(separator: " "))",
                    remedy: "mend that, or post without them: commons agenda post --without-trial")
            }
            Thread.sleep(forTimeInterval: 0.5)
        }
        throw AppError(
            "the gateway is still trying the proposals on the last year; nothing was posted",
            remedy: "post again in some minutes, or without them: commons agenda post --without-trial")
    }

    /// Sends a marked agenda to the writing process.
    public func record(file: String, enteredFor: String?) throws -> CommandReply {
        guard let bytes = SmallFile.bytes(file, atMost: 4 << 20) else {
            throw AppError("\(file) cannot be read", remedy: "name the Markdown file that was posted and marked")
        }
        return try CommandDesk(site: site)
            .perform(.recordAgenda(fileName: file, bytes: Data(bytes)), enteredFor: enteredFor)
    }

    /// What each proposal would have meant in the last year, in every language, or why it could not be tried.
    ///
    /// What is wrong goes to `warn` too, with the file.
    func trials(
        _ store: Store, now: Instant, warn: (Diagnostic) -> Void
    ) throws -> [String: [String: ProposalTrial]] {
        let adopted = Set(try LimitRegister(site: site).adopted(in: store).map(\.resolution.number))
        let yesterday = site.zone.date(at: now).adding(days: -1)
        let since = try store.firstReading().map {
            max(site.zone.date(at: $0), yesterday.adding(days: 1 - AgendaDesk.trialDays))
        }
        var trials: [String: [String: ProposalTrial]] = [:]
        for proposal in AgendaInbox(site: site).proposals(adopted: adopted).proposals {
            let result = Result { try facts(of: proposal, since: since, through: yesterday, now: now) }
            if case .failure(let error) = result {
                guard let error = error as? AppError else { throw error }
                warn(Diagnostic(file: proposal.file, message: "\(error)"))
            }
            for language in site.configuration.community.languages {
                let book = site.book(language)
                trials[proposal.sha256, default: [:]][language] =
                    switch result {
                    case .success(let facts):
                        TrialWriter(facts, phrases: book).table().map(ProposalTrial.init)
                            ?? ProposalTrial(reason: book.text("agenda.cannot_try.nothing"))
                    case .failure(let error): reason(error as? AppError, proposal, book)
                    }
            }
        }
        return trials
    }

    private func facts(
        of proposal: ProposalFacts, since: CalendarDate?, through: CalendarDate, now: Instant
    ) throws -> TrialFacts {
        guard let since, since <= through else {
            throw AppError(
                "nothing was measured yet", remedy: "it is tried once a day of readings is over",
                phrase: .init(key: "agenda.cannot_try.no_readings", values: [:]))
        }
        return try TrialDesk(site: site).facts(
            file: proposal.file, since: since.description, until: through.description, now: now)
    }

    private func reason(_ error: AppError?, _ proposal: ProposalFacts, _ book: Phrasebook) -> ProposalTrial {
        ProposalTrial(
            reason: error?.phrase.map { book.text($0.key, $0.values) }
                ?? book.text("agenda.cannot_try.other", ["file": proposal.file]))
    }
}
