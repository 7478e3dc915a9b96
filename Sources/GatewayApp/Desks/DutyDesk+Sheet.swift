import Delivery
import Foundation
import GatewayModel

/// What a steward gets on the first day.
extension DutyDesk {
    /// The sheet as one HTML page to print; it holds what is that person's alone.
    ///
    /// - Throws: ``AppError`` for a stranger, for a steward whose mandate has ended, and where the file of a secret or the data
    ///   cannot be read.
    public func sheet(of name: String) throws -> String { try sheet(of: name, drawnBy: QRCode()) }

    func sheet(of name: String, drawnBy code: QRCode) throws -> String {
        guard let steward = site.configuration.stewards.first(where: { $0.name == name }) else {
            throw AppError(
                "'\(name)' is not among the stewards",
                remedy: "they are \(site.configuration.stewards.map(\.name).joined(separator: ", "))")
        }
        // Whether a mandate has ended stands in the data: what is private to a person is not printed on trust.
        guard site.isDataOpen else { throw site.closedData(isGatewayMissing: false) }
        let book = site.book(steward.language)
        let term = try term(of: steward)
        let answering = try answering(besides: steward)
        let values = [
            "person": name, "community": site.configuration.community.name,
            "decision": steward.mandate.map { "\($0.decision)" } ?? "?",
            "from": term?.from.description ?? "?", "until": term?.through.description ?? "?",
            "reach": steward.reach.isEmpty ? book.text("duty.none") : steward.reach.joined(separator: ", "),
            "others": answering.joined(separator: ", "),
        ]
        func text(_ key: String) -> String { Escaping.html(book.text("duty.sheet.\(key)", values)) }
        // Without a duty list everybody is called, whatever the mandate.
        let hasList = site.configuration.duty != nil
        let steps = ["going", "decline", "seen", "note", "pause", "close"].map { "<li>\(text($0))</li>" }
        let hasLinks = site.configuration.answerPage != nil && !steward.reach.isEmpty
        return
            ([
                "<!DOCTYPE html>", "<html lang=\"\(Escaping.htmlAttribute(book.language))\">", "<head>",
                "<meta charset=\"utf-8\">", "<title>\(text("title"))</title>",
                "<style>body{font:12pt/1.5 serif;max-width:17cm;margin:1.5cm auto}li{margin:.4em 0}"
                    + "figure{margin:.5em 0;break-inside:avoid}svg{width:4.5cm;height:4.5cm}</style>", "</head>",
                "<body>", "<h1>\(text("title"))</h1>", "<p>\(text("intro"))</p>",
                hasList ? "<p>\(text(term == nil ? "no_mandate" : "mandate"))</p>" : "",
                "<p>\(text("reached"))</p>",
            ] + (try access(of: steward, book, code)) + [
                "<h2>\(text("answers"))</h2>", hasLinks ? "<p>\(text("link"))</p>" : "",
                "<ul>", steps.joined(separator: "\n"), "</ul>", "<p>\(text("test"))</p>",
                answering.isEmpty ? "" : "<p>\(text("others"))</p>", "<p>\(text("end"))</p>", "</body>", "</html>",
            ]).joined(separator: "\n")
    }

    /// The others who may answer; all of them where there is no database to ask.
    ///
    /// - Throws: ``AppError`` where that steward's mandate has ended.
    private func answering(besides steward: Configuration.Steward) throws -> [String] {
        guard let store = try? site.readingStore() else {
            return site.configuration.stewards.map(\.name).filter { $0 != steward.name }
        }
        let (roster, now) = (try site.dutyRoster(store), SystemClock.now())
        let all = site.answering(roster, store, now: now)
        guard !site.hasLeft(steward.name, roster, store, now: now) else {
            throw AppError(
                "the mandate of '\(steward.name)' has ended; no sheet is printed",
                remedy: all.isEmpty
                    ? "nobody may answer; the assembly gives a mandate by a decision"
                    : "those who may answer are \(all.joined(separator: ", "))")
        }
        return all.filter { $0 != steward.name }
    }

    /// The days of the mandate as the adopted decisions have it, or as the configuration names it where there is no database to
    /// ask; nil for none.
    private func term(of steward: Configuration.Steward) throws -> (from: CalendarDate, through: CalendarDate)? {
        guard let store = try? site.readingStore() else { return steward.mandate.map { ($0.from, $0.through) } }
        return try Mandates(store, of: [steward]).term(of: steward).flatMap { $0.from <= $0.through ? $0 : nil }
    }

    /// How the person's telephone is set up: topics with their squares, and the word for answers.
    private func access(
        of steward: Configuration.Steward, _ book: Phrasebook, _ code: QRCode
    ) throws -> [String] {
        let environment = ProcessInfo.processInfo.environment
        let own = site.configuration.destinations.filter {
            steward.reach.contains($0.name) || $0.isReplyTo(steward.name)
        }
        let accesses = try own.compactMap { try $0.access(of: steward.name, environment: environment) }
        guard !accesses.isEmpty else { return [] }
        func paragraph(_ key: String, _ values: [String: String] = [:]) -> String {
            "<p>\(Escaping.html(book.text("duty.sheet.\(key)", values)))</p>"
        }
        var isDrawn = true
        func square(_ text: String, _ key: String) -> [String] {
            guard let svg = code.svg(text) else {
                isDrawn = false
                return []
            }
            let caption = Escaping.html(book.text("duty.sheet.\(key)"))
            return ["<figure role=\"group\">", svg, "<figcaption>\(caption)</figcaption>", "</figure>"]
        }
        var lines = ["<h2>\(Escaping.html(book.text("duty.sheet.phone")))</h2>", paragraph("secret")]
        for access in accesses {
            // A shared topic is not for this sheet; the word to answer with is.
            if let topic = access.topic, steward.reach.contains(access.destination) {
                lines.append(paragraph("topic", ["topic": topic.name, "server": topic.server]))
                if access.needsAccount { lines.append(paragraph("account")) }
                lines += square(topic.appAddress, "topic_square")
            }
            guard let word = access.word else { continue }
            if let reply = access.replyTopic {
                lines.append(paragraph("reply_topic", ["address": reply.address, "word": word]))
                lines += square(reply.address, "reply_square")
            } else {
                lines.append(paragraph("word_\(access.means)", ["word": word]))
            }
        }
        return lines + (isDrawn ? [] : [paragraph("no_square")])
    }
}

extension DestinationSettings {
    /// True where that person may answer.
    fileprivate func isReplyTo(_ person: String) -> Bool {
        switch kind {
        case .ntfy(let ntfy): ntfy.people.contains { $0.name == person }
        case .sms(let sms): sms.people.contains { $0.name == person && $0.word != nil }
        case .matrix(let matrix): matrix.people.contains { $0.name == person && $0.word != nil }
        default: false
        }
    }
}
