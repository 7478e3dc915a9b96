import GatewayModel
import Reporting
import Testing

/// Marks beside figures of the report that people say are wrong.
@Suite("Figures that are disputed")
struct DisputeMarkTests {
    private func dispute(
        _ number: Int64, _ subject: Dispute.Subject, _ state: Dispute.State = .open, isHousehold: Bool = false
    ) throws -> Dispute {
        let time = try Village.time("2026-10-20T10:00:00Z")
        var dispute = Dispute(
            number: number, subject: subject, sensor: nil, about: time, isHousehold: isHousehold, openedAt: time,
            person: "Amina", enteredBy: "Ona", why: "no")
        dispute.state = state
        return dispute
    }

    private func readings(_ sensor: String) throws -> Dispute.Subject {
        .readings(
            SensorID(rawValue: sensor), from: try Village.time("2026-10-03T00:00:00Z"),
            until: try Village.time("2026-10-04T00:00:00Z"))
    }

    /// The lines of a report's CSV with a mark, as `name figure mark`; days left out.
    private func marks(_ disputes: [Dispute]) throws -> Set<String> {
        var facts = try Village().facts
        facts.disputes = disputes
        let writer = ReportWriter(.make(from: facts), agenda: [], phrases: try Phrases.book("en"))
        let lines = writer.text(.csv).split(separator: "\r\n").dropFirst().map {
            $0.split(separator: ",", omittingEmptySubsequences: false)
        }
        return Set(
            lines.filter { $0.count == 10 && !$0[9].isEmpty && $0[2] != "used_per_day" && $0[0] == "resource" }
                .map { "\($0[1]) \($0[2]) \($0[9])" })
    }

    @Test("a point's readings mark the total and its own role, a figure every one of the resource, a home's nothing")
    func roles() throws {
        #expect(try marks([]).isEmpty)
        let solar = try dispute(1, readings("roof/solar"))
        #expect(try marks([solar]) == ["energy used 1", "energy production 1"])
        let figure = try dispute(2, .figure("energy", Village.month), .upheld)
        #expect(
            try marks([solar, figure]) == [
                "energy used 1 set_aside:2", "energy production 1 set_aside:2", "energy input set_aside:2",
            ])
        let part = try dispute(5, .figure("energy", Village.month, role: .input))
        #expect(try marks([part]) == ["energy used 5", "energy input 5"])
        // Struck out by the assembly it is that part alone.
        let aside = try dispute(5, .figure("energy", Village.month, role: .input), .upheld)
        #expect(try marks([aside]) == ["energy input set_aside:5"])
        let home = try dispute(3, readings("home-1/water"), isHousehold: true)
        // A point that has become a household's since gives nothing away either.
        let former = try dispute(4, readings("home-2/water"))
        #expect(try marks([home, former]).isEmpty)
    }

    @Test("what is worked out from a disputed figure is marked with it, on the page and for programs")
    func derived() throws {
        var facts = try Village().facts
        facts.disputes = [try dispute(1, .figure("water", Village.month))]
        let writer = ReportWriter(.make(from: facts), agenda: [], phrases: try Phrases.book("en"))
        let page = writer.text(.markdown).replacing("\\", with: "")
        for figure in ["Per person and day", "Roof", "Not accounted"] where page.contains("| \(figure)") {
            let rows = page.split(separator: "\n").filter { $0.hasPrefix("| \(figure)") }
            #expect(rows.allSatisfy { $0.contains("(disputed: 1)") }, "\(rows)")
        }
        let rows = page.split(separator: "\n").filter { $0.contains("(disputed: 1)") }
        #expect(rows.count >= 5, "\(rows)")
        let json = writer.text(.json).filter { !$0.isWhitespace }
        #expect(json.contains("\"incomplete\":false,\"per_day\":") && json.contains("\"disputed\":[1]"))
        #expect(json.ranges(of: "\"disputed\":[1]").count >= 4)
    }
}
