/// What stands behind decisions: signatures, and lists of delegates that wait at the console.
extension Schema {
    static let provenance =
        [
            // The signature files that counted when the resolution was adopted, in one form.
            """
            CREATE TABLE resolution_signature (
                resolution INTEGER NOT NULL REFERENCES resolution, name TEXT NOT NULL, armour TEXT NOT NULL,
                PRIMARY KEY (resolution, name)) STRICT, WITHOUT ROWID
            """,
            // Lists of delegates of which too few old keys are left: they wait in public before they are adopted.
            """
            CREATE TABLE recovery (
                id INTEGER PRIMARY KEY, number INTEGER NOT NULL, sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
                body BLOB NOT NULL, begun_by TEXT NOT NULL, begun_at INTEGER NOT NULL, ended_at INTEGER,
                outcome TEXT CHECK (outcome IN ('adopted', 'withdrawn', 'overtaken')),
                CHECK ((ended_at IS NULL) = (outcome IS NULL))) STRICT
            """,
            "CREATE UNIQUE INDEX recovery_open ON recovery (ended_at IS NULL) WHERE ended_at IS NULL",
        ]
        + ["UPDATE", "DELETE"].map { action in
            """
            CREATE TRIGGER resolution_signature_no_\(action.lowercased()) BEFORE \(action) ON resolution_signature
            BEGIN SELECT RAISE(ABORT, 'resolution_signature is append-only'); END
            """
        }
        + [
            """
            CREATE TRIGGER recovery_no_delete BEFORE DELETE ON recovery
            BEGIN SELECT RAISE(ABORT, 'recovery is append-only'); END
            """,
            """
            CREATE TRIGGER recovery_only_ends BEFORE UPDATE ON recovery
            WHEN OLD.ended_at IS NOT NULL OR NEW.id <> OLD.id OR NEW.number <> OLD.number OR NEW.sha256 <> OLD.sha256
                OR NEW.body <> OLD.body OR NEW.begun_by <> OLD.begun_by OR NEW.begun_at <> OLD.begun_at
            BEGIN SELECT RAISE(ABORT, 'a recovery can only be ended'); END
            """,
        ]
}
