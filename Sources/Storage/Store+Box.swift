import GRDB
import GatewayModel

extension Store {
    /// Notes which program and which files run now, by name and value; what differs from the last time is entered in the
    /// record book with the value before. The first time there is nothing to compare with.
    public func noteBox(_ values: [String: String], at now: Instant) throws(StoreError) {
        try write("note box") { db in
            let prefix = "runs "
            let known = Dictionary(
                try Row.fetchAll(db, sql: "SELECT name, value FROM property WHERE name LIKE 'runs %'").map {
                    (String(($0[0] as String).dropFirst(prefix.count)), $0[1] as String)
                }, uniquingKeysWith: { first, _ in first })
            var facts: [String: String] = [:]
            for (name, value) in values.sorted(by: { $0.key < $1.key }) where known[name] != value {
                try db.execute(
                    sql: "INSERT OR REPLACE INTO property VALUES (?, ?)", arguments: [prefix + name, value])
                guard let before = known[name] else { continue }
                facts[name] = value
                facts[name + "_before"] = before
            }
            guard !facts.isEmpty else { return }
            _ = try RecordBook.append([RecordEntry(at: now, kind: "box.changed", facts: facts)], db)
        }
    }
}
