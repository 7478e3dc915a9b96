import GatewayModel
import TestSupport

@testable import Storage

/// A store in a folder of its own.
struct StoreFixture {
    static let start = Instant(milliseconds: 1_790_000_000_000)
    let folder: TemporaryFolder
    let store: Store

    init() throws {
        folder = try TemporaryFolder()
        store = try StoreFixture.open(folder.path)
    }

    static func open(
        _ path: String, community: String = "village", kind: DatabaseKind = .real, ballast: Int = 4096
    ) throws -> Store {
        var options = Store.Options(community: community, kind: kind)
        options.ballastBytes = ballast
        return try Store.open(folder: path, options: options, now: start)
    }

    static func reading(
        _ device: String = "plug", _ channel: String = "power", _ value: DecimalValue, unit: String = "W",
        at seconds: Int64, source: TimeSource = .device
    ) -> Reading {
        Reading(
            stream: StreamKey(device: device), channel: channel, quantity: "active_power", kind: .gauge, value: value,
            unit: Unit(unit), time: ReadingTime(start.advanced(bySeconds: seconds), source: source))
    }

    /// Places readings and commits those that are to be stored; returns every placement.
    static func commit(
        _ readings: [Reading], to store: Store, _ directory: inout SeriesDirectory, repeatWindow: Int64 = 0,
        packets: [PacketRecord] = [], session: Int64 = 0, at seconds: Int64 = 0
    ) throws -> [Placement] {
        var next = directory
        var batch = Batch(committedAt: start.advanced(bySeconds: seconds), session: session)
        batch.packets = packets
        var placements: [Placement] = []
        for reading in readings {
            let placement = try next.place(reading, repeatWindow: repeatWindow) {
                series, time throws(StoreError) in try store.value(series: series, at: time)
            }
            placements.append(placement)
            switch placement {
            case .fresh(let series), .late(let series): batch.readings.append(StoredReading(reading, in: series))
            case .double, .conflict: break
            }
        }
        batch.news = next.takeNews()
        try store.commit(batch)
        directory = next
        return placements
    }
}
