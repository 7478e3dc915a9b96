import GRDB

/// The tables; migrations are only ever appended, one change each.
enum Schema {
    static func migrator() -> DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("001 first tables") { db in
            for statement in first { try db.execute(sql: statement) }
        }
        migrator.registerMigration("002 meters") { db in
            for statement in meters { try db.execute(sql: statement) }
        }
        migrator.registerMigration("003 what devices tell") { db in
            // What the device's profile knows of the meter behind a register: a sheet, as far as it goes.
            try db.execute(sql: "ALTER TABLE series ADD COLUMN meter TEXT CHECK (meter IS NULL OR json_valid(meter))")
            // What devices say about their own messages: brokers repeat it only to new sessions.
            try db.execute(
                sql: """
                    CREATE TABLE announcement (
                        id INTEGER PRIMARY KEY, topic TEXT NOT NULL UNIQUE, payload BLOB NOT NULL,
                        heard_at INTEGER NOT NULL) STRICT
                    """)
        }
        migrator.registerMigration("004 forgotten days") { db in
            try db.execute(
                sql: """
                    CREATE TABLE forgotten (
                        id INTEGER PRIMARY KEY, sensor TEXT NOT NULL, first_date TEXT NOT NULL, last_date TEXT NOT NULL,
                        at INTEGER NOT NULL) STRICT
                    """)
        }
        migrator.registerMigration("005 hours") { db in
            // A month of hours of a series; days before this are counted from their readings when they are asked for.
            try db.execute(sql: "CREATE TABLE hour_pack (id INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT")
        }
        migrator.registerMigration("006 damage") { db in
            // Rows whose bytes are not what was written: passed over until they are repaired.
            try db.execute(
                sql: """
                    CREATE TABLE damaged (
                        place TEXT NOT NULL CHECK (place IN ('block', 'journal')), id INTEGER NOT NULL,
                        first_time INTEGER NOT NULL, last_time INTEGER NOT NULL, reading_count INTEGER NOT NULL,
                        reason TEXT NOT NULL, PRIMARY KEY (place, id)) STRICT, WITHOUT ROWID
                    """)
        }
        migrator.registerMigration("007 days without readings") { db in
            // Households of whose days before this date the figures were kept and the readings not.
            try db.execute(
                sql: """
                    CREATE TABLE kept_days (sensor TEXT PRIMARY KEY, before_date TEXT NOT NULL) STRICT, WITHOUT ROWID
                    """)
        }
        migrator.registerMigration("008 bindings found") { db in
            // Which sensor a channel measures, and which channels a sensor, is asked for every day and every figure.
            try db.execute(sql: "CREATE INDEX binding_sensor ON binding (sensor)")
            try db.execute(sql: "CREATE INDEX binding_channel ON binding (device, channel)")
        }
        // No table changes: an earlier program would take rows of format 2 for damaged ones, and so refuses the file.
        migrator.registerMigration("009 journal rows by columns") { _ in }
        migrator.registerMigration("010 signatures") { db in
            for statement in provenance { try db.execute(sql: statement) }
        }
        migrator.registerMigration("011 stages") { db in
            // Of which level of a stage rule people were told.
            try db.execute(
                sql: """
                    CREATE TABLE stage_told (
                        resolution INTEGER NOT NULL, name TEXT NOT NULL, level INTEGER NOT NULL CHECK (level >= 0),
                        PRIMARY KEY (resolution, name)) STRICT, WITHOUT ROWID
                    """)
        }
        migrator.registerMigration("012 duty") { db in
            for statement in duty { try db.execute(sql: statement) }
        }
        migrator.registerMigration("013 agenda") { db in
            for statement in agenda { try db.execute(sql: statement) }
        }
        migrator.registerMigration("014 answer links and disputes") { db in
            for statement in links { try db.execute(sql: statement) }
        }
        migrator.registerMigration("015 papers to write and accepted items") { db in
            for statement in papers { try db.execute(sql: statement) }
        }
        migrator.registerMigration("016 pauses that destinations ask for") { db in
            // Until when a destination wants no message (`Retry-After`), so that a restart does not call it early.
            try db.execute(
                sql: """
                    CREATE TABLE destination_rest (destination TEXT PRIMARY KEY, until INTEGER NOT NULL)
                    STRICT, WITHOUT ROWID
                    """)
        }
        migrator.registerMigration("017 what a gap carries into a day") { db in
            for statement in carried { try db.execute(sql: statement) }
        }
        return migrator
    }

    private static let first = identity + readings + people

    private static let identity = [
        // One row per name: what this database is and where its counters stand.
        "CREATE TABLE property (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID",
        """
        CREATE TABLE number (name TEXT PRIMARY KEY, value INTEGER NOT NULL CHECK (value >= 0)) STRICT, WITHOUT ROWID
        """,
        "CREATE TABLE subscription (filter TEXT PRIMARY KEY) STRICT, WITHOUT ROWID",
        """
        CREATE TABLE device (
            id INTEGER PRIMARY KEY, identity TEXT NOT NULL UNIQUE, first_seen INTEGER NOT NULL) STRICT
        """,
        """
        CREATE TABLE stream (
            id INTEGER PRIMARY KEY CHECK (id BETWEEN 1 AND 2147483647),
            device INTEGER NOT NULL REFERENCES device, message TEXT NOT NULL, first_seen INTEGER NOT NULL,
            sealed_through INTEGER NOT NULL DEFAULT 0, next_block INTEGER NOT NULL DEFAULT 1,
            sealed_count INTEGER NOT NULL DEFAULT 0, UNIQUE (device, message)) STRICT
        """,
        """
        CREATE TABLE series (
            id INTEGER PRIMARY KEY CHECK (id >= 1), stream INTEGER NOT NULL REFERENCES stream,
            field TEXT NOT NULL, unit TEXT NOT NULL, quantity TEXT NOT NULL,
            kind TEXT NOT NULL CHECK (kind IN ('gauge', 'register', 'delta', 'state')),
            last_time INTEGER, last_source INTEGER, last_mantissa INTEGER, last_scale INTEGER,
            UNIQUE (stream, field, unit)) STRICT
        """,
        """
        CREATE TABLE sensor (
            id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, retired_at INTEGER) STRICT
        """,
        """
        CREATE TABLE sensor_sheet (
            sensor INTEGER NOT NULL REFERENCES sensor, valid_from INTEGER NOT NULL,
            body TEXT NOT NULL CHECK (json_valid(body)), PRIMARY KEY (sensor, valid_from)) STRICT
        """,
        """
        CREATE TABLE binding (
            id INTEGER PRIMARY KEY, sensor INTEGER NOT NULL REFERENCES sensor, device TEXT NOT NULL,
            channel TEXT NOT NULL, valid_from INTEGER NOT NULL, valid_until INTEGER,
            CHECK (valid_until IS NULL OR valid_until >= valid_from)) STRICT
        """,
        "CREATE UNIQUE INDEX binding_current ON binding (sensor) WHERE valid_until IS NULL",
    ]

    private static let readings = [
        """
        CREATE TABLE journal (
            id INTEGER PRIMARY KEY, committed_at INTEGER NOT NULL, session INTEGER NOT NULL,
            first_time INTEGER, last_time INTEGER, packet_count INTEGER NOT NULL, reading_count INTEGER NOT NULL,
            body BLOB NOT NULL) STRICT
        """,
        """
        CREATE TABLE block (
            id INTEGER PRIMARY KEY, first_time INTEGER NOT NULL, last_time INTEGER NOT NULL,
            reading_count INTEGER NOT NULL, body BLOB NOT NULL, CHECK (first_time <= last_time)) STRICT
        """,
        "CREATE INDEX block_time ON block (id >> 32, first_time, last_time)",
        """
        CREATE TABLE dirty_day (
            series INTEGER NOT NULL REFERENCES series, date TEXT NOT NULL,
            PRIMARY KEY (series, date)) STRICT, WITHOUT ROWID
        """,
        """
        CREATE TABLE dirty_use (
            sensor TEXT NOT NULL, date TEXT NOT NULL, PRIMARY KEY (sensor, date)) STRICT, WITHOUT ROWID
        """,
        """
        CREATE TABLE day_stats (
            series INTEGER NOT NULL REFERENCES series, date TEXT NOT NULL, start_at INTEGER NOT NULL,
            end_at INTEGER NOT NULL, zone TEXT NOT NULL, through_journal INTEGER NOT NULL, count INTEGER NOT NULL,
            scale INTEGER NOT NULL, minimum INTEGER, maximum INTEGER, sum INTEGER, first INTEGER, last INTEGER,
            PRIMARY KEY (series, date)) STRICT, WITHOUT ROWID
        """,
        """
        CREATE TABLE day_use (
            sensor TEXT NOT NULL, date TEXT NOT NULL, start_at INTEGER NOT NULL, end_at INTEGER NOT NULL,
            zone TEXT NOT NULL, through_journal INTEGER NOT NULL, mantissa INTEGER NOT NULL, scale INTEGER NOT NULL,
            unit TEXT NOT NULL, measured_permille INTEGER NOT NULL CHECK (measured_permille BETWEEN 0 AND 1000),
            is_lower_bound INTEGER NOT NULL, PRIMARY KEY (sensor, date)) STRICT, WITHOUT ROWID
        """,
        """
        CREATE TABLE meter_event (
            sensor TEXT NOT NULL, kind TEXT NOT NULL, at INTEGER NOT NULL, state TEXT NOT NULL,
            body TEXT NOT NULL CHECK (json_valid(body)), PRIMARY KEY (sensor, at, kind)) STRICT, WITHOUT ROWID
        """,
        """
        CREATE TABLE put_aside (
            id INTEGER PRIMARY KEY, at INTEGER NOT NULL, reason TEXT NOT NULL, topic TEXT NOT NULL,
            payload BLOB NOT NULL, series INTEGER REFERENCES series, explanation TEXT NOT NULL) STRICT
        """,
        "CREATE TABLE counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID",
    ]

    private static let meters = [
        // What people decided about meters, and which readings they set aside; rows are only ever added or dated.
        """
        CREATE TABLE meter_decision (
            id INTEGER PRIMARY KEY, sensor TEXT NOT NULL, at INTEGER NOT NULL,
            body TEXT NOT NULL CHECK (json_valid(body))) STRICT
        """,
        "CREATE INDEX meter_decision_sensor ON meter_decision (sensor)",
        """
        CREATE TABLE set_aside (
            id INTEGER PRIMARY KEY, sensor TEXT NOT NULL, from_time INTEGER NOT NULL, until_time INTEGER NOT NULL,
            why TEXT NOT NULL, person TEXT NOT NULL, at INTEGER NOT NULL, lifted_at INTEGER,
            CHECK (from_time < until_time)) STRICT
        """,
        // Whose message was put aside, and what a person did with it: released or dropped.
        "ALTER TABLE put_aside ADD COLUMN device TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE put_aside ADD COLUMN settled TEXT CHECK (settled IN ('released', 'dropped'))",
        // History brought along from files; its readings count from the finish on, until it is undone.
        """
        CREATE TABLE import_run (
            id INTEGER PRIMARY KEY, file TEXT NOT NULL, sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
            person TEXT NOT NULL, started_at INTEGER NOT NULL, finished_at INTEGER, undone_at INTEGER,
            reading_count INTEGER NOT NULL DEFAULT 0) STRICT
        """,
        // Messages that came while nobody knew what time it was, by the machine's start and the time since then.
        """
        CREATE TABLE held_message (
            id INTEGER PRIMARY KEY, boot TEXT NOT NULL, uptime INTEGER NOT NULL, topic TEXT NOT NULL,
            payload BLOB NOT NULL, qos INTEGER NOT NULL, waited_longest INTEGER, waited_least INTEGER,
            known_before INTEGER) STRICT
        """,
        // What reports said when they were closed; the newest edition of a month is the one that later changes are told of.
        """
        CREATE TABLE closed_report (
            id INTEGER PRIMARY KEY, month TEXT NOT NULL, body TEXT NOT NULL CHECK (json_valid(body))) STRICT
        """,
        // How the meter stood at the end of the day, where the next day goes on.
        "ALTER TABLE day_use ADD COLUMN meter TEXT",
        // Which series count for which sensor, and when: those of its devices, and what people read themselves.
        """
        CREATE VIEW sensor_series AS
            SELECT sensor.name AS sensor, series.id AS series, valid_from, valid_until FROM binding
            JOIN sensor ON sensor.id = binding.sensor JOIN device ON device.identity = binding.device
            JOIN stream ON stream.device = device.id
            JOIN series ON series.stream = stream.id AND series.field = binding.channel
            UNION ALL
            SELECT sensor.name, series.id, -9223372036854775808, NULL FROM sensor
            JOIN device ON device.identity = 'by-hand/' || sensor.name
            JOIN stream ON stream.device = device.id JOIN series ON series.stream = stream.id
            UNION ALL
            SELECT series.field, series.id, -9223372036854775808, NULL FROM import_run
            JOIN device ON device.identity = 'imported/' || import_run.id
            JOIN stream ON stream.device = device.id JOIN series ON series.stream = stream.id
            WHERE finished_at IS NOT NULL AND undone_at IS NULL
        """,
    ]

    private static let people =
        [
            """
            CREATE TABLE resolution (
                number INTEGER PRIMARY KEY, body BLOB NOT NULL, sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
                adopted_by TEXT NOT NULL, adopted_at INTEGER NOT NULL) STRICT
            """,
            """
            CREATE TABLE alert (
                id TEXT PRIMARY KEY, number INTEGER NOT NULL UNIQUE, state TEXT NOT NULL, onset INTEGER NOT NULL,
                closed_at INTEGER, body TEXT NOT NULL CHECK (json_valid(body))) STRICT
            """,
            "CREATE INDEX alert_open ON alert (number) WHERE state <> 'closed'",
            """
            CREATE TABLE limit_transition (
                id INTEGER PRIMARY KEY, detected_at INTEGER NOT NULL, resolution INTEGER NOT NULL, name TEXT NOT NULL,
                body TEXT NOT NULL CHECK (json_valid(body))) STRICT
            """,
            "CREATE INDEX limit_transition_time ON limit_transition (detected_at)",
            """
            CREATE TABLE outbox (
                id INTEGER PRIMARY KEY, key TEXT NOT NULL, destination TEXT NOT NULL,
                body TEXT NOT NULL CHECK (json_valid(body)),
                state TEXT NOT NULL
                CHECK (state IN ('pending', 'sending', 'unknown', 'sent', 'dropped', 'failed', 'dead')),
                attempts INTEGER NOT NULL DEFAULT 0, next_at INTEGER NOT NULL, created_at INTEGER NOT NULL,
                remote_id TEXT, reason TEXT NOT NULL DEFAULT '', digest TEXT,
                UNIQUE (destination, key)) STRICT
            """,
            "CREATE INDEX outbox_due ON outbox (destination, next_at) WHERE state IN ('pending', 'sending', 'unknown')",
            "CREATE TABLE record (number INTEGER PRIMARY KEY, body BLOB NOT NULL, hash BLOB NOT NULL) STRICT",
            """
            CREATE TABLE record_text (
                record INTEGER NOT NULL REFERENCES record, name TEXT NOT NULL, salt BLOB NOT NULL, text TEXT NOT NULL,
                PRIMARY KEY (record, name)) STRICT
            """,
        ]
        + ["record", "resolution"].flatMap { table in
            ["UPDATE", "DELETE"].map { action in
                """
                CREATE TRIGGER \(table)_no_\(action.lowercased()) BEFORE \(action) ON \(table)
                BEGIN SELECT RAISE(ABORT, '\(table) is append-only'); END
                """
            }
        }
}
