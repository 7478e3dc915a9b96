import Foundation
import GatewayModel
import Reporting
import TestSupport
import Testing

@Suite("The monthly report")
struct ReportTests {
    @Test("is the same bytes as the fixture", arguments: ReportWriter.Form.allCases, ["en", "es"])
    func golden(_ form: ReportWriter.Form, _ language: String) throws {
        let model = ReportModel.make(from: try Village().facts)
        let phrases = try Phrases.book(language)
        let items = AgendaDraft.items(from: model, phrases: phrases)
        let text = ReportWriter(model, agenda: items, phrases: phrases).text(form)
        let ending = ["html": "html", "markdown": "md", "csv": "csv", "json": "json"][form.rawValue] ?? ""
        try Fixture.expect(text, named: "report-\(language).\(ending)")
    }

    @Test("never shows a key instead of a sentence, nor an unfilled place", arguments: ["en", "es"])
    func wholeSentences(_ language: String) throws {
        let model = ReportModel.make(from: try Village().facts)
        let phrases = try Phrases.book(language)
        let items = AgendaDraft.items(from: model, phrases: phrases)
        let texts =
            ReportWriter.Form.allCases.map { ReportWriter(model, agenda: items, phrases: phrases).text($0) }
            + AgendaWriter.Form.allCases.map { AgendaWriter(items, model: model, phrases: phrases).text($0) }
        for text in texts {
            for start in ["report", "agenda", "format"] {
                #expect(
                    text.range(of: "\\b\(start)\\.[a-z_]+", options: .regularExpression).map { String(text[$0]) } == nil
                )
            }
            #expect(text.range(of: "\\{[a-z]+\\}", options: .regularExpression) == nil)
        }
    }

    @Test("says how much was measured, compares per day and does not compare what is incomplete")
    func sentences() throws {
        let model = ReportModel.make(from: try Village().facts)
        let water = try #require(model.resources.first)
        #expect(water.total?.certainty == .measured)
        #expect(water.monthBefore?.verdict == .aboutTheSame)
        #expect(water.yearBefore?.verdict == .less)
        let taps = try #require(water.roles.last)
        #expect(taps.total.certainty == .atLeast)
        #expect(taps.total.meters == Coverage(measured: 5, expected: 6))
        let energy = try #require(model.resources.dropFirst().first)
        #expect(energy.total?.isIncomplete == true)
        #expect(energy.monthBefore?.verdict == .notKnown)
        #expect(water.state == .past)
        #expect(model.limits.first?.state == .past)
        let html = ReportWriter(model, agenda: [], phrases: try Phrases.book("en")).text(.html)
        #expect(html.contains("(5 of 6 meters)"))
        #expect(html.contains("incomplete (25 of 31 days)"))
        #expect(html.contains("<s>"))
        #expect(html.contains("0123 4567 89ab cdef 0123 4567 89ab cdef<br>"))
    }

    @Test(
        "says which decision is the last it knows, and that nobody has to sign where that is so",
        arguments: ["en", "es"])
    func decisions(_ language: String) throws {
        let book = try Phrases.book(language)
        func html(_ change: (inout DecisionFacts) -> Void) throws -> String {
            var facts = try Village().facts
            change(&facts.decisions)
            return ReportWriter(.make(from: facts), agenda: [], phrases: book).text(.html)
        }
        let delegates = book.text("report.check.no_delegates")
        let none = book.text("report.check.no_decision")
        let usual = try html { _ in }
        #expect(usual.contains("13ab 13ab 13ab") && !usual.contains(delegates) && !usual.contains(none))
        #expect(!usual.contains("rosa"))
        let unsigned = try html {
            $0.hasDelegates = false
            $0.adopted[2].state = .unsigned
        }
        #expect(unsigned.contains(delegates) && unsigned.contains(book.text("signing.state.unsigned") + "."))
        #expect(try html { $0 = DecisionFacts() }.contains(none))
    }

    @Test("says of the backup what is known, in words of their own for each case", arguments: ["en", "es"])
    func backup(_ language: String) throws {
        let phrases = try Phrases.book(language)
        var facts = try Village().facts
        func line(_ state: BackupFacts.State, _ lastGoodAt: Instant?) -> String {
            facts.gateway.backup = BackupFacts(state: state, lastGoodAt: lastGoodAt)
            let text = ReportWriter(ReportModel.make(from: facts), agenda: [], phrases: phrases).text(.html)
            let lines = text.split(separator: "\n").filter { $0.contains("backup") || $0.contains("copia") }
            #expect(lines.count == 1)
            return String(lines.first ?? "")
        }
        let last = try Village.time("2026-10-02T03:00:00Z")
        let day = ["en": "2 October 2026", "es": "2 de octubre de 2026"][language] ?? ""
        for state in [BackupFacts.State.good, .overdue, .failed] { #expect(line(state, last).contains(day)) }
        let all = BackupFacts.State.allCases.map { line($0, nil) }
        #expect(Set(all).count == BackupFacts.State.allCases.count)
        #expect(all.allSatisfy { !$0.contains("report.") && !$0.contains("{") })
    }

    @Test("case 12: days of 23 and 25 hours add up to 743 and 745", arguments: [(3, 743), (10, 745)])
    func clockChanges(_ month: Int, _ hours: Int64) throws {
        let berlin = try #require(Zone(identifier: "Europe/Berlin"))
        let calendarMonth = CalendarMonth(year: 2026, month: month)
        let sensor = Village.sensor("hall/energy", "Hall", "energy", .consumption, .community, "kWh")
        let uses = Village.uses(calendarMonth, zone: berlin) { day in
            DecimalValue(day == 29 && month == 3 ? 23 : day == 25 && month == 10 ? 25 : 24)
        }
        let facts = ReportFacts(
            communityID: "c", communityName: "C", zone: berlin, month: calendarMonth,
            generatedAt: berlin.start(of: calendarMonth.next.firstDay),
            sensors: [SensorMonth(sensor: sensor, uses: uses)],
            gateway: GatewayFacts(
                version: "1", recordHead: "", recordEntries: 0, backup: BackupFacts(state: .notConfigured)))
        let model = ReportModel.make(from: facts)
        let energy = try #require(model.resources.first { $0.resource == "energy" })
        #expect(energy.total?.amount == DecimalValue(hours))
        #expect(energy.total?.measuredPercent == 100)
        #expect(uses.reduce(0) { $0 + $1.coverage.expected } == Int(hours))
        let days = energy.days.compactMap(\.amount).reduce(DecimalValue.zero) { $0.adding($1) ?? $0 }
        #expect(days == DecimalValue(hours))
    }

    @Test("a hostile name stays text in every form", arguments: ReportWriter.Form.allCases)
    func hostile(_ form: ReportWriter.Form) throws {
        let phrases = try Phrases.book("en")
        for name in HostileTexts.all {
            var facts = try Village(hostile: true).facts
            facts.communityName = name
            for index in facts.sensors.indices where facts.sensors[index].sensor.visibility == .community {
                facts.sensors[index].sensor.names = ["": name]
            }
            for index in facts.limits.indices { facts.limits[index].limit.titles = ["": name] }
            let model = ReportModel.make(from: facts)
            let items = AgendaDraft.items(from: model, phrases: phrases)
            let text = ReportWriter(model, agenda: items, phrases: phrases).text(form)
            switch form {
            case .html, .markdown:
                for tag in ["<script", "<img", " onmouseover=\"", "onfocus='alert"] { #expect(!text.contains(tag)) }
            case .csv:
                for line in text.split(separator: "\r\n") {
                    let cells = line.split(separator: ",", omittingEmptySubsequences: false)
                    for cell in cells { #expect(!cell.hasPrefix("=") && !cell.hasPrefix("@") && !cell.hasPrefix("+")) }
                }
            case .json:
                let data = Data(text.utf8)
                #expect((try JSONSerialization.jsonObject(with: data) as? [String: Any])?["name"] as? String == name)
            }
        }
    }

    @Test("names no person and no household point")
    func privacy() throws {
        let model = ReportModel.make(from: try Village().facts)
        let phrases = try Phrases.book("en")
        let items = AgendaDraft.items(from: model, phrases: phrases)
        for form in ReportWriter.Form.allCases {
            let text = ReportWriter(model, agenda: items, phrases: phrases).text(form)
            for secret in ["Rosa", "Jordi", "keeper", "home-", "Home 3", "we are away"] {
                #expect(!text.contains(secret))
            }
        }
    }

    @Test("lists what was paused or switched off, people first, with the end that it really had")
    func rests() throws {
        var facts = try Village().facts
        let rests = ReportModel.make(from: facts).rests
        #expect(rests.atHomes == 1)
        #expect(rests.rows.map(\.protects) == [.people, .people, .resource, nil])
        #expect(rests.rows.map(\.role) == [.twoStewards, .twoStewards, .other, .steward])
        // The pause was to last until five; the water came back before.
        #expect(rests.rows[0].until == (try Village.time("2026-10-08T03:41:00Z")))
        facts.switchOffs = []
        facts.alerts = []
        let html = ReportWriter(.make(from: facts), agenda: [], phrases: try Phrases.book("en")).text(.html)
        #expect(html.contains("No alert was paused, and nothing was switched off."))
    }

    @Test("with three homes their total and every day of it stay hidden")
    func fewHomes() throws {
        var facts = try Village().facts
        facts.sensors.removeAll { ["home-4/water", "home-5/water", "home-6/water"].contains($0.sensor.id.rawValue) }
        let water = try #require(ReportModel.make(from: facts).resources.first)
        #expect(water.roles.last?.total.certainty == .withheld)
        #expect(water.roles.last?.total.amount == nil)
        #expect(water.notAccountedPerDay == nil)
    }

    @Test("every language has every sentence with the same places")
    func languages() throws {
        let english = try Phrases.book("en").phrases
        let spanish = try Phrases.book("es").phrases
        #expect(english.keys.sorted() == spanish.keys.sorted())
        for (key, text) in english {
            #expect(Phrasebook.placeholders(in: text) == Phrasebook.placeholders(in: spanish[key] ?? ""), "\(key)")
        }
    }
}

/// Expected outputs beside the tests.
enum Fixture {
    /// Compares with the stored text; with `UPDATE_FIXTURES=1` in the environment it is written anew first.
    static func expect(_ text: String, named name: String) throws {
        let file = Phrases.root + "/Tests/ReportingTests/Fixtures/" + name
        if ProcessInfo.processInfo.environment["UPDATE_FIXTURES"] == "1" {
            try Data(text.utf8).write(to: URL(fileURLWithPath: file))
        }
        let expected = try String(decoding: Data(contentsOf: URL(fileURLWithPath: file)), as: UTF8.self)
        #expect(text == expected, "\(name) differs; look at the difference, then run with UPDATE_FIXTURES=1")
    }
}
