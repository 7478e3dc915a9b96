PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY);
INSERT INTO grdb_migrations VALUES('001 first tables');
INSERT INTO grdb_migrations VALUES('002 meters');
INSERT INTO grdb_migrations VALUES('003 what devices tell');
INSERT INTO grdb_migrations VALUES('004 forgotten days');
INSERT INTO grdb_migrations VALUES('005 hours');
CREATE TABLE property (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO property VALUES('client_id','commons-7');
INSERT INTO property VALUES('community','village');
INSERT INTO property VALUES('ended','cleanly');
INSERT INTO property VALUES('kind','real');
CREATE TABLE number (name TEXT PRIMARY KEY, value INTEGER NOT NULL CHECK (value >= 0)) STRICT, WITHOUT ROWID;
CREATE TABLE subscription (filter TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
CREATE TABLE device (
    id INTEGER PRIMARY KEY, identity TEXT NOT NULL UNIQUE, first_seen INTEGER NOT NULL) STRICT;
INSERT INTO device VALUES(1,'plug',0);
CREATE TABLE stream (
    id INTEGER PRIMARY KEY CHECK (id BETWEEN 1 AND 2147483647),
    device INTEGER NOT NULL REFERENCES device, message TEXT NOT NULL, first_seen INTEGER NOT NULL,
    sealed_through INTEGER NOT NULL DEFAULT 0, next_block INTEGER NOT NULL DEFAULT 1,
    sealed_count INTEGER NOT NULL DEFAULT 0, UNIQUE (device, message)) STRICT;
INSERT INTO stream VALUES(1,1,'',0,0,1,0);
CREATE TABLE series (
    id INTEGER PRIMARY KEY CHECK (id >= 1), stream INTEGER NOT NULL REFERENCES stream,
    field TEXT NOT NULL, unit TEXT NOT NULL, quantity TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('gauge', 'register', 'delta', 'state')),
    last_time INTEGER, last_source INTEGER, last_mantissa INTEGER, last_scale INTEGER, meter TEXT CHECK (meter IS NULL OR json_valid(meter)),
    UNIQUE (stream, field, unit)) STRICT;
INSERT INTO series VALUES(1,1,'power','W','p','gauge',NULL,NULL,NULL,NULL,NULL);
CREATE TABLE sensor (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, retired_at INTEGER) STRICT;
CREATE TABLE sensor_sheet (
    sensor INTEGER NOT NULL REFERENCES sensor, valid_from INTEGER NOT NULL,
    body TEXT NOT NULL CHECK (json_valid(body)), PRIMARY KEY (sensor, valid_from)) STRICT;
CREATE TABLE binding (
    id INTEGER PRIMARY KEY, sensor INTEGER NOT NULL REFERENCES sensor, device TEXT NOT NULL,
    channel TEXT NOT NULL, valid_from INTEGER NOT NULL, valid_until INTEGER,
    CHECK (valid_until IS NULL OR valid_until >= valid_from)) STRICT;
CREATE TABLE journal (
    id INTEGER PRIMARY KEY, committed_at INTEGER NOT NULL, session INTEGER NOT NULL,
    first_time INTEGER, last_time INTEGER, packet_count INTEGER NOT NULL, reading_count INTEGER NOT NULL,
    body BLOB NOT NULL) STRICT;
INSERT INTO journal VALUES(1,0,0,1790000000000,1790000000000,0,1,X'0100010280b083c598688054009709e77f');
CREATE TABLE block (
    id INTEGER PRIMARY KEY, first_time INTEGER NOT NULL, last_time INTEGER NOT NULL,
    reading_count INTEGER NOT NULL, body BLOB NOT NULL, CHECK (first_time <= last_time)) STRICT;
CREATE TABLE dirty_day (
    series INTEGER NOT NULL REFERENCES series, date TEXT NOT NULL,
    PRIMARY KEY (series, date)) STRICT, WITHOUT ROWID;
CREATE TABLE dirty_use (
    sensor TEXT NOT NULL, date TEXT NOT NULL, PRIMARY KEY (sensor, date)) STRICT, WITHOUT ROWID;
CREATE TABLE day_stats (
    series INTEGER NOT NULL REFERENCES series, date TEXT NOT NULL, start_at INTEGER NOT NULL,
    end_at INTEGER NOT NULL, zone TEXT NOT NULL, through_journal INTEGER NOT NULL, count INTEGER NOT NULL,
    scale INTEGER NOT NULL, minimum INTEGER, maximum INTEGER, sum INTEGER, first INTEGER, last INTEGER,
    PRIMARY KEY (series, date)) STRICT, WITHOUT ROWID;
CREATE TABLE day_use (
    sensor TEXT NOT NULL, date TEXT NOT NULL, start_at INTEGER NOT NULL, end_at INTEGER NOT NULL,
    zone TEXT NOT NULL, through_journal INTEGER NOT NULL, mantissa INTEGER NOT NULL, scale INTEGER NOT NULL,
    unit TEXT NOT NULL, measured_permille INTEGER NOT NULL CHECK (measured_permille BETWEEN 0 AND 1000),
    is_lower_bound INTEGER NOT NULL, meter TEXT, PRIMARY KEY (sensor, date)) STRICT, WITHOUT ROWID;
CREATE TABLE meter_event (
    sensor TEXT NOT NULL, kind TEXT NOT NULL, at INTEGER NOT NULL, state TEXT NOT NULL,
    body TEXT NOT NULL CHECK (json_valid(body)), PRIMARY KEY (sensor, at, kind)) STRICT, WITHOUT ROWID;
CREATE TABLE put_aside (
    id INTEGER PRIMARY KEY, at INTEGER NOT NULL, reason TEXT NOT NULL, topic TEXT NOT NULL,
    payload BLOB NOT NULL, series INTEGER REFERENCES series, explanation TEXT NOT NULL, device TEXT NOT NULL DEFAULT '', settled TEXT CHECK (settled IN ('released', 'dropped'))) STRICT;
CREATE TABLE counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE resolution (
    number INTEGER PRIMARY KEY, body BLOB NOT NULL, sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
    adopted_by TEXT NOT NULL, adopted_at INTEGER NOT NULL) STRICT;
INSERT INTO resolution VALUES(1,X'4173206d696e757465642e','7920ccae6b0d779d7fd87fecc240c0188ee21daf85f52397052ebbedd81aad29','Ana',0);
CREATE TABLE alert (
    id TEXT PRIMARY KEY, number INTEGER NOT NULL UNIQUE, state TEXT NOT NULL, onset INTEGER NOT NULL,
    closed_at INTEGER, body TEXT NOT NULL CHECK (json_valid(body))) STRICT;
CREATE TABLE limit_transition (
    id INTEGER PRIMARY KEY, detected_at INTEGER NOT NULL, resolution INTEGER NOT NULL, name TEXT NOT NULL,
    body TEXT NOT NULL CHECK (json_valid(body))) STRICT;
CREATE TABLE outbox (
    id INTEGER PRIMARY KEY, key TEXT NOT NULL, destination TEXT NOT NULL,
    body TEXT NOT NULL CHECK (json_valid(body)),
    state TEXT NOT NULL
    CHECK (state IN ('pending', 'sending', 'unknown', 'sent', 'dropped', 'failed', 'dead')),
    attempts INTEGER NOT NULL DEFAULT 0, next_at INTEGER NOT NULL, created_at INTEGER NOT NULL,
    remote_id TEXT, reason TEXT NOT NULL DEFAULT '', digest TEXT,
    UNIQUE (destination, key)) STRICT;
CREATE TABLE record (number INTEGER PRIMARY KEY, body BLOB NOT NULL, hash BLOB NOT NULL) STRICT;
CREATE TABLE record_text (
    record INTEGER NOT NULL REFERENCES record, name TEXT NOT NULL, salt BLOB NOT NULL, text TEXT NOT NULL,
    PRIMARY KEY (record, name)) STRICT;
CREATE TABLE meter_decision (
    id INTEGER PRIMARY KEY, sensor TEXT NOT NULL, at INTEGER NOT NULL,
    body TEXT NOT NULL CHECK (json_valid(body))) STRICT;
CREATE TABLE set_aside (
    id INTEGER PRIMARY KEY, sensor TEXT NOT NULL, from_time INTEGER NOT NULL, until_time INTEGER NOT NULL,
    why TEXT NOT NULL, person TEXT NOT NULL, at INTEGER NOT NULL, lifted_at INTEGER,
    CHECK (from_time < until_time)) STRICT;
CREATE TABLE import_run (
    id INTEGER PRIMARY KEY, file TEXT NOT NULL, sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
    person TEXT NOT NULL, started_at INTEGER NOT NULL, finished_at INTEGER, undone_at INTEGER,
    reading_count INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE TABLE held_message (
    id INTEGER PRIMARY KEY, boot TEXT NOT NULL, uptime INTEGER NOT NULL, topic TEXT NOT NULL,
    payload BLOB NOT NULL, qos INTEGER NOT NULL, waited_longest INTEGER, waited_least INTEGER,
    known_before INTEGER) STRICT;
CREATE TABLE closed_report (
    id INTEGER PRIMARY KEY, month TEXT NOT NULL, body TEXT NOT NULL CHECK (json_valid(body))) STRICT;
CREATE TABLE announcement (
    id INTEGER PRIMARY KEY, topic TEXT NOT NULL UNIQUE, payload BLOB NOT NULL,
    heard_at INTEGER NOT NULL) STRICT;
CREATE TABLE forgotten (
    id INTEGER PRIMARY KEY, sensor TEXT NOT NULL, first_date TEXT NOT NULL, last_date TEXT NOT NULL,
    at INTEGER NOT NULL) STRICT;
CREATE TABLE hour_pack (id INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT;
CREATE UNIQUE INDEX binding_current ON binding (sensor) WHERE valid_until IS NULL;
CREATE INDEX block_time ON block (id >> 32, first_time, last_time);
CREATE INDEX alert_open ON alert (number) WHERE state <> 'closed';
CREATE INDEX limit_transition_time ON limit_transition (detected_at);
CREATE INDEX outbox_due ON outbox (destination, next_at) WHERE state IN ('pending', 'sending', 'unknown');
CREATE TRIGGER record_no_update BEFORE UPDATE ON record
BEGIN SELECT RAISE(ABORT, 'record is append-only'); END;
CREATE TRIGGER record_no_delete BEFORE DELETE ON record
BEGIN SELECT RAISE(ABORT, 'record is append-only'); END;
CREATE TRIGGER resolution_no_update BEFORE UPDATE ON resolution
BEGIN SELECT RAISE(ABORT, 'resolution is append-only'); END;
CREATE TRIGGER resolution_no_delete BEFORE DELETE ON resolution
BEGIN SELECT RAISE(ABORT, 'resolution is append-only'); END;
CREATE INDEX meter_decision_sensor ON meter_decision (sensor);
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
    WHERE finished_at IS NOT NULL AND undone_at IS NULL;
COMMIT;
