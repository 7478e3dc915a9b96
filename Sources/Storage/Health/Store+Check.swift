import GRDB

extension Store {
    /// What SQLite's own quick check finds wrong with the file (sqlite.org/pragma.html#pragma_quick_check), and what is not
    /// as this program made it; empty if sound.
    ///
    /// Reads the whole file; minutes for many years of readings on a slow card.
    public func check() throws(StoreError) -> [String] {
        try read("check") { db in try Store.problems(db) }
    }

    static func problems(_ db: Database) throws -> [String] {
        let found = try String.fetchAll(db, sql: "PRAGMA quick_check(20)").filter { $0 != "ok" }
        return try found.isEmpty ? wrongTables(db) : found
    }

    /// Tables, indexes and views whose description is not what the schema says: SQLite does not look at these texts.
    private static func wrongTables(_ db: Database) throws -> [String] {
        let migrator = Schema.migrator()
        guard try migrator.hasCompletedMigrations(db) else { return [] }
        func descriptions(_ db: Database) throws -> [String: String] {
            let rows = try Row.fetchAll(db, sql: "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")
            return Dictionary(rows.map { ($0[0] as String, $0[1] as String) }, uniquingKeysWith: { first, _ in first })
        }
        let model = try DatabaseQueue()
        try migrator.migrate(model)
        let known = try descriptions(db)
        return try model.read(descriptions).filter { known[$0.key] != $0.value }.map(\.key).sorted()
            .map { "the description of '\($0)' is not what it was" }
    }
}
