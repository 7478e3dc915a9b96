import GRDB
import GatewayModel

extension Store {
    /// The series that count for a sensor, past ones too: those of its devices, people's readings, imports.
    public func series(of sensor: SensorID) throws(StoreError) -> [SeriesID] {
        try read("series") { db in
            try Int64.fetchAll(
                db, sql: "SELECT DISTINCT series FROM sensor_series WHERE sensor = ? ORDER BY series",
                arguments: [sensor.rawValue]
            ).map(SeriesID.init(rawValue:))
        }
    }

    /// The time of the oldest reading; nil where there is none.
    public func firstReading() throws(StoreError) -> Instant? {
        try read("readings") { db in
            try BlockTable.ends(nil, db).map { Instant(milliseconds: $0.lowerBound) }
        }
    }

    /// Hands readings to `body` in time order, from blocks and journal; readings of one time come by series.
    ///
    /// Streams: a slice of time at a time is read in one snapshot each, so that a long export neither fills the memory
    /// nor keeps the log from wrapping. `body` runs outside of any snapshot on the caller's thread and may end the
    /// reading by throwing; its error is passed on. Otherwise throws ``StoreError``. Stored bytes that are damaged are
    /// passed over and stand in ``damage`` afterwards; `strictly` they end the reading with `corrupt`.
    public func readings(
        _ query: ReadingQuery, strictly: Bool = false, _ body: (StoredReading) throws -> Void
    ) throws {
        var slices = try ReadingSlices(self, query, strictly: strictly)
        while let slice = try slices.next() {
            for reading in slice { try body(reading) }
        }
    }

    /// The same, collected; for short periods only.
    public func readings(_ query: ReadingQuery) throws(StoreError) -> [StoredReading] {
        var found: [StoredReading] = []
        do {
            try readings(query) { found.append($0) }
        } catch {
            throw StoreError(error, context: "readings")
        }
        return found
    }
}
