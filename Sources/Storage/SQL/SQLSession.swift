import Foundation
import GRDBSQLite
import GatewayModel

/// A connection for one's own questions in SQL: it can only read, and shows households only where that was allowed.
///
/// Beside the ordinary tables of docs/storage.md there are `readings` and `hours`. Used on one thread.
public final class SQLSession {
    /// What may be seen.
    public enum Access: Hashable, Sendable {
        /// Everything, which was said why and recorded before.
        case all
        /// These sensors of the community, and what is nobody's in particular.
        case community(Set<SensorID>)
    }

    /// Tables that say nothing of how a household lives.
    private static let harmless: Set<String> = [
        "property", "number", "device", "stream", "sensor", "sensor_sheet", "binding", "sensor_series", "resolution",
        "record", "forgotten", "sqlite_master", "sqlite_schema", "readings", "hours", "json_each", "json_tree",
        "generate_series",
    ]
    /// Ordinary tables of which the community's rows are shown through a view of the same name.
    private static let filtered: Set<String> = ["day_use", "day_stats"]
    /// SQLite names the view that reads a table, and calls a WITH clause a view too: nobody else can know this name.
    private let shade = "shade_" + String(UInt64.random(in: .min ... .max), radix: 36)
    private static let openColumns: Set<String> = ["id", "stream", "field", "unit", "quantity", "kind", ""]

    private let store: Store
    private let connection: OpaquePointer
    private let isGuarded: Bool
    private var refused: String?

    /// Opens a further connection to the store's database; local days are those of the zone.
    public init(_ store: Store, zone: Zone, access: Access) throws {
        self.store = store
        var connection: OpaquePointer?
        let path = store.folder + "/" + Store.databaseName
        guard sqlite3_open_v2(path, &connection, SQLITE_OPEN_READONLY, nil) == SQLITE_OK, let connection else {
            let cause = connection.map { String(cString: sqlite3_errmsg($0)) } ?? ""
            sqlite3_close_v2(connection)
            throw StoreError(.ioError, "sql", cause: cause, remedy: "Check the data folder.")
        }
        self.connection = connection
        sqlite3_busy_timeout(connection, 10_000)
        switch access {
        case .all:
            isGuarded = false
            try register(SeriesPlaces(store, zone: zone, visible: nil), store.disputes(openOnly: true))
        case .community(let sensors):
            isGuarded = true
            let places = try SeriesPlaces(store, zone: zone, visible: sensors)
            // What was about a household when it was opened stays its business.
            try register(
                places,
                store.disputes(openOnly: true).filter { dispute in
                    !dispute.isHousehold && dispute.sensor.map(sensors.contains) ?? true
                })
            try shade(sensors, places)
        }
        try plain("PRAGMA query_only = ON")
        let own = Unmanaged.passUnretained(self).toOpaque()
        sqlite3_set_authorizer(
            connection,
            { own, action, first, second, database, view in
                guard let own else { return SQLITE_DENY }
                return Unmanaged<SQLSession>.fromOpaque(own).takeUnretainedValue().judge(
                    action, first.map { String(cString: $0) } ?? "", second.map { String(cString: $0) } ?? "",
                    isOurs: database.map { String(cString: $0) } == "temp", view: view.map { String(cString: $0) })
            }, own)
    }

    deinit {
        sqlite3_close_v2(connection)
    }

    /// Runs one statement and hands over its rows; `header` gets the columns' names first.
    ///
    /// - Throws: ``StoreError`` `invalid` with SQLite's words where the statement cannot be run, or what the bodies throw.
    public func run(_ sql: String, header: ([String]) throws -> Void, row: ([SQLValue]) throws -> Void) throws {
        refused = nil
        var statement: OpaquePointer?
        let rest = try sql.withCString { text -> String in
            var tail: UnsafePointer<CChar>?
            guard sqlite3_prepare_v2(connection, text, -1, &statement, &tail) == SQLITE_OK else { throw error() }
            return tail.map { String(cString: $0) } ?? ""
        }
        defer { sqlite3_finalize(statement) }
        guard let statement else {
            throw StoreError(.invalid, "sql", cause: "there is no statement", remedy: "Write one, such as SELECT 1.")
        }
        guard rest.allSatisfy({ $0.isWhitespace || $0 == ";" }) else {
            throw StoreError(.invalid, "sql", cause: "more than one statement", remedy: "Run one at a time.")
        }
        let columns = 0..<sqlite3_column_count(statement)
        try header(columns.map { String(cString: sqlite3_column_name(statement, $0)) })
        while true {
            switch sqlite3_step(statement) {
            case SQLITE_ROW: try row(columns.map { SQLValue(statement, column: $0) })
            case SQLITE_DONE: return
            default: throw error()
            }
        }
    }

    private func register(_ places: SeriesPlaces, _ disputes: [Dispute]) throws {
        try list(disputes)
        for (name, table) in [
            ("readings", ReadingsTable.table(store, places, disputes)), ("hours", HoursTable.table(store, places)),
        ] {
            guard table.register(name, connection) == SQLITE_OK else { throw error() }
            // Makes the table now, before making tables is refused.
            try plain("SELECT * FROM \(name) LIMIT 0")
        }
    }

    /// Makes the table of what people say is wrong, as far as it may be shown: readings, figures and alerts.
    private func list(_ disputes: [Dispute]) throws {
        try plain(
            """
            CREATE TEMP TABLE disputed (number INTEGER, sensor TEXT, from_time TEXT, until_time TEXT, resource TEXT,
            role TEXT, month TEXT, alert INTEGER)
            """)
        for dispute in disputes {
            func quoted(_ text: String) -> String { "'\(text.replacing("'", with: "''"))'" }
            let place =
                switch dispute.subject {
                case .readings(let sensor, let from, let until):
                    [
                        quoted(sensor.rawValue), quoted(SQLTime.text(from.milliseconds)),
                        quoted(SQLTime.text(until.milliseconds)), "NULL", "NULL", "NULL", "NULL",
                    ]
                case .figure(let resource, let month, let role):
                    [
                        "NULL", "NULL", "NULL", quoted(resource.rawValue), role.map { quoted($0.rawValue) } ?? "NULL",
                        quoted(month.description), "NULL",
                    ]
                case .alert(let number): ["NULL", "NULL", "NULL", "NULL", "NULL", "NULL", "\(number)"]
                }
            try plain("INSERT INTO disputed VALUES (\(dispute.number), \(place.joined(separator: ", ")))")
        }
    }

    /// Puts views in front of tables with rows of households.
    private func shade(_ sensors: Set<SensorID>, _ places: SeriesPlaces) throws {
        try plain("CREATE TEMP TABLE community_sensor (name TEXT PRIMARY KEY)")
        try plain("CREATE TEMP TABLE community_series (series INTEGER, valid_from INTEGER, valid_until INTEGER)")
        for sensor in sensors.sorted() {
            try plain("INSERT INTO community_sensor VALUES ('\(sensor.rawValue.replacing("'", with: "''"))')")
        }
        for (series, entry) in places.entries {
            var times = entry.places.filter { sensors.contains($0.sensor) }.map(\.times)
            if entry.places.isEmpty, entry.isUnboundVisible { times = [Int64.min..<Int64.max] }
            for time in times {
                try plain(
                    "INSERT INTO community_series VALUES (\(series.rawValue), \(time.lowerBound), \(time.upperBound))")
            }
        }
        let conditions = [
            "day_use": "sensor IN (SELECT name FROM community_sensor)",
            "day_stats": """
            EXISTS (SELECT 1 FROM community_series AS c WHERE c.series = d.series
            AND valid_from <= start_at AND valid_until >= end_at)
            """,
        ]
        for (table, condition) in conditions {
            try plain("CREATE TEMP VIEW \(shade)_\(table) AS SELECT * FROM main.\(table) AS d WHERE \(condition)")
            try plain("CREATE TEMP VIEW \(table) AS SELECT * FROM \(shade)_\(table)")
        }
    }

    /// Allows reading alone. What is temporary was made here, before making anything was refused.
    private func judge(_ action: Int32, _ first: String, _ second: String, isOurs: Bool, view: String?) -> Int32 {
        switch action {
        case SQLITE_SELECT, SQLITE_RECURSIVE: return SQLITE_OK
        case SQLITE_FUNCTION: return second == "load_extension" ? SQLITE_DENY : SQLITE_OK
        case SQLITE_PRAGMA:
            return ["table_info", "table_xinfo", "table_list", "index_list", "index_info"].contains(first)
                ? SQLITE_OK : SQLITE_DENY
        case SQLITE_READ:
            let table = first.lowercased()
            let isOpen =
                !isGuarded || (isOurs && !table.hasPrefix("sqlite_")) || SQLSession.harmless.contains(table)
                || table.hasPrefix("pragma_")
                || (table == "series" && SQLSession.openColumns.contains(second.lowercased()))
                || (SQLSession.filtered.contains(table) && view == "\(shade)_\(table)")
            if !isOpen { refused = table }
            return isOpen ? SQLITE_OK : SQLITE_DENY
        default: return SQLITE_DENY
        }
    }

    private func plain(_ sql: String) throws {
        guard sqlite3_exec(connection, sql, nil, nil, nil) == SQLITE_OK else { throw error() }
    }

    private func error() -> StoreError {
        let cause = String(cString: sqlite3_errmsg(connection))
        if let refused {
            return StoreError(
                .invalid, "sql", cause: "\(refused) may tell how households live",
                remedy: "Say why with --why REASON, which they see; or ask readings, hours, day_use or day_stats.")
        }
        switch sqlite3_errcode(connection) {
        case SQLITE_AUTH:
            return StoreError(
                .invalid, "sql", cause: "only questions are allowed (\(cause))", remedy: "Write a SELECT statement.")
        case SQLITE_CORRUPT, SQLITE_NOTADB:
            return StoreError(.corrupt, "sql", cause: cause, remedy: "Run `commons doctor`.")
        default:
            return StoreError(.invalid, "sql", cause: cause, remedy: "Mend the statement; docs/sql.md has examples.")
        }
    }
}
