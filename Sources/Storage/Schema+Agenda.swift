extension Schema {
    /// What went onto agendas, what people made of it, and the pages of closed reports.
    static let agenda =
        [
            // Meetings whose draft has gone to the secretary, by the day on which the rule puts them.
            "CREATE TABLE agenda_draft (meeting TEXT PRIMARY KEY, mailed_at INTEGER NOT NULL) STRICT, WITHOUT ROWID",
            // The items of posted agendas, as they were posted, in every language. An entry of the record book says who
            // reported what came of one: the gateway itself only submits.
            """
            CREATE TABLE agenda_item (
                meeting TEXT NOT NULL, id TEXT NOT NULL, position INTEGER NOT NULL,
                status TEXT NOT NULL CHECK (status IN ('submitted', 'deferred', 'withdrawn', 'decided')),
                body TEXT NOT NULL CHECK (json_valid(body)), result TEXT CHECK (result IS NULL OR json_valid(result)),
                record INTEGER REFERENCES record, PRIMARY KEY (meeting, id),
                CHECK ((status = 'submitted') = (record IS NULL) AND (record IS NULL) = (result IS NULL)))
                STRICT, WITHOUT ROWID
            """,
            // The papers of a meeting as the gateway wrote them last, so that what a person changed since is seen.
            """
            CREATE TABLE agenda_paper (
                meeting TEXT NOT NULL, file TEXT NOT NULL, sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
                is_edited INTEGER NOT NULL CHECK (is_edited IN (0, 1)), PRIMARY KEY (meeting, file))
                STRICT, WITHOUT ROWID
            """,
            // The pages of closed reports, byte for byte as they were.
            """
            CREATE TABLE closed_page (
                report INTEGER NOT NULL REFERENCES closed_report, language TEXT NOT NULL, body TEXT NOT NULL,
                sha256 TEXT NOT NULL CHECK (length(sha256) = 64), PRIMARY KEY (report, language)) STRICT, WITHOUT ROWID
            """,
            """
            CREATE TRIGGER agenda_item_begins_submitted BEFORE INSERT ON agenda_item WHEN NEW.status <> 'submitted'
            BEGIN SELECT RAISE(ABORT, 'only people settle an item'); END
            """,
            """
            CREATE TRIGGER agenda_item_stays_settled BEFORE UPDATE ON agenda_item
            WHEN OLD.record IS NOT NULL AND (NEW.record IS NULL OR NEW.body <> OLD.body)
            BEGIN SELECT RAISE(ABORT, 'what people reported of an item stays'); END
            """,
        ]
        + ["agenda_item", "closed_page"].map { table in
            """
            CREATE TRIGGER \(table)_no_delete BEFORE DELETE ON \(table)
            BEGIN SELECT RAISE(ABORT, '\(table) is kept'); END
            """
        } + [
            """
            CREATE TRIGGER closed_page_no_update BEFORE UPDATE ON closed_page
            BEGIN SELECT RAISE(ABORT, 'closed_page is kept'); END
            """
        ]
}
