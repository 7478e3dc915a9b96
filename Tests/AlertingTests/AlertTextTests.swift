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
            sensorName: name, unit: Unit("cm"), limitTitle: "Water in the tank", response: response, nextPerson: "Rosa",
            localTime: { _ in "2026-11-01 02:41" })
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
            (AlertText.Answering.reply, "Reply 12 YES or 12 NO. ", "Responde 12 SI o 12 NO. "), (.link, "", ""),
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
        // A longer first step leaves room for one way, and a very long one is cut, so that there is room.
        let longer = String(repeating: "x", count: isEnglish ? 112 : 105)
        #expect(
            body(all, step: longer).hasSuffix(
                isEnglish
                    ? "x Answer by SMS / Matrix: 12 YES or 12 NO. Next is Rosa."
                    : "x Responde por SMS / Matrix: 12 SI o 12 NO. Después le toca a Rosa."))
        let long = body(all, step: String(repeating: "x", count: 280))
        #expect(long.count <= 300 && long.contains("commons alerts take 12") && long.hasSuffix(end))
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
            draft().alert, limitSentence: "Water in the tank: never less than 100 cm.",
            decidedOn: CalendarDate(year: 2026, month: 5, day: 3), localTime: { _ in "02:41" },
            book: languages.book("en"))
        #expect(
            lines == [
                "Alert 12: since 02:41, found at 02:41; nobody yet.",
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
                alert, limitSentence: nil, decidedOn: nil, isHidden: isHidden, localTime: { _ in "-" },
                book: languages.book("en")
            ).joined(separator: "\n")
        }
        #expect(lines(isHidden: false).contains("75") && lines(isHidden: false).contains("76 cm"))
        #expect(!lines(isHidden: true).contains("75") && !lines(isHidden: true).contains("76"))
        #expect(lines(isHidden: true).contains("(Rosa): looked 3 times"))
    }
}
