/// Papers that have still to be written, and items that the secretary has put on a meeting's agenda.
extension Schema {
    static let papers = [
        // What a paper is to be, from the commit that says it was posted until its file is written.
        """
        CREATE TABLE agenda_pending (
            meeting TEXT NOT NULL, file TEXT NOT NULL, before TEXT CHECK (before IS NULL OR length(before) = 64),
            body BLOB NOT NULL, PRIMARY KEY (meeting, file)) STRICT, WITHOUT ROWID
        """,
        // A check of a column cannot be changed in place.
        """
        CREATE TABLE agenda_item_next (
            meeting TEXT NOT NULL, id TEXT NOT NULL, position INTEGER NOT NULL,
            status TEXT NOT NULL CHECK (status IN ('submitted', 'accepted', 'deferred', 'withdrawn', 'decided')),
            body TEXT NOT NULL CHECK (json_valid(body)), result TEXT CHECK (result IS NULL OR json_valid(result)),
            record INTEGER REFERENCES record, PRIMARY KEY (meeting, id),
            CHECK ((status = 'submitted') = (record IS NULL) AND (record IS NULL) = (result IS NULL)))
            STRICT, WITHOUT ROWID
        """,
        "INSERT INTO agenda_item_next SELECT meeting, id, position, status, body, result, record FROM agenda_item",
        "DROP TABLE agenda_item", "ALTER TABLE agenda_item_next RENAME TO agenda_item",
        """
        CREATE TRIGGER agenda_item_begins_submitted BEFORE INSERT ON agenda_item WHEN NEW.status <> 'submitted'
        BEGIN SELECT RAISE(ABORT, 'only people settle an item'); END
        """,
        // What is accepted may still grow; what came of an item at the assembly stays with the item as it was then.
        """
        CREATE TRIGGER agenda_item_stays_settled BEFORE UPDATE ON agenda_item
        WHEN OLD.record IS NOT NULL AND (NEW.record IS NULL
            OR OLD.status <> 'accepted' AND (NEW.body <> OLD.body OR NEW.status = 'accepted'))
        BEGIN SELECT RAISE(ABORT, 'what people reported of an item stays'); END
        """,
        """
        CREATE TRIGGER agenda_item_no_delete BEFORE DELETE ON agenda_item
        BEGIN SELECT RAISE(ABORT, 'agenda_item is kept'); END
        """,
    ]
}
