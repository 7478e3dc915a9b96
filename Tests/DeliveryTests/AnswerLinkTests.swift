import GatewayModel
import StrictYAML
import Testing

@testable import Delivery

/// The address to answer at: who gets it, and that it comes back nowhere.
@Suite("Links in notices")
struct AnswerLinkTests {
    private static let token = "q7sGd0aT4mUe9KxWbR2nZ-_y"
    private static let link = "https://alerts.example.org/a/\(token)"

    /// A destination with one reader or many, that keeps what it was sent.
    private struct Post: Destination {
        let inner: ScriptedDestination
        let hasOneReader: Bool
        var name: String { inner.name }
        var audience: Audience { .stewards }
        var language: String { "en" }

        func send(_ item: OutboxItem, now: Instant) -> DeliveryOutcome { inner.send(item, now: now) }
    }

    private func lane(_ inner: ScriptedDestination, _ outbox: MemoryOutbox, oneReader: Bool) throws -> DestinationLane {
        DestinationLane(
            destination: Post(inner: inner, hasOneReader: oneReader), outbox: outbox, phrases: try Phrases.book("en"),
            zone: .utc, settings: OutboxWorkerSettings(schedule: RetrySchedule(jitter: 0)),
            recheck: { _, _ in .send }, answerLink: { _, _ in Self.link }, onEvent: { _ in })
    }

    @Test("A destination with one reader gets it at every attempt; a room does not; the outbox never has it")
    func readers() throws {
        for oneReader in [true, false] {
            let inner = ScriptedDestination(answer: .retry(after: nil, reason: "HTTP 500"))
            let outbox = MemoryOutbox([OutboxEntry(item: notice(1, alert: "a1"))])
            let lane = try lane(inner, outbox, oneReader: oneReader)
            _ = lane.turn(now: start)
            _ = lane.turn(now: start.advanced(bySeconds: 10))
            #expect(inner.sent.map(\.answerLink) == (oneReader ? [Self.link, Self.link] : [nil, nil]))
            #expect(outbox.entries.allSatisfy { $0.item.answerLink == nil })
        }
    }

    @Test("What waited and goes out as one has no link")
    func digest() throws {
        let inner = ScriptedDestination()
        let items = (1...5).map { OutboxEntry(item: notice($0, alert: "a\($0)")) }
        let lane = try lane(inner, MemoryOutbox(items), oneReader: true)
        _ = lane.turn(now: start.advanced(bySeconds: 3600))
        #expect(inner.sent.map(\.type) == [Digest.type] && inner.sent[0].answerLink == nil)
    }

    @Test(
        "A server that repeats the message brings nothing of it into the record",
        arguments: [link, "550 spam: \(token)", "HTTP 500: …\(token.prefix(9))", "a \(token.dropFirst(10)) b"])
    func repeats(words: String) {
        let outcomes: [DeliveryOutcome] = [
            .delivered(remoteID: words, warning: words), .retry(after: 3, reason: words), .permanent(reason: words),
            .denied(reason: words), .unknown(reason: words), .gone(reason: words),
        ]
        for outcome in outcomes {
            let text = "\(outcome.keepingSecret(Self.link))"
            #expect(!text.contains(Self.token.prefix(8)) && !text.contains(Self.token.suffix(8)))
        }
        #expect(
            DeliveryOutcome.retry(after: 3, reason: "HTTP 500").keepingSecret(Self.link)
                == .retry(after: 3, reason: "HTTP 500"))
    }

    private func settings(_ entry: String) throws -> DestinationSettings {
        let reader = StrictYAML(file: "g.yaml")
        let top = try #require(reader.mapping(of: "d: \(entry)", keys: ["d"]))
        let settings = top["d"].flatMap { DestinationSettings($0, defaultLanguage: "en") }
        return try #require(settings, "\(reader.problems)")
    }

    @Test("Whose mail or number is one person's has one reader; everything that is read by many has not")
    func kinds() throws {
        let mail = "name: m, kind: smtp, audience: stewards, host: localhost, security: plain, from: g@example.org"
        let sms = "name: s, kind: sms, audience: stewards, gammu: /nowhere"
        let one = [
            "{\(mail), to: [rosa@example.org]}", "{\(sms), to: [{name: Rosa, number: \"+34600111222\"}]}",
            "{name: n, kind: ntfy, audience: stewards, url: https://ntfy.example.org, topic: rosa-9f2c}",
        ]
        let many = [
            "{\(mail), to: [rosa@example.org, ben@example.org]}",
            "{\(sms), to: [{name: Rosa, number: \"+34600111222\"}, {name: Ben, number: \"+34600333444\"}]}",
            "{name: f, kind: files, audience: stewards, folder: /nowhere}",
            "{name: c, kind: command, audience: stewards, program: /bin/true}",
            "{name: p, kind: printer, audience: stewards, queue: board}",
        ]
        for entry in one { #expect(try settings(entry).makeDestination(context()).hasOneReader, "\(entry)") }
        for entry in many { #expect(try !settings(entry).makeDestination(context()).hasOneReader, "\(entry)") }
    }

    @Test("Mail, push and text message show the link; a text message only where nothing of the text is cut for it")
    func texts() throws {
        var item = notice(1, alert: "a1")
        item.answerLink = Self.link
        let mail =
            try settings(
                "{name: m, kind: smtp, audience: stewards, host: localhost, security: plain, from: g@example.org, to: [r@example.org]}"
            ).makeDestination(context()) as? SMTPDestination
        #expect(mail?.message(for: item).body.contains("To answer (the link is yours alone): \(Self.link)\n") == true)
        let push =
            try settings("{name: n, kind: ntfy, audience: stewards, url: https://ntfy.example.org, topic: t}")
            .makeDestination(context()) as? NtfyDestination
        #expect(push?.body(for: item).contains("\"click\":\"\(Self.link)\"") == true)
        item.body = String(repeating: "x", count: 6000)
        #expect(push?.body(for: item).contains("alone): \(Self.link)\\n\\nref: ") == true)
        for (parts, length, fits) in [(1, 40, true), (1, 100, false), (2, 100, true), (2, 400, false)] {
            let text =
                try settings(
                    "{name: s, kind: sms, audience: stewards, gammu: /nowhere, parts: \(parts), to: [{name: Rosa, number: \"+34600111222\"}]}"
                ).makeDestination(context()) as? SMSDestination
            item.body = String(repeating: "x", count: length)
            let sent = try #require(text?.text(for: item))
            #expect(sent.text.contains(Self.link) == fits && sent.parts <= parts, "\(sent)")
            #expect(sent.text.hasSuffix(SMSDestination.reference(item)))
        }
    }
}
