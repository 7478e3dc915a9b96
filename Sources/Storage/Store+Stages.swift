import GRDB
import GatewayModel

extension Store {
    /// The level of each stage rule that people were told of, by its name.
    public func toldStages() throws(StoreError) -> [LimitReference: Int] {
        try read("stages") { db in
            var levels: [LimitReference: Int] = [:]
            for row in try Row.fetchAll(db, sql: "SELECT resolution, name, level FROM stage_told") {
                levels[LimitReference(resolution: row[0], limit: row[1])] = row[2] as Int
            }
            return levels
        }
    }

    /// Notes that people are told of a level, with the record and the notices that tell them, in one transaction.
    public func tellStage(_ reference: LimitReference, level: Int, record: ActRecord) throws(StoreError) {
        try write("stages") { db in
            try db.execute(
                sql: "INSERT OR REPLACE INTO stage_told VALUES (?, ?, ?)",
                arguments: [reference.resolution, reference.limit, level])
            try record.write(db)
        }
    }
}
