import Foundation
import GatewayModel
import Logging
import MQTTIngest
import ServiceLifecycle
import Simulation
import UnixSignals

/// Plays the example village, into a replay file or to a broker.
public struct SimulationRun {
    private let site: Site
    private let seed: UInt64

    /// Makes a run with a seed; the same seed gives the same messages.
    public init(site: Site, seed: UInt64) {
        self.site = site
        self.seed = seed
    }

    /// Writes a span of days as a replay file; `-` is standard output.
    public func write(to path: String, from: String?, days: Int, progress: (String) -> Void) throws {
        let start = try from.map(site.instant) ?? site.zone.start(of: site.zone.date(at: SystemClock.now()))
        guard (1...3660).contains(days) else {
            throw AppError("\(days) days cannot be simulated", remedy: "choose 1 to 3660")
        }
        let end = site.zone.start(of: site.zone.date(at: start).adding(days: days))
        let village = Village(seed: seed, start: start, zone: site.zone)
        let writer = try LineWriter(path: path == "-" ? nil : path)
        var count = 0
        for message in village.messages(until: end) {
            try writer.write(ReplayLine(message).json)
            count += 1
        }
        try writer.finish()
        progress("\(count) messages of \(days) days from \(site.local(start)) on, seed \(seed).")
    }

    /// Publishes to the broker of the configuration as time passes, until Ctrl-C or SIGTERM.
    public func publishLive() async throws {
        let start = site.zone.start(of: CalendarMonth(of: site.zone.date(at: SystemClock.now())).firstDay)
        let options = try site.brokerOptions(clientID: "village-" + String(UInt32.random(in: .min ... .max), radix: 16))
        let village = LiveVillage(village: Village(seed: seed, start: start, zone: site.zone), options: options)
        let configuration = ServiceGroupConfiguration(
            services: [.init(service: village)], gracefulShutdownSignals: [.sigterm, .sigint],
            logger: Logger(label: "simulate"))
        try await ServiceGroup(configuration: configuration).run()
    }
}
