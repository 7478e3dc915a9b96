import Delivery
import GatewayModel
import Limits
import Storage

/// What a home is told on paper.
extension HouseholdDesk {
    /// One slip for each home with an open alert of its own, as one HTML page to print and to fold; homes that a destination
    /// reaches are left out unless `all`. Leaves an entry that the home sees.
    ///
    /// - Throws: ``AppError`` where there is nothing to print.
    public func slips(all: Bool, enteredFor: String?) throws -> String {
        let store = try site.readingStore()
        let sensors = try SensorDirectory(store)
        let reached = Set(site.configuration.destinations.compactMap(\.household))
        let due = try store.alerts(openOnly: true).compactMap { alert -> (alert: Alert, sensor: Sensor)? in
            guard alert.holds, case .limit = alert.cause, alert.isPrivate, sensors.home(of: alert.homePoints) != nil,
                let sensor = alert.homePoints.first.flatMap(sensors.sensor), sensor.visibility == .household,
                all || !reached.contains(sensor.place)
            else { return nil }
            return (alert, sensor)
        }
        let book = site.book(nil)
        guard !due.isEmpty else {
            throw AppError(book.text("slips.none"), remedy: book.text("slips.none_remedy"))
        }
        let reply = try CommandDesk(site: site).perform(
            .lookAt(
                sensors: Set(due.map(\.sensor.id)).sorted(), what: "households slips",
                why: book.text("slips.why"), file: nil), enteredFor: enteredFor)
        guard reply.isDone else { throw AppError(reply.lines.joined(separator: " "), remedy: "") }
        let adopted = LimitsInForce(try LimitRegister(site: site).adopted(in: store))
        let homes = Dictionary(grouping: due) { $0.sensor.place.isEmpty ? $0.sensor.id.rawValue : $0.sensor.place }
        func text(_ key: String, _ values: [String: String] = [:]) -> String {
            Escaping.html(book.text("slips.\(key)", values))
        }
        let stewards = site.answering(try site.dutyRoster(store), store, now: SystemClock.now())
        let end = text(
            stewards.isEmpty ? "end_without" : "end", ["stewards": stewards.joined(separator: ", ")])
        let pages = homes.sorted { $0.key < $1.key }.map { home, entries in
            let findings = entries.map { alert, sensor -> String in
                let limit = adopted.inForce(on: site.zone.date(at: alert.detectedAt)).first {
                    alert.cause == .limit($0.reference)
                }?.limit
                let language = book.language
                let title = limit.map { $0.titles.text(in: language) ?? $0.id } ?? sensor.name(in: language)
                let response = limit.flatMap { $0.responses.text(in: language) } ?? ""
                let finding = text(
                    "finding",
                    ["title": title, "point": sensor.name(in: language), "since": site.local(alert.onset)])
                let step = response.isEmpty ? "" : " " + text("step", ["step": response])
                return "<p>\(finding)\(step)</p>"
                    + (alert.details["commons"] == nil && alert.protects != .people ? "" : "<p>\(text("told_too"))</p>")
            }
            return
                (["<section>", "<h1>\(text("title", ["home": home]))</h1>", "<p>\(text("intro"))</p>"] + findings
                + ["<p>\(end)</p>", "</section>"]).joined(separator: "\n")
        }
        return
            ([
                "<!DOCTYPE html>", "<html lang=\"\(Escaping.htmlAttribute(book.language))\">", "<head>",
                "<meta charset=\"utf-8\">", "<title>\(text("page"))</title>",
                "<style>body{font:14pt/1.5 serif;max-width:17cm;margin:1.5cm auto}section{break-after:page}</style>",
                "</head>", "<body>",
            ] + pages + ["</body>", "</html>"]).joined(separator: "\n")
    }
}
