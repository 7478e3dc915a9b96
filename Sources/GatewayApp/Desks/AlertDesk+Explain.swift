import Alerting
import Foundation
import GatewayModel
import Limits
import Storage

extension AlertDesk {
    private struct EvidenceLine: Encodable {
        var sensor: String
        var value: String
        var unit: String
        var time: String
    }

    private struct EntryLine: Encodable {
        var at: String
        var kind: String
        var person: String?
        var note: String?
        var until: String?
    }

    private struct ExplainedLine: Encodable {
        var alert: AlertLine
        var sentence: String?
        var decision: Int?
        var decidedOn: String?
        var value: String?
        var bound: String?
        var measuredPlaces: Int?
        var expectedPlaces: Int?
        var evidence: [EvidenceLine]?
        var entries: [EntryLine]
    }

    /// Which readings, which limit text, which decision and which gaps led to an alert (P8).
    ///
    /// What a home used is left out unless `why` says the reason, which is entered in the record book first (P9).
    public func explain(_ number: Int, json: Bool, why: String? = nil) throws -> [String] {
        // Who looks at a home's figures reads the data; the socket shows none.
        guard why == nil else { return try readExplanation(number, json: json, why: why) }
        return try site.shown(.alert(number: number, json: json)) {
            try readExplanation(number, json: json, why: nil)
        }
    }

    func readExplanation(_ number: Int, json: Bool, why: String?) throws -> [String] {
        let store = try site.readingStore()
        guard var alert = try store.alert(number: number), !isLeftOut(alert) else {
            throw AppError("there is no alert \(number)", remedy: "`commons alerts list --all` shows them")
        }
        alert.entries = try entries(of: alert, in: store)
        let isHidden = try hides(alert, why: why, in: store)
        // What was reached meanwhile is a figure too.
        for index in alert.entries.indices
        where isHidden && [.warned, .updated].contains(alert.entries[index].kind) {
            alert.entries[index].note = nil
        }
        var entry: LimitInForce?
        if case .limit(let reference) = alert.cause {
            let adopted = try LimitRegister(site: site).adopted(in: store)
            let day = site.zone.date(at: alert.detectedAt)
            entry = try StageKeeper(store).limits(on: day, LimitsInForce(adopted))
                .first { $0.reference == reference }
        }
        let book = site.book(nil)
        let sentence = entry.map { PlainSentence.of($0.limit, book, $0.scale) }
        let disputes = try store.disputes()
        if json {
            return [try JSONLine.text(AlertDesk.explained(alert, entry, sentence, disputes, isHidden: isHidden))]
        }
        let marks = AlertDesk.marks(alert, disputes, book)
        let (about, unit) = try subject(of: alert, entry?.limit, in: store)
        return AlertExplanation.lines(
            alert, about: about, unit: unit, limitSentence: sentence, decidedOn: entry?.decidedOn, isHidden: isHidden,
            localTime: { site.local($0) }, book: book)
            + (marks.isEmpty ? [] : [marks.trimmingCharacters(in: .whitespaces)])
    }

    /// What an alert is about, as its notices call it, and the unit of its figures.
    private func subject(of alert: Alert, _ limit: Limit?, in store: Store) throws -> (
        about: String, unit: GatewayModel.Unit?
    ) {
        let book = site.book(nil)
        let site = site
        let sensor = try store.sensors().first { $0.id.rawValue == alert.subject }
        let context = AlertText.Context(
            sensorName: sensor?.name(in: book.language) ?? alert.subject, unit: limit?.unit ?? sensor?.unit ?? .one,
            limitTitle: limit.map { $0.titles.text(in: book.language) ?? $0.id } ?? "", response: "",
            localTime: { site.local($0) })
        let counts: Set = ["turn", "use_days", "turns", "measured", "share"]
        let isCount = limit?.alertKey.map(counts.contains) ?? false
        return (AlertText.about(alert, context, book), isCount ? nil : context.unit)
    }

    /// What happened to an alert, with what the outbox found of its notices, in order: every notice that was not sent has its
    /// reason.
    private func entries(of alert: Alert, in store: Store) throws -> [AlertEntry] {
        let owners = StewardMandate.owners(in: site)
        let book = site.book(nil)
        var entries = alert.entries
        for notice in try store.undelivered(alert: alert.id) {
            // What happened stays in the order in which it was entered, also where the clock was set back.
            let place = entries.lastIndex { $0.at <= notice.at }.map { $0 + 1 } ?? 0
            let reason = LeftOutReason.text(notice.reason, book) { site.local($0) }
            let entry = AlertEntry(
                at: notice.at, kind: notice.state == .dropped ? .leftOut : .notDelivered,
                person: owners[notice.destination], note: "\(notice.destination): \(reason)")
            entries.insert(entry, at: place)
        }
        return entries
    }

    /// True where what was measured is a home's and nobody said why it is wanted; a reason is entered in the record book.
    private func hides(_ alert: Alert, why: String?, in store: Store) throws -> Bool {
        let homes = AlertDesk.homes(in: alert, of: try AlertDesk.homes(store))
        guard !homes.isEmpty, let why else { return !homes.isEmpty }
        _ = try HouseholdDesk(site: site).look(at: homes.sorted(), "alerts explain \(alert.number)", why: why)
        return false
    }

    /// The sensors of homes.
    static func homes(_ store: Store) throws -> Set<SensorID> {
        Set(try store.sensors().filter { $0.visibility == .household }.map(\.id))
    }

    /// Those of homes' sensors that an alert's values are of.
    static func homes(in alert: Alert, of homes: Set<SensorID>) -> Set<SensorID> {
        let measured = alert.transition.map { [$0.sensor].compactMap { $0 } + $0.evidence.map(\.sensor) } ?? []
        return homes.intersection(measured + alert.homePoints)
    }

    private static func explained(
        _ alert: Alert, _ entry: LimitInForce?, _ sentence: String?, _ disputes: [Dispute], isHidden: Bool
    ) -> ExplainedLine {
        let line = AlertDesk.line(alert, disputes, isHidden: isHidden)
        let shown = isHidden ? nil : alert.transition
        return ExplainedLine(
            alert: line, sentence: sentence, decision: entry?.reference.resolution,
            decidedOn: entry?.decidedOn.description, value: shown?.value?.description,
            bound: shown?.bound.description, measuredPlaces: shown?.coverage.measured,
            expectedPlaces: shown?.coverage.expected,
            evidence: shown?.evidence.map {
                EvidenceLine(
                    sensor: $0.sensor.rawValue, value: $0.value.description, unit: $0.unit.code,
                    time: $0.time.description)
            },
            entries: alert.entries.map { isHidden ? $0.withoutValue : $0 }.map {
                EntryLine(
                    at: $0.at.description, kind: $0.kind.rawValue, person: $0.person, note: $0.note,
                    until: $0.until?.description)
            })
    }
}
