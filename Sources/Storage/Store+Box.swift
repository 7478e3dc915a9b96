import GRDB
import GatewayModel

extension Store {
    /// What was noted the last time; nil where nothing was.
    public func notedBox(_ name: String) throws(StoreError) -> String? {
        try read("box") { db in
            try String.fetchOne(db, sql: "SELECT value FROM property WHERE name = ?", arguments: ["runs " + name])
        }
    }

    /// Notes which program and which files run now, by name and value; what differs from the last time is entered in the
    /// record book with the value before. The first time there is nothing to compare with.
    ///
    /// `notices` go out in the same transaction where something differs, and `known` stands beside it.
    public func noteBox(
        _ values: [String: String], at now: Instant, facts known: [String: String] = [:], notices: [OutboxItem] = []
    ) throws(StoreError) {
        try write("note box") { db in
            let prefix = "runs "
            let noted = Dictionary(
                try Row.fetchAll(db, sql: "SELECT name, value FROM property WHERE name LIKE 'runs %'").map {
                    (String(($0[0] as String).dropFirst(prefix.count)), $0[1] as String)
                }, uniquingKeysWith: { first, _ in first })
            var facts: [String: String] = [:]
            for (name, value) in values.sorted(by: { $0.key < $1.key }) where noted[name] != value {
                try db.execute(
                    sql: "INSERT OR REPLACE INTO property VALUES (?, ?)", arguments: [prefix + name, value])
                guard let before = noted[name] else { continue }
                facts[name] = value
                facts[name + "_before"] = before
            }
            guard !facts.isEmpty else { return }
            facts.merge(known) { differing, _ in differing }
            try ActRecord(RecordEntry(at: now, kind: "box.changed", facts: facts), notices: notices).write(db)
        }
    }
}
