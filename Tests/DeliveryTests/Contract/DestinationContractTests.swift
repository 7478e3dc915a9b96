import Foundation
import GatewayModel
import TestSupport
import Testing

@testable import Delivery

@Suite("Every destination", .serialized)
struct DestinationContractTests {
    @Test("delivers hostile text unharmed", arguments: Rig.Kind.allCases)
    func hostileText(_ kind: Rig.Kind) throws {
        let rig = try #require(try Rig(kind, .accepts))
        let texts = HostileTexts.all
        for (number, text) in texts.enumerated() {
            let outcome = rig.destination.send(notice(number, title: text, body: text), now: start)
            guard case .delivered = outcome else {
                Issue.record("\(text.debugDescription) ended as \(outcome)")
                continue
            }
        }
        let arrivals = try rig.arrivals()
        try #require(arrivals.count == texts.count)
        for (text, arrival) in zip(texts, arrivals) {
            switch kind {
            case .webhook:
                #expect(Array(arrival.title.unicodeScalars) == Array(Escaping.cut(text, toBytes: 1000).unicodeScalars))
                #expect(Array(arrival.text.unicodeScalars) == Array(Escaping.cut(text, toBytes: 6000).unicodeScalars))
            case .command, .mqtt:
                #expect(Array(arrival.title.unicodeScalars) == Array(text.unicodeScalars))
                #expect(Array(arrival.text.unicodeScalars) == Array(text.unicodeScalars))
            case .siren: #expect(arrival == Arrival(identity: "", title: "", text: ""))
            case .discourse, .loomio:
                // A forum's titles end with what tells them apart.
                #expect(arrival.title.hasPrefix(expectedTitle(text, kind)))
                let lines = Escaping.plain(text).split(separator: "\n", omittingEmptySubsequences: false)
                let expected = lines.map { Escaping.markdown(String($0)) }.joined(separator: "  \n")
                #expect(expected.isEmpty || arrival.text.contains(expected))
            case .smtp, .exim, .ntfy, .files, .printer, .sms, .gotify, .apprise, .talk, .matrix, .ping:
                #expect(arrival.title == expectedTitle(text, kind))
                let expected = Escaping.plain(text)
                let room = kind == .sms ? 300 : kind == .ntfy ? 3900 : Int.max
                #expect(expected.isEmpty || arrival.text.contains(expected.prefix(room)))
            }
        }
    }

    @Test("is tried again after a busy answer", arguments: Rig.Kind.allCases)
    func busy(_ kind: Rig.Kind) throws {
        let rig = try #require(try Rig(kind, .isBusy))
        guard case .retry = rig.destination.send(notice(1), now: start) else {
            Issue.record("a busy answer must lead to another try")
            return
        }
    }

    @Test(
        "gives up after a refusal",
        arguments: [
            Rig.Kind.smtp, .webhook, .ntfy, .command, .gotify, .apprise, .talk, .discourse, .loomio, .matrix,
            .ping,
        ] + Rig.Kind.mailServers)
    func refusal(_ kind: Rig.Kind) throws {
        let rig = try #require(try Rig(kind, .refuses))
        guard case .permanent = rig.destination.send(notice(1), now: start) else {
            Issue.record("a refusal must be for good")
            return
        }
    }

    @Test(
        "does not know after a time-out, and repeats with the same identity",
        arguments: [Rig.Kind.smtp, .webhook, .command, .mqtt, .gotify, .apprise, .talk, .loomio, .matrix, .ping])
    func timeOut(_ kind: Rig.Kind) throws {
        let rig = try #require(try Rig(kind, .hangs))
        for attempt in 0..<2 {
            guard case .unknown = rig.destination.send(notice(1), now: start.advanced(bySeconds: Int64(attempt))) else {
                Issue.record("without an answer nobody knows")
                return
            }
        }
        let identities = try rig.arrivals().map(\.identity)
        #expect(identities.count == 2)
        #expect(Set(identities).count == 1 && identities.first?.contains(key(1)) == true)
    }

    @Test(
        "says that nothing has arrived where nobody listens",
        arguments: [
            Rig.Kind.smtp, .webhook, .ntfy, .gotify, .apprise, .talk, .discourse, .loomio, .matrix, .ping,
        ] + Rig.Kind.mailServers)
    func nobodyListens(_ kind: Rig.Kind) throws {
        var rig = try Rig(kind, .accepts)
        let destination = try #require(rig?.destination)
        // The server ends with its rig.
        rig = nil
        guard case .retry = destination.send(notice(1), now: start) else {
            Issue.record("a refused connection must lead to another try")
            return
        }
    }

    private func expectedTitle(_ text: String, _ kind: Rig.Kind) -> String {
        switch kind {
        case .sms: SMSText.affordable(Escaping.singleLine(text, limit: 120))
        case .ntfy, .gotify, .apprise, .ping: Escaping.singleLine(text, limit: 200)
        case .talk, .matrix: Escaping.singleLine("[Alder Court] " + text, limit: 300)
        case .discourse:
            Escaping.singleLine("[Alder Court] " + text, limit: 200) + ", 2026-11-18 11:06"
        case .loomio: Escaping.singleLine("[Alder Court] " + text, limit: 150)
        case .smtp, .exim: Escaping.singleLine("[Alder Court] " + text, limit: 300)
        default: Escaping.singleLine("[Alder Court] " + text)
        }
    }
}
