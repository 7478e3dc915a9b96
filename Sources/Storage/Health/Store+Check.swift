import GRDB

extension Store {
    /// What SQLite's own quick check finds wrong with the file (sqlite.org/pragma.html#pragma_quick_check); empty if sound.
    ///
    /// Reads the whole file; minutes for many years of readings on a slow card.
    public func check() throws(StoreError) -> [String] {
        try read("check") { db in
            try String.fetchAll(db, sql: "PRAGMA quick_check(20)").filter { $0 != "ok" }
        }
    }
}
