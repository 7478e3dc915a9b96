import Foundation
import GatewayModel
import TestSupport
import Testing

@testable import MQTTIngest

@Suite("Dating messages that waited at the broker")
struct BacklogClockTests {
    private let start = Instant(seconds: 1_000_000)
    private var now: Instant { start.advanced(bySeconds: 5000) }

    private func message(_ topic: String, _ payload: String = "1", retained: Bool = false) -> InboundMessage {
        InboundMessage(topic: topic, payload: Array(payload.utf8), retained: retained, receivedAt: now)
    }

    private func uptime(_ seconds: Int) -> InboundMessage { message("$SYS/broker/uptime", "\(seconds) seconds") }
    private func timer(_ seconds: Int) -> InboundMessage { message("commons/clock", "\(1_000_000 + seconds)") }

    /// The bounds in seconds since the broker's start; nil for an unknown earliest.
    private func bounds(_ timings: [ReceivedMessage.Timing]) -> [[Int64?]] {
        timings.map { timing in
            guard case .queued(let earliest, let latest) = timing else { return [] }
            let isKnown = earliest.milliseconds != .min
            return [
                isKnown ? earliest.milliseconds(since: start) / 1000 : nil, latest.milliseconds(since: start) / 1000,
            ]
        }
    }

    @Test("mosquitto's own form is read, and nothing else")
    func parsing() {
        #expect(BacklogClock.seconds(inUptime: Array("123 seconds".utf8)) == 123)
        for text in ["", "123", " seconds", "-1 seconds", "1e3 seconds", "9999999999999 seconds", "12 seconds "] {
            #expect(BacklogClock.seconds(inUptime: Array(text.utf8)) == nil, "\(text)")
        }
    }

    @Test("a message lies between the uptime before it and the one behind it, two seconds each way")
    func between() {
        var clock = BacklogClock(prefix: "commons")
        clock.connected(lastHeard: start.advanced(bySeconds: 100))
        let timings = clock.timings(
            of: [message("a"), uptime(4000), message("b"), uptime(4011), message("c")], brokerStartedAt: start, now: now
        )
        #expect(bounds(timings) == [[100, 4002], [3998, 4013], [3998, 4013], [4009, 4024], [4009, 4024]])
    }

    @Test("batches follow one another, and latest is never after now")
    func batches() {
        var clock = BacklogClock(prefix: "commons")
        clock.connected(lastHeard: start.advanced(bySeconds: 100))
        #expect(
            bounds(clock.timings(of: [uptime(4980), message("a")], brokerStartedAt: start, now: now)) == [
                [4978, 5000], [4978, 5000],
            ])
        #expect(
            bounds(clock.timings(of: [message("b"), uptime(4991)], brokerStartedAt: start, now: now)) == [
                [4978, 4993], [4989, 5000],
            ])
        #expect(bounds(clock.timings(of: [message("c")], brokerStartedAt: start, now: now)) == [[4989, 5000]])
    }

    @Test("the timer's clock dates without the broker's start and across a broker's restart")
    func timerClock() {
        var clock = BacklogClock(prefix: "commons")
        clock.connected(lastHeard: nil)
        let batch = [message("a"), timer(60), message("b"), timer(120), message("c"), uptime(9), message("d")]
        #expect(
            bounds(clock.timings(of: batch, brokerStartedAt: nil, now: now)) == [
                [nil, 62], [58, 122], [58, 122], [118, 5000], [118, 5000], [118, 5000], [118, 5000],
            ])
    }

    @Test("after the last clock in hand a restarted broker leaves everything up to now possible")
    func timerAfterPowerCut() {
        var clock = BacklogClock(prefix: "commons")
        clock.connected(lastHeard: start.advanced(bySeconds: -100))
        let batch = [timer(60), timer(120), message("a")]
        #expect(
            bounds(clock.timings(of: batch, brokerStartedAt: start, now: now)) == [
                [58, 122], [118, 5000], [118, 5000],
            ])
    }

    @Test("without any clock the time is unknown between the last message heard and now")
    func unknown() {
        var clock = BacklogClock(prefix: "commons")
        clock.connected(lastHeard: nil)
        #expect(
            bounds(clock.timings(of: [uptime(4000), message("a")], brokerStartedAt: nil, now: now)) == [
                [nil, 5000], [nil, 5000],
            ])
        clock.connected(lastHeard: start.advanced(bySeconds: 4000))
        #expect(bounds(clock.timings(of: [message("a")], brokerStartedAt: nil, now: now)) == [[4000, 5000]])
    }

    @Test("a broker that was started while we were away may bring uptimes of its earlier run: they are not believed")
    func restarted() {
        var clock = BacklogClock(prefix: "commons")
        clock.connected(lastHeard: start.advanced(bySeconds: -10))
        #expect(
            bounds(clock.timings(of: [uptime(4000), message("a")], brokerStartedAt: start, now: now)) == [
                [-10, 5000], [-10, 5000],
            ])
    }

    @Test("retained, backward, future and malformed clocks date nothing")
    func hostile() {
        var clock = BacklogClock(prefix: "commons")
        clock.connected(lastHeard: start)
        let batch = [
            message("$SYS/broker/uptime", "3000 seconds", retained: true), timer(90_000), uptime(6000), uptime(2000),
            uptime(1000), message("commons/clock", "soon"), message("commons/clock", "99999999999999"), message("a"),
        ]
        #expect(bounds(clock.timings(of: batch, brokerStartedAt: start, now: now)).last == [1998, 5000])
    }

    @Test("law: wherever messages fall between clocks, each one's true time lies within its bounds")
    func law() {
        var random = SeededGenerator(seed: 7)
        for _ in 0..<200 {
            var clock = BacklogClock(prefix: "commons")
            clock.connected(lastHeard: start.advanced(bySeconds: 1))
            let spacing = Int64.random(in: 1...30, using: &random)
            var truth: [Int64] = []
            var queue: [InboundMessage] = []
            for second in Int64(2)...400 {
                if second % spacing == 0 { queue.append(uptime(Int(second))); truth.append(second * 1000) }
                if second % 60 == 0 { queue.append(timer(Int(second))); truth.append(second * 1000) }
                for _ in 0..<Int.random(in: 0...2, using: &random) {
                    queue.append(message("a"))
                    truth.append(second * 1000 + 500)
                }
            }
            var at = 0
            while at < queue.count {
                let end = min(queue.count, at + Int.random(in: 1...60, using: &random))
                let timings = clock.timings(of: Array(queue[at..<end]), brokerStartedAt: start, now: now)
                for (index, timing) in timings.enumerated() {
                    guard case .queued(let earliest, let latest) = timing else { continue }
                    let time = start.advanced(byMilliseconds: truth[at + index])
                    #expect(earliest <= time && time <= latest)
                }
                at = end
            }
        }
    }

    @Test("a real broker's uptimes date what was published while we were away, to its interval")
    func realBroker() throws {
        let broker = try MosquittoBroker()
        @Sendable func now() -> Instant { Instant(milliseconds: Int64(Date().timeIntervalSince1970 * 1000)) }
        let options = BrokerOptions(host: "127.0.0.1", port: broker.port, clientID: "gw", filters: [])
        let status = StatusPublisher(options: options, prefix: "commons", clock: now)
        status.start()
        defer { status.stop() }
        #expect(waitUntil { status.brokerStartedAt != nil })
        func listen(_ more: [String]) throws -> String {
            let words = ["-p", "\(broker.port)", "-V", "5", "-c", "-x", "1000", "-i", "s", "-q", "1", "-F", "%t %r %p"]
            let topics = ["-t", "a", "-t", BacklogClock.uptimeTopic]
            let child = try ChildProcess("/usr/bin/mosquitto_sub", words + topics + more)
            #expect(child.wait(30) != nil)
            return child.output
        }
        _ = try listen(["-E"])
        let lastHeard = now()
        let publisher = TestPublisher(broker)
        var truth: [Int64] = []
        let end = steadySeconds() + 7
        waitUntil(20) {
            truth.append(now().milliseconds)
            try? publisher.publish("\(truth.count - 1)", to: "a")
            return steadySeconds() > end
        }
        let lines = try listen(["-W", "2"]).split(separator: "\n").map { $0.split(separator: " ", maxSplits: 2) }
        let batch = lines.filter { $0.count == 3 }.map { words in
            message(String(words[0]), String(words[2]), retained: words[1] == "1")
        }
        var clock = BacklogClock(prefix: "commons")
        clock.connected(lastHeard: lastHeard)
        let timings = clock.timings(of: batch, brokerStartedAt: status.brokerStartedAt, now: now())
        var widest: Int64 = 0
        var dated = 0
        for (message, timing) in zip(batch, timings) where message.topic == "a" {
            let index = try #require(Int(String(decoding: message.payload, as: UTF8.self)))
            guard case .queued(let earliest, let latest) = timing, index < truth.count else { continue }
            let time = Instant(milliseconds: truth[index])
            #expect(earliest <= time && time <= latest)
            widest = max(widest, latest.milliseconds(since: earliest))
            dated += 1
        }
        #expect(dated == truth.count)
        // sys_interval 1 sends every two seconds; two more on each side are the clock's own doubt.
        #expect(widest <= 6_500)
    }
}

/// A generator that gives the same numbers for the same seed (SplitMix64).
private struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
