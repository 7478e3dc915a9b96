import GatewayModel
import Storage
import Testing

@testable import GatewayApp

/// Who is called silent after a start: nobody too early, and nobody never.
@Suite("Silence over starts")
struct SilenceWatchTests {
    private static let daily = SensorID(rawValue: "well/level")
    private let begin = Instant(seconds: 1_794_308_400)

    private func time(_ hours: Int64, _ seconds: Int64 = 0) -> Instant {
        begin.advanced(bySeconds: hours * 3600 + seconds)
    }

    private func sensor(_ interval: Int64 = 86_400) -> Sensor {
        Sensor(
            id: Self.daily, resource: "water", quantity: "level", role: .condition, unit: GatewayModel.Unit("cm"),
            rhythm: Rhythm(interval: interval))
    }

    @Test(
        "A sensor that reports daily has a day after a start, whatever time has passed meanwhile",
        arguments: [3600, 86_400])
    func ownInterval(interval: Int64) {
        var watch = SilenceWatch(
            sensors: [sensor(interval)], lastSeen: [Self.daily: time(-24 * 30)], silent: [], listeningSince: nil,
            zone: .utc, declared: [Self.daily: time(-24 * 60)], stoppedAt: time(-24 * 29))
        watch.listen(true, now: time(0))
        #expect(watch.tick(now: time(0, interval + 59)).isEmpty)
        #expect(watch.tick(now: time(0, interval + 60)).map(\.onset) == [time(-24 * 30, interval * 3 + 60)])
    }

    @Test("A box that runs for three hours a day still finds that a daily sensor was never heard")
    func shortUptimes() {
        var stored: [SensorID: Instant] = [:]
        var found: Int64?
        for day in Int64(0)..<30 where found == nil {
            var watch = SilenceWatch(
                sensors: [sensor()], lastSeen: [:], silent: [], listeningSince: nil, zone: .utc,
                declared: [Self.daily: time(0)], expected: stored, stoppedAt: day == 0 ? nil : time(day * 24 - 21))
            watch.listen(true, now: time(day * 24))
            stored.merge(watch.takeExpected()) { _, new in new }
            #expect(watch.takeExpected().isEmpty)
            let changes = watch.tick(now: time(day * 24 + 3))
            if !changes.isEmpty {
                found = day
                #expect(changes.map(\.onset) == [time(72, 60)])
            }
        }
        // Eight days of three hours are a day, and the grace is a minute longer.
        #expect(found == 8)
    }

    @Test("One that is heard now and then has its interval anew with every start")
    func heardBetween() {
        var watch = SilenceWatch(
            sensors: [sensor()], lastSeen: [Self.daily: time(-1)], silent: [], listeningSince: nil, zone: .utc,
            expected: [Self.daily: time(-50)], stoppedAt: time(-1))
        watch.listen(true, now: time(80))
        #expect(watch.takeExpected() == [Self.daily: time(80)])
        #expect(watch.tick(now: time(103)).isEmpty)
        #expect(watch.tick(now: time(105)).map(\.sensor) == [Self.daily])
        // While the broker is away no time passes.
        var away = SilenceWatch(
            sensors: [sensor(3600)], lastSeen: [:], silent: [], listeningSince: nil, zone: .utc,
            declared: [Self.daily: time(-48)])
        away.listen(true, now: time(0))
        away.listen(false, now: time(0, 600))
        away.listen(true, now: time(5))
        #expect(away.tick(now: time(5, 3000)).isEmpty)
        #expect(away.tick(now: time(5, 3060)).map(\.sensor) == [Self.daily])
    }

    @Test("A sensor that is added while the box runs is expected from then on")
    func added() {
        var watch = SilenceWatch(sensors: [], lastSeen: [:], silent: [], listeningSince: nil, zone: .utc)
        watch.listen(true, now: time(0))
        watch = watch.watching([sensor(600)], now: time(48))
        #expect(watch.tick(now: time(48, 60)).isEmpty)
        #expect(watch.tick(now: time(48, 1859)).isEmpty)
        #expect(watch.tick(now: time(48, 1860)).map(\.onset) == [time(48, 1860)])
        #expect(watch.takeExpected() == [Self.daily: time(48)])
    }

    @Test("What has been waited for is stored: a start goes on with it, and counts no time in which the box was off")
    func overARestart() throws {
        let village = try AlertVillage(
            sensors: """
                  - {id: cold/power, resource: energy, quantity: active_power, role: condition, unit: W, visibility: community, place: pantry, device: cold, channel: power}
                  - {id: plug/power, resource: energy, quantity: active_power, role: condition, unit: W, visibility: community, place: kitchen, device: plug, channel: power, rhythm: {interval: 1 h}}
                """)
        func listen() { village.office.pipeline.changeState { $0.silence.listen(true, now: village.now) } }
        func silent() throws -> [String] {
            try village.office.store.alerts(openOnly: true).filter { $0.cause == .box(.sensorSilent) }.map(\.subject)
        }
        listen()
        try village.wait(until: 1800)
        try village.read(60, of: "cold")
        try village.restart()
        try village.wait(until: 4 * 3600)
        listen()
        // Half an hour before, and half an hour now: an hour and a minute are over.
        try village.wait(until: 4 * 3600 + 1850)
        #expect(try silent().isEmpty)
        try village.wait(until: 4 * 3600 + 1860)
        #expect(try silent() == ["plug/power"])
    }
}
