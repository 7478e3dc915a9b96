import GatewayModel
import Testing

@testable import Delivery

@Suite("Paper", .serialized)
struct PrinterTests {
    private func make(_ printer: PrinterSettings, language: String = "en") throws -> any Destination {
        try DestinationSettings(name: "d", audience: .members, language: language, kind: .printer(printer))
            .makeDestination(context())
    }

    @Test("a sheet has its reference as the job's title, its size of paper and its job as proof")
    func job() throws {
        let cups = try PrintServer()
        let destination = try make(
            PrinterSettings(queue: "board", paper: "A5", server: cups.address), language: "es")
        #expect(destination.send(notice(1, priority: .now), now: start) == .delivered(remoteID: "board-1"))
        #expect(
            try cups.sheets == [
                "[Alder Court, ahora] Notice 1\n\nThe tank is at 31 %.\n\nref: \(key(1))\n"
            ])
        let job = try cups.job(1)
        #expect(job.contains("ref: \(key(1))") && job.contains("A5"))
    }

    @Test("a queue that nobody knows, a server that is away and one that says nothing are told apart from success")
    func failures() throws {
        let cups = try PrintServer()
        for printer in [
            PrinterSettings(queue: "nowhere", server: cups.address),
            PrinterSettings(queue: "board", server: "127.0.0.1:1"),
        ] {
            guard case .retry(nil, let reason) = try make(printer).send(notice(1), now: start) else {
                Issue.record("what CUPS does not take must be tried again")
                return
            }
            #expect(reason.contains("lp: Error"))
        }
        #expect(try cups.sheets.isEmpty)
        let silent = try #require(try Rig(.printer, .hangs))
        let outcome = silent.destination.send(notice(1), now: start)
        #expect(outcome == .unknown(reason: "the print server did not answer within 1 s"))
    }
}
