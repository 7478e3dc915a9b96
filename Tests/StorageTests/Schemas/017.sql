PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY);
INSERT INTO grdb_migrations VALUES('001 first tables');
INSERT INTO grdb_migrations VALUES('002 meters');
INSERT INTO grdb_migrations VALUES('003 what devices tell');
INSERT INTO grdb_migrations VALUES('004 forgotten days');
INSERT INTO grdb_migrations VALUES('005 hours');
INSERT INTO grdb_migrations VALUES('006 damage');
INSERT INTO grdb_migrations VALUES('007 days without readings');
INSERT INTO grdb_migrations VALUES('008 bindings found');
INSERT INTO grdb_migrations VALUES('009 journal rows by columns');
INSERT INTO grdb_migrations VALUES('010 signatures');
INSERT INTO grdb_migrations VALUES('011 stages');
INSERT INTO grdb_migrations VALUES('012 duty');
INSERT INTO grdb_migrations VALUES('013 agenda');
INSERT INTO grdb_migrations VALUES('014 answer links and disputes');
INSERT INTO grdb_migrations VALUES('015 papers to write and accepted items');
INSERT INTO grdb_migrations VALUES('016 pauses that destinations ask for');
INSERT INTO grdb_migrations VALUES('017 what a gap carries into a day');
CREATE TABLE property (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO property VALUES('client_id','commons-9ad326960ead2bb1');
INSERT INTO property VALUES('community','village');
INSERT INTO property VALUES('created_at','2026-09-21T14:13:20Z');
INSERT INTO property VALUES('ended','cleanly');
INSERT INTO property VALUES('kind','real');
CREATE TABLE number (name TEXT PRIMARY KEY, value INTEGER NOT NULL CHECK (value >= 0)) STRICT, WITHOUT ROWID;
INSERT INTO number VALUES('journal',2);
INSERT INTO number VALUES('series',1);
INSERT INTO number VALUES('stream',1);
CREATE TABLE subscription (filter TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
CREATE TABLE device (
    id INTEGER PRIMARY KEY, identity TEXT NOT NULL UNIQUE, first_seen INTEGER NOT NULL) STRICT;
INSERT INTO device VALUES(1,'plug',1790000000000);
CREATE TABLE stream (
    id INTEGER PRIMARY KEY CHECK (id BETWEEN 1 AND 2147483647),
    device INTEGER NOT NULL REFERENCES device, message TEXT NOT NULL, first_seen INTEGER NOT NULL,
    sealed_through INTEGER NOT NULL DEFAULT 0, next_block INTEGER NOT NULL DEFAULT 1,
    sealed_count INTEGER NOT NULL DEFAULT 0, UNIQUE (device, message)) STRICT;
INSERT INTO stream VALUES(1,1,'',1790000000000,2,2,48);
CREATE TABLE series (
    id INTEGER PRIMARY KEY CHECK (id >= 1), stream INTEGER NOT NULL REFERENCES stream,
    field TEXT NOT NULL, unit TEXT NOT NULL, quantity TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('gauge', 'register', 'delta', 'state')),
    last_time INTEGER, last_source INTEGER, last_mantissa INTEGER, last_scale INTEGER, meter TEXT CHECK (meter IS NULL OR json_valid(meter)),
    UNIQUE (stream, field, unit)) STRICT;
INSERT INTO series VALUES(1,1,'power','W','active_power','gauge',1790169200000,0,43,0,NULL);
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
INSERT INTO journal VALUES(3,1790000000000,1,1790172800000,1790255600000,1,24,X'0201000106070000000000000018000302001600010c8090e9e9996880bab703001500000302001600020017020b54014993264d9a3469d20490a41698');
CREATE TABLE block (
    id INTEGER PRIMARY KEY, first_time INTEGER NOT NULL, last_time INTEGER NOT NULL,
    reading_count INTEGER NOT NULL, body BLOB NOT NULL, CHECK (first_time <= last_time)) STRICT;
INSERT INTO block VALUES(4294967297,1790000000000,1790169200000,48,X'02300100010c80b083c5986880bab703002d0001030050030003c80f00021450014993264d9a3469d2c4a44993264d9a346902bba4f888');
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
INSERT INTO day_stats VALUES(1,'2026-09-21',1789948800000,1790035200000,'UTC',3,10,0,40,42,409,40,40);
INSERT INTO day_stats VALUES(1,'2026-09-22',1790035200000,1790121600000,'UTC',3,24,0,40,43,994,41,41);
INSERT INTO day_stats VALUES(1,'2026-09-23',1790121600000,1790208000000,'UTC',3,24,0,41,44,1018,42,42);
INSERT INTO day_stats VALUES(1,'2026-09-24',1790208000000,1790294400000,'UTC',3,14,0,42,44,603,43,44);
CREATE TABLE day_use (
    sensor TEXT NOT NULL, date TEXT NOT NULL, start_at INTEGER NOT NULL, end_at INTEGER NOT NULL,
    zone TEXT NOT NULL, through_journal INTEGER NOT NULL, mantissa INTEGER NOT NULL, scale INTEGER NOT NULL,
    unit TEXT NOT NULL, measured_permille INTEGER NOT NULL CHECK (measured_permille BETWEEN 0 AND 1000),
    is_lower_bound INTEGER NOT NULL, meter TEXT, carried_since TEXT, carried_mantissa INTEGER, carried_scale INTEGER, PRIMARY KEY (sensor, date)) STRICT, WITHOUT ROWID;
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
INSERT INTO resolution VALUES(1,X'2d2d2d0a6e756d6265723a20310a2d2d2d0a','86d122e6a0c23bb9a5afbef8c0dd99c76a42b8126de9da4f38623b55dea5edcd','Rosa',1790000000000);
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
INSERT INTO record VALUES(1,X'7b226174223a313739303030303030303030302c226661637473223a7b226e756d626572223a2231227d2c226b696e64223a22616c6572742e726169736564222c227465787473223a7b22706572736f6e223a2236656332323962333130633033666131326635623661396262326264626334663038666331333937313433383161356238643831636139643737336632633566227d7d',X'7cea8efd030589ac077ce6ce6c8a105e8cf7556fd03b925925584ff253f3314f');
INSERT INTO record VALUES(2,X'7b226174223a313739303030303030303030302c226661637473223a7b227265736f6c7574696f6e223a2231222c22736861323536223a2238366431323265366130633233626239613561666265663863306464393963373661343262383132366465396461346633383632336235356465613565646364227d2c226b696e64223a226c696d6974732e61646f70746564222c227465787473223a7b7d7d',X'5fdb981bd7361f0565ad7980d8c3a91dd66c3aa4958457ed8b6222e24895b367');
CREATE TABLE record_text (
    record INTEGER NOT NULL REFERENCES record, name TEXT NOT NULL, salt BLOB NOT NULL, text TEXT NOT NULL,
    PRIMARY KEY (record, name)) STRICT;
INSERT INTO record_text VALUES(1,'person',X'207ab9a5c46e0fe409b9bf745c31859a','Rosa');
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
INSERT INTO hour_pack VALUES(1072896,X'01000403032a000348010c80dca1c4986880bab7030045000302004600020047021d50014993264d9a3469d2c4a44993264d9a346962d2a44993264d9a3401000200470002004766c56fd6');
CREATE TABLE damaged (
    place TEXT NOT NULL CHECK (place IN ('block', 'journal')), id INTEGER NOT NULL,
    first_time INTEGER NOT NULL, last_time INTEGER NOT NULL, reading_count INTEGER NOT NULL,
    reason TEXT NOT NULL, PRIMARY KEY (place, id)) STRICT, WITHOUT ROWID;
CREATE TABLE kept_days (sensor TEXT PRIMARY KEY, before_date TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE resolution_signature (
    resolution INTEGER NOT NULL REFERENCES resolution, name TEXT NOT NULL, armour TEXT NOT NULL,
    PRIMARY KEY (resolution, name)) STRICT, WITHOUT ROWID;
CREATE TABLE recovery (
    id INTEGER PRIMARY KEY, number INTEGER NOT NULL, sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
    body BLOB NOT NULL, begun_by TEXT NOT NULL, begun_at INTEGER NOT NULL, ended_at INTEGER,
    outcome TEXT CHECK (outcome IN ('adopted', 'withdrawn', 'overtaken')),
    CHECK ((ended_at IS NULL) = (outcome IS NULL))) STRICT;
CREATE TABLE stage_told (
    resolution INTEGER NOT NULL, name TEXT NOT NULL, level INTEGER NOT NULL CHECK (level >= 0),
    PRIMARY KEY (resolution, name)) STRICT, WITHOUT ROWID;
CREATE TABLE switched_off (
    subject TEXT PRIMARY KEY, body TEXT NOT NULL CHECK (json_valid(body))) STRICT, WITHOUT ROWID;
CREATE TABLE duty_mark (
    kind TEXT NOT NULL, name TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (kind, name))
    STRICT, WITHOUT ROWID;
CREATE TABLE agenda_draft (meeting TEXT PRIMARY KEY, mailed_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE agenda_paper (
    meeting TEXT NOT NULL, file TEXT NOT NULL, sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
    is_edited INTEGER NOT NULL CHECK (is_edited IN (0, 1)), PRIMARY KEY (meeting, file))
    STRICT, WITHOUT ROWID;
CREATE TABLE closed_page (
    report INTEGER NOT NULL REFERENCES closed_report, language TEXT NOT NULL, body TEXT NOT NULL,
    sha256 TEXT NOT NULL CHECK (length(sha256) = 64), PRIMARY KEY (report, language)) STRICT, WITHOUT ROWID;
CREATE TABLE answer_link (
    id INTEGER PRIMARY KEY, mark INTEGER NOT NULL, hash BLOB NOT NULL UNIQUE CHECK (length(hash) = 32),
    person TEXT NOT NULL, alert TEXT NOT NULL, made_at INTEGER NOT NULL) STRICT;
CREATE TABLE dispute (
    number INTEGER PRIMARY KEY, state TEXT NOT NULL CHECK (state IN ('open', 'checked', 'upheld', 'kept')),
    sensor TEXT, body TEXT NOT NULL CHECK (json_valid(body))) STRICT;
CREATE TABLE agenda_pending (
    meeting TEXT NOT NULL, file TEXT NOT NULL, before TEXT CHECK (before IS NULL OR length(before) = 64),
    body BLOB NOT NULL, PRIMARY KEY (meeting, file)) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS "agenda_item" (
    meeting TEXT NOT NULL, id TEXT NOT NULL, position INTEGER NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('submitted', 'accepted', 'deferred', 'withdrawn', 'decided')),
    body TEXT NOT NULL CHECK (json_valid(body)), result TEXT CHECK (result IS NULL OR json_valid(result)),
    record INTEGER REFERENCES record, PRIMARY KEY (meeting, id),
    CHECK ((status = 'submitted') = (record IS NULL) AND (record IS NULL) = (result IS NULL)))
    STRICT, WITHOUT ROWID;
CREATE TABLE destination_rest (destination TEXT PRIMARY KEY, until INTEGER NOT NULL)
STRICT, WITHOUT ROWID;
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
CREATE INDEX binding_sensor ON binding (sensor);
CREATE INDEX binding_channel ON binding (device, channel);
CREATE UNIQUE INDEX recovery_open ON recovery (ended_at IS NULL) WHERE ended_at IS NULL;
CREATE TRIGGER resolution_signature_no_update BEFORE UPDATE ON resolution_signature
BEGIN SELECT RAISE(ABORT, 'resolution_signature is append-only'); END;
CREATE TRIGGER resolution_signature_no_delete BEFORE DELETE ON resolution_signature
BEGIN SELECT RAISE(ABORT, 'resolution_signature is append-only'); END;
CREATE TRIGGER recovery_no_delete BEFORE DELETE ON recovery
BEGIN SELECT RAISE(ABORT, 'recovery is append-only'); END;
CREATE TRIGGER recovery_only_ends BEFORE UPDATE ON recovery
WHEN OLD.ended_at IS NOT NULL OR NEW.id <> OLD.id OR NEW.number <> OLD.number OR NEW.sha256 <> OLD.sha256
    OR NEW.body <> OLD.body OR NEW.begun_by <> OLD.begun_by OR NEW.begun_at <> OLD.begun_at
BEGIN SELECT RAISE(ABORT, 'a recovery can only be ended'); END;
CREATE TRIGGER closed_page_no_delete BEFORE DELETE ON closed_page
BEGIN SELECT RAISE(ABORT, 'closed_page is kept'); END;
CREATE TRIGGER closed_page_no_update BEFORE UPDATE ON closed_page
BEGIN SELECT RAISE(ABORT, 'closed_page is kept'); END;
CREATE INDEX answer_link_mark ON answer_link (mark);
CREATE TRIGGER agenda_item_begins_submitted BEFORE INSERT ON agenda_item WHEN NEW.status <> 'submitted'
BEGIN SELECT RAISE(ABORT, 'only people settle an item'); END;
CREATE TRIGGER agenda_item_stays_settled BEFORE UPDATE ON agenda_item
WHEN OLD.record IS NOT NULL AND (NEW.record IS NULL
    OR OLD.status <> 'accepted' AND (NEW.body <> OLD.body OR NEW.status = 'accepted'))
BEGIN SELECT RAISE(ABORT, 'what people reported of an item stays'); END;
CREATE TRIGGER agenda_item_no_delete BEFORE DELETE ON agenda_item
BEGIN SELECT RAISE(ABORT, 'agenda_item is kept'); END;
COMMIT;
