import Alerting
import Delivery
import Foundation
import GatewayModel
import Storage

/// That the box lives, said once a day to those who would miss it; and what neighbours' boxes leave as files.
extension Office {
    private static let fileLook: Int64 = 60_000

    private struct Sign: Encodable {
        var state: String
        var openAlerts: Int
        var silentSensors: Int
    }

    /// Puts the daily sign of life and its mark into the batch where it is due; after an outage at once.
    ///
    /// It says how many and never which: no reading, no name, and nothing that is a household's.
    func giveSignOfLifeIfDue(now: Instant) {
        guard let sign = site.configuration.signOfLife, !tellsNobody, pipeline.state.alerts.policy.callsPeople else {
            return
        }
        let today = site.zone.date(at: now)
        let times = [today.adding(days: -1), today].map {
            site.zone.instant(of: CivilTime(date: $0, millisecondOfDay: sign.minute * 60_000))
        }
        guard let due = times.last(where: { $0 <= now }) else { return }
        let given = pipeline.state.signAt.flatMap { $0 <= now ? $0 : nil }
        guard given.map({ $0 < due }) ?? true else { return }
        let open = pipeline.state.alerts.counted
        let silent = open.count { $0.holds && $0.cause == .box(.sensorSilent) }
        let facts = Sign(state: open.isEmpty ? "ok" : "alerts", openAlerts: open.count, silentSensors: silent)
        let community = site.configuration.community.name
        pipeline.batch.outbox += pipeline.notices.signOfLife(
            to: sign.to, dataJSON: (try? JSONLine.text(facts)) ?? "{}", now: now
        ) { book in
            let values = [
                "community": community, "at": site.local(now), "open": "\(open.count)", "silent": "\(silent)",
            ]
            return (book.text("life.title", values), book.text("life.body", values))
        }
        pipeline.batch.dutyMarks[DutyMark(kind: DutyMark.signOfLife, name: "")] = due
        pipeline.state.signAt = due
    }

    /// Looks once a minute whether neighbours have written their files anew.
    ///
    /// A file's time may be in the future, since it is the other box's, or a wrong clock's: then it is heard when it changes,
    /// and what has not changed says nothing however late its time is.
    func lookForNeighbours(now: Instant) {
        let watched = site.configuration.neighbours.filter { $0.file != nil }
        guard !watched.isEmpty,
            lookedForNeighboursAt.map({ abs(now.milliseconds(since: $0)) >= Office.fileLook }) ?? true
        else { return }
        if lookedForNeighboursAt == nil { neighbourFiles = ((try? store.dutyMarks()) ?? [:]).filter(\.key.isFileTime) }
        lookedForNeighboursAt = now
        for neighbour in watched {
            guard let file = neighbour.file,
                let attributes = try? FileManager.default.attributesOfItem(atPath: file),
                let date = attributes[.modificationDate] as? Date
            else { continue }
            let mark = DutyMark(kind: DutyMark.neighbourFile, name: neighbour.name)
            let written = Instant(milliseconds: Int64(date.timeIntervalSince1970 * 1000))
            let known = neighbourFiles.updateValue(written, forKey: mark)
            guard written != known else { continue }
            if written > now {
                // Kept, since a restart must not take it for a new one; nobody knows when the first one was written.
                pipeline.batch.dutyMarks[mark] = written
                guard known != nil else { continue }
            }
            pipeline.hear(neighbour, at: min(written, now), now: now)
        }
    }
}

extension DutyMark {
    /// A neighbours' file that says it was written at a time that was still to come.
    static let neighbourFile = "neighbour_file"

    fileprivate var isFileTime: Bool { kind == DutyMark.neighbourFile }
}
