import GRDB
import GatewayModel

/// Reads the long-term statistics of Home Assistant's own SQLite file (developers.home-assistant.io, "Database").
///
/// Opens it for reading only. The hourly table holds, per statistic, the hour's start, and either its mean or the state
/// of a counter at its end; the counter's own state is taken and never Home Assistant's running sum, which jumps where it
/// took a reset for consumption.
public struct HomeAssistantStatistics: Sendable {
    /// One statistic.
    public struct Series: Hashable, Sendable {
        /// Its name, such as `sensor.main_water`.
        public var id: String
        /// The unit as Home Assistant writes it; empty where it has none.
        public var unit: String
        /// True for counters.
        public var isCounter: Bool
        /// How many hours there are.
        public var count: Int
    }

    /// One hour's figure.
    public struct Hour: Hashable, Sendable {
        /// The statistic's name.
        public var id: String
        /// The end of the hour for a counter, its middle for a mean.
        public var time: Instant
        /// The figure as Home Assistant computed it, in binary floating point.
        public var value: Double
    }

    private let database: DatabaseQueue

    /// Opens a file; throws ``StoreError`` where it is none of Home Assistant's.
    public init(path: String) throws(StoreError) {
        do {
            var configuration = Configuration()
            configuration.readonly = true
            database = try DatabaseQueue(path: path, configuration: configuration)
            _ = try database.read { db in
                try Row.fetchOne(db, sql: "SELECT start_ts FROM statistics JOIN statistics_meta LIMIT 1")
            }
        } catch {
            throw StoreError(error, context: "Home Assistant statistics")
        }
    }

    /// What there is, by name.
    public func series() throws -> [Series] {
        try database.read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT statistic_id, coalesce(unit_of_measurement, ''), coalesce(has_sum, 0), count(*)
                    FROM statistics_meta JOIN statistics ON metadata_id = statistics_meta.id
                    GROUP BY statistics_meta.id ORDER BY statistic_id
                    """
            ).map { Series(id: $0[0], unit: $0[1], isCounter: $0[2], count: $0[3]) }
        }
    }

    /// Hands the hours of some statistics to `body`, in order of time.
    public func hours(of ids: [String], _ body: (Hour) throws -> Void) throws {
        let marks = Array(repeating: "?", count: ids.count).joined(separator: ",")
        try database.read { db in
            let rows = try Row.fetchCursor(
                db,
                sql: """
                    SELECT statistic_id, start_ts, CASE WHEN has_sum THEN state ELSE mean END, has_sum
                    FROM statistics JOIN statistics_meta ON metadata_id = statistics_meta.id
                    WHERE statistic_id IN (\(marks)) ORDER BY start_ts, statistic_id
                    """, arguments: StatementArguments(ids))
            while let row = try rows.next() {
                guard let start = row[1] as Double?, let value = row[2] as Double?, value.isFinite,
                    (0..<100_000_000_000).contains(start)
                else { continue }
                let isCounter: Bool = row[3]
                let time = Instant(milliseconds: Int64(start * 1000)).advanced(bySeconds: isCounter ? 3600 : 1800)
                try body(Hour(id: row[0], time: time, value: value))
            }
        }
    }
}
