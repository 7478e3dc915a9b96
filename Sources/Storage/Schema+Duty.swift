extension Schema {
    /// What stewards do beside answering alerts.
    static let duty = [
        // Sensors and limits that are switched off on purpose, or are to be.
        """
        CREATE TABLE switched_off (
            subject TEXT PRIMARY KEY, body TEXT NOT NULL CHECK (json_valid(body))) STRICT, WITHOUT ROWID
        """,
        // When something last happened on duty, by its kind and a name: a test message, its answer, a hand-over.
        """
        CREATE TABLE duty_mark (
            kind TEXT NOT NULL, name TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (kind, name))
            STRICT, WITHOUT ROWID
        """,
    ]
}
