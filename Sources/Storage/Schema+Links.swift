/// How people answer from home, and what they say is wrong.
extension Schema {
    static let links = [
        // Links to answer an alert, by the SHA-256 of what makes each one: the database gives nobody a link that works.
        """
        CREATE TABLE answer_link (
            id INTEGER PRIMARY KEY, mark INTEGER NOT NULL, hash BLOB NOT NULL UNIQUE CHECK (length(hash) = 32),
            person TEXT NOT NULL, alert TEXT NOT NULL, made_at INTEGER NOT NULL) STRICT
        """,
        "CREATE INDEX answer_link_mark ON answer_link (mark)",
        // What somebody says is wrong; `sensor` is the measuring point that it is about, where there is one.
        """
        CREATE TABLE dispute (
            number INTEGER PRIMARY KEY, state TEXT NOT NULL CHECK (state IN ('open', 'checked', 'upheld', 'kept')),
            sensor TEXT, body TEXT NOT NULL CHECK (json_valid(body))) STRICT
        """,
    ]
}
