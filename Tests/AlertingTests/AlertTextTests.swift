import Foundation
import GatewayApp
import GatewayModel
import Testing

@testable import Alerting

@Suite("What people are told")
struct AlertTextTests {
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path
    let languages = Languages.load(folder: Self.root + "/config/languages").languages

    func context(_ name: String, response: String) -> AlertText.Context {
        AlertText.Context(
            sensorName: name, unit: Unit("cm"), limitTitle: "Water in the tank", response: response,
            next: .person("Rosa", at: nil), localTime: { _ in "2026-11-01 02:41" })
    }

    func draft(name: String? = nil) -> NoticeDraft {
        var book = AlertBook(gatewayID: "g", open: [], nextNumber: 12)
        var transition = AlertBookTests.transition(.raised)
        let piece = Measurement.Evidence(
            sensor: AlertBookTests.tank, time: AlertBookTests.start, value: DecimalValue(76), unit: Unit("cm"))
        transition.evidence = [piece, piece]
        let actions = book.receive(
            transition, limit: AlertBookTests.limit(), isHousehold: false, now: AlertBookTests.start)
        let drafts = actions.compactMap { if case .notify(let draft) = $0 { draft } else { nil } }
        return drafts[0]
    }

    @Test("The text says where, how sure, the first step and who is next, in both languages")
    func golden() {
        let english = languages.book("en")
        let spanish = languages.book("es")
        #expect(
            AlertText.title(draft(), context("Tank, upper well", response: ""), english)
                == "NOW 12: Tank, upper well: Water in the tank")
        #expect(
            AlertText.body(draft(), context("Tank, upper well", response: "Close V3 beside the pump house."), english)
                == "Tank, upper well 76 cm (never less than 100 cm) since 2026-11-01 02:41. 2 readings agree. "
                + "First: Close V3 beside the pump house. Reply 12 YES or 12 NO. Next is Rosa.")
        #expect(
            AlertText.body(draft(), context("Depósito", response: "Cierra V3."), spanish)
                == "Depósito 76 cm (nunca menos de 100 cm) desde 2026-11-01 02:41. 2 lecturas coinciden. "
                + "Primero: Cierra V3. Responde 12 SI o 12 NO. Después le toca a Rosa.")
    }

    @Test("What keeps coming and going is not called over when it pauses for once", arguments: ["en", "es"])
    func comesAndGoes(language: String) {
        var draft = draft()
        draft.kind = "alert.returned"
        draft.alert.returnedAt = AlertBookTests.start.advanced(bySeconds: 60)
        let over = AlertText.title(draft, context("Tank", response: ""), languages.book(language))
        draft.alert.entries.append(AlertEntry(at: AlertBookTests.start, kind: .damped))
        let title = AlertText.title(draft, context("Tank", response: ""), languages.book(language))
        let body = AlertText.body(draft, context("Tank", response: ""), languages.book(language))
        #expect(over.hasPrefix(language == "en" ? "OVER 12" : "PASÓ 12"))
        #expect(title.hasPrefix(language == "en" ? "COMES AND GOES 12" : "VA Y VIENE 12"))
        #expect(body.contains(language == "en" ? "keeps coming and going" : "Va y viene"), "\(body)")
        draft.alert.entries.append(AlertEntry(at: AlertBookTests.start, kind: .calmed))
        #expect(AlertText.title(draft, context("Tank", response: ""), languages.book(language)) == over)
    }

    @Test(
        "Where no reply is read it says how to answer instead, as much as there is and as fits",
        arguments: ["en", "es"])
    func elsewhere(language: String) {
        let isEnglish = language == "en"
        func body(_ answering: AlertText.Answering, step: String? = nil) -> String {
            var context = context("Tank, upper well", response: step ?? (isEnglish ? "Close V3." : "Cierra V3."))
            context.answering = answering
            return AlertText.body(draft(), context, languages.book(language))
        }
        let begin =
            isEnglish
            ? "Tank, upper well 76 cm (never less than 100 cm) since 2026-11-01 02:41. 2 readings agree. First: Close V3. "
            : "Tank, upper well 76 cm (nunca menos de 100 cm) desde 2026-11-01 02:41. 2 lecturas coinciden. "
                + "Primero: Cierra V3. "
        let end = isEnglish ? "Next is Rosa." : "Después le toca a Rosa."
        let all = AlertText.Answering.elsewhere(means: ["sms", "matrix"], hasLink: true)
        let golden = [
            (AlertText.Answering.reply(), "Reply 12 YES or 12 NO. ", "Responde 12 SI o 12 NO. "), (.link, "", ""),
            (
                .elsewhere(means: [], hasLink: false), "Answer at the box: commons alerts take 12. ",
                "Responde en la caja: commons alerts take 12. "
            ),
            (
                .elsewhere(means: [], hasLink: true), "Answer by your link; at the box: commons alerts take 12. ",
                "Responde por tu enlace; en la caja: commons alerts take 12. "
            ),
            (
                all, "Answer by SMS / Matrix: 12 YES or 12 NO; by your link; at the box: commons alerts take 12. ",
                "Responde por SMS / Matrix: 12 SI o 12 NO; por tu enlace; en la caja: commons alerts take 12. "
            ),
        ]
        for (answering, english, spanish) in golden {
            #expect(body(answering) == begin + (isEnglish ? english : spanish) + end)
            #expect(body(answering).count <= 300)
        }
        #expect(
            body(.reply(word: .all, topic: "water"))
                == begin
                + (isEnglish
                    ? "Write to the topic water: 12 YES or 12 NO and your word. "
                    : "Escribe al tema water: 12 SI o 12 NO y tu palabra. ") + end)
        // A longer first step leaves room for one way, and a very long one is cut, so that there is room.
        let longer = String(repeating: "x", count: isEnglish ? 112 : 105)
        #expect(
            body(all, step: longer).hasSuffix(
                isEnglish
                    ? "x. Answer by SMS / Matrix: 12 YES or 12 NO. Next is Rosa."
                    : "x. Responde por SMS / Matrix: 12 SI o 12 NO. Después le toca a Rosa."))
        let long = body(all, step: String(repeating: "x", count: 280))
        #expect(long.count <= 300 && long.contains("commons alerts take 12") && long.hasSuffix(end))
    }

    @Test("A first step that does not fit is cut between two words, and says that it goes on")
    func cutStep() {
        let step = "Close the valve beside the pump house and look whether water stands in the cellar. "
        let body = AlertText.body(
            draft(), context("Tank, upper well", response: String(repeating: step, count: 3)), languages.book("en"))
        #expect(
            body.hasSuffix(
                "2 readings agree. First: Close the valve beside the pump house and look… Reply 12 YES or 12 NO. "
                    + "Next is Rosa."), "\(body)")
    }

    @Test("Of what is not heard nothing is said of a lower bound, in the notice and in the explanation")
    func silence() {
        var silent = draft()
        silent.alert.transition?.value = nil
        silent.alert.transition?.coverage = Coverage(measured: 0, expected: 1)
        let english = languages.book("en")
        let body = AlertText.body(silent, context("Tank", response: "Go there."), english)
        #expect(
            body == "Tank: nothing heard; overdue since 2026-11-01 02:41. We do not know its value. First: Go there. "
                + "Reply 12 YES or 12 NO. Next is Rosa.")
        let lines = AlertExplanation.lines(
            silent.alert, about: "Tank", unit: Unit("cm"), limitSentence: nil, decidedOn: nil, localTime: { _ in "-" },
            book: english)
        #expect(!lines.contains { $0.contains("places measured") }, "\(lines)")
    }

    @Test("However long names and steps are, the text stays within 300 characters and keeps its numbers")
    func length() {
        let body = AlertText.body(
            draft(),
            context(String(repeating: "Very long name ", count: 8), response: String(repeating: "step ", count: 90)),
            languages.book("en"))
        #expect(body.count <= 300)
        #expect(body.contains("76 cm"))
    }

    @Test("Every condition of the box has words in both languages", arguments: BoxCondition.allCases, ["en", "es"])
    func boxWords(condition: BoxCondition, language: String) {
        let book = languages.book(language)
        for part in ["title", "body", "returned", "step"] {
            #expect(book.phrases["box.\(condition.rawValue).\(part)"] != nil)
        }
    }

    @Test("Every state, entry and notice has words in both languages", arguments: ["en", "es"])
    func lifeWords(language: String) {
        let book = languages.book(language)
        let keys =
            AlertState.allCases.flatMap { ["alerts.state.\($0.rawValue)", "report.alert_state.\($0.rawValue)"] }
            + AlertEntry.Kind.allCases.map { "alerts.entry.\($0.rawValue)" }
            + BoxCondition.allCases.map { "report.box.\($0.rawValue)" }
            + ["taken", "declined", "noted", "paused", "pause_asked", "nobody_came", "reminder", "closed"].flatMap {
                ["alerts.stage.\($0)", "alerts.\($0)"]
            }
        #expect(keys.filter { book.phrases[$0] == nil } == [])
    }

    @Test("The explanation names readings, decision and gaps")
    func explanation() {
        let lines = AlertExplanation.lines(
            draft().alert, about: "Tank: Water in the tank", unit: Unit("cm"),
            limitSentence: "Water in the tank: never less than 100 cm.",
            decidedOn: CalendarDate(year: 2026, month: 5, day: 3), localTime: { _ in "02:41" },
            book: languages.book("en"))
        #expect(
            lines == [
                "Alert 12, Tank: Water in the tank: since 02:41, found at 02:41; nobody yet.",
                "Water in the tank: never less than 100 cm. Decision 1 of 2026-05-03.", "tank/level: 76 cm at 02:41",
                "tank/level: 76 cm at 02:41", "Nothing was missing (1 of 1 places measured).", "02:41  raised",
                "02:41  everybody called",
            ])
    }

    @Test("Of what is a home's the explanation tells no value, not the one that was reached later either")
    func hidden() {
        var alert = draft().alert
        alert.entries.append(AlertEntry(at: AlertBookTests.start, kind: .updated, note: "75"))
        alert.entries.append(AlertEntry(at: AlertBookTests.start, kind: .noted, person: "Rosa", note: "looked 3 times"))
        func lines(isHidden: Bool) -> String {
            AlertExplanation.lines(
                alert, about: "Tank", unit: Unit("cm"), limitSentence: nil, decidedOn: nil, isHidden: isHidden,
                localTime: { _ in "-" },
                book: languages.book("en")
            ).joined(separator: "\n")
        }
        #expect(lines(isHidden: false).contains("75") && lines(isHidden: false).contains("76 cm"))
        #expect(!lines(isHidden: true).contains("75") && !lines(isHidden: true).contains("76"))
        #expect(lines(isHidden: true).contains("(Rosa): looked 3 times"))
    }

    @Test("A budget's explanation says what it came to, in its unit, and the worst value is the highest")
    func explainedSum() throws {
        var book = AlertBook(gatewayID: "g", open: [], nextNumber: 1)
        let limit = AlertBookTests.limit(.assembly, protects: .resource)
        func change(_ change: LimitTransition.Change, _ value: Int64, after days: Int64) {
            let at = AlertBookTests.start.advanced(bySeconds: days * 86_400)
            var step = AlertBookTests.transition(change, at: at, sensor: nil)
            (step.onset, step.value, step.bound) = (AlertBookTests.start, DecimalValue(value), DecimalValue(148_800))
            step.evidence = [
                Measurement.Evidence(
                    sensor: AlertBookTests.tank, time: at, value: DecimalValue("0.00025")!, unit: Unit("m3"))
            ]
            _ = book.receive(step, limit: limit, isHousehold: false, now: at)
        }
        change(.warned(percent: 75), 111_600, after: 20)
        change(.warned(percent: 90), 133_920, after: 24)
        change(.raised, 148_900, after: 26)
        let alert = try #require(book.open.first)
        #expect(alert.peak == DecimalValue(148_900))
        #expect(alert.peakAt == AlertBookTests.start.advanced(bySeconds: 26 * 86_400))
        let lines = AlertExplanation.lines(
            alert, about: "Water of the month", unit: Unit("L"), limitSentence: "Water of the month.", decidedOn: nil,
            localTime: { "\($0)".prefix(10).description }, book: languages.book("en"))
        #expect(lines[0].hasPrefix("Alert 1, Water of the month: since"))
        #expect(lines.contains("It came to 148900 L; the limit is 148800 L."), "\(lines)")
        #expect(!lines.contains { $0.contains("0.00025") || $0.contains("0 m³") }, "\(lines)")
        #expect(
            lines.contains { $0.hasSuffix("warned: 133920 L") } && lines.contains { $0.hasSuffix("148900 L") },
            "\(lines)")
    }

    @Test("What people wrote ends with a full stop before the next sentence, and a note is told to the stewards alone")
    func sentences() throws {
        let english = languages.book("en")
        func told(_ audience: Audience) throws -> String {
            var book = AlertBook(gatewayID: "g", open: [draft().alert], nextNumber: 13)
            let actions = try book.answer(
                12, .note("valve V3 was open"), person: "Rosa", means: "console", now: AlertBookTests.start)
            let drafts = actions.compactMap { if case .notify(let draft) = $0 { draft } else { nil } }
            var context = context("Tank", response: "Shut the door")
            context.audience = audience
            return AlertText.body(try #require(drafts.first), context, english)
        }
        let note = try told(.stewards)
        #expect(
            note.contains("Rosa added a note: Tank: Water in the tank. valve V3 was open. 2 readings agree."), "\(note)"
        )
        #expect(try !told(.members).contains("valve"))
        let raised = AlertText.body(draft(), context("Tank", response: "Shut the door"), english)
        #expect(raised.contains("First: Shut the door. Reply 12 YES"), "\(raised)")
        #expect(Escaping.sentence("tomorrow!") == "tomorrow!" && Escaping.sentence("tomorrow") == "tomorrow.")
    }

    @Test("Without a duty list nobody is next: everybody was told")
    func everybody() {
        var context = context("Tank", response: "")
        context.next = .everybodyTold
        let body = AlertText.body(draft(), context, languages.book("en"))
        #expect(body.hasSuffix("Reply 12 YES or 12 NO. All stewards are told of it."), "\(body)")
    }
}
