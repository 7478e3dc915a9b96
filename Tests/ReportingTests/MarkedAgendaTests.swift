import GatewayModel
import Reporting
import Testing

@Suite("What people mark on an agenda")
struct MarkedAgendaTests {
    private func read(_ text: String) throws -> MarkedAgenda {
        MarkedAgenda(text, phrases: [try Phrases.book("en"), try Phrases.book("es")])
    }

    @Test("marks are read as people write them, in both languages")
    func reads() throws {
        let marked = try read(
            """
            # Agenda
            Meeting: 2026-12-06
            **Presentes:** 14

            Result in words: this line is nobody's business.
            Reference: 0123ABCD
            Result: decided (decision 7): by consent
            - Referencia: 11112222
            - **Resultado:** DECIDIDO (Acta 3, página 41)
            Reference: 33334444
            Result: put off: until Ona has prices
            - Result\\: withdrawn
            Referencia: 55556666
            Resultado: retirado
            Reference: 77778888
            Result: ____
            Referencia: 88889999
            Resultado: en el orden del día
            Reference: 99990000
            Result: decided (minutes 3, page 42; decision 8): so be it
            """)
        #expect(marked.problems.isEmpty)
        #expect(marked.meeting?.description == "2026-12-06" && marked.present == 14)
        #expect(
            marked.marks.map(\.reference) == ["0123abcd", "11112222", "33334444", "55556666", "88889999", "99990000"])
        #expect(marked.marks.map(\.status) == [.decided, .decided, .deferred, .withdrawn, .accepted, .decided])
        #expect(marked.marks.map(\.decision) == [7, nil, nil, nil, nil, 8])
        #expect(marked.marks[1].minutes == "Acta 3, página 41" && marked.marks[5].minutes == "minutes 3, page 42")
        #expect(marked.marks.map(\.note) == ["by consent", "", "until Ona has prices", "", "", "so be it"])
        #expect(marked.unmarked.map(\.reference) == ["77778888"] && marked.unmarked.map(\.line) == [15])
    }

    @Test(
        "what is not understood is named with its line and never guessed",
        arguments: [
            ("Result: decided (decision 7)", 3, "no_item", true), ("Result: perhaps", 4, "word", false),
            ("Result: decided", 4, "which", false), ("Result: decided (decision seven)", 4, "which", false),
            ("Result: decided (decision 7", 4, "bracket", false), ("Result: decided (minutes)", 4, "which", false),
            ("Result: decided (decision 7) and more", 4, "rest", false),
            ("Result: decided (decision 7; decision 8)", 4, "which", false),
            ("Result: decided (minutes 3; decision)", 4, "which", false),
            ("Result: deferred (decision 7)", 4, "not_decided", false), ("Meeting: soon", 4, "meeting", false),
            ("Meeting: 2026-12-07", 4, "two_meetings", false), ("Present: many", 4, "present", false),
            ("Result: withdrawn\nReference: 0123abcd\nResult: deferred", 6, "twice", false),
        ])
    func refuses(_ line: String, _ number: Int, _ key: String, _ isAlone: Bool) throws {
        let head = "Meeting: 2026-12-06\n\n" + (isAlone ? "" : "Reference: 0123abcd\n")
        let marked = try read(head + line + "\n")
        #expect(marked.problems.map(\.key) == [key] && marked.problems.map(\.line) == [number])
        #expect(marked.marks.isEmpty || key == "twice")
        for language in ["en", "es"] {
            #expect(try Phrases.book(language).phrases["agenda.mark.problem.\(key)"] != nil)
        }
    }
}
