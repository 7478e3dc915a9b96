import Foundation
import GRDB
import GatewayModel

/// Reads what can be read of a damaged database and writes it into a new one.
///
/// Rows are asked for from both ends of each table and, where a page between them is broken, from ever closer to it on both
/// sides. (Debian's sqlite3 has no `.recover`: its library lacks the page tables that this needs.)
struct Salvage {
    /// How many rows of each table were read, and whether some stood in pages that cannot be.
    struct Table {
        var name: String
        var saved = 0
        var isWhole = true
    }

    /// More failing questions than these are not asked of one table.
    private static let patience = 4000

    private let source: Database
    private let target: Database

    /// Writes a new database at `path`, with the tables of this program's schema and every row that could be read.
    static func run(from damaged: String, to path: String) throws -> [Table] {
        var configuration = Configuration()
        configuration.foreignKeysEnabled = false
        let target = try DatabaseQueue(path: path, configuration: configuration)
        // A torn page of the schema hides what stands behind it and no more (SQLite's manual, PRAGMA writable_schema).
        configuration.prepareDatabase { db in try db.execute(sql: "PRAGMA writable_schema = ON") }
        let source = try DatabaseQueue(path: damaged, configuration: configuration)
        try target.writeWithoutTransaction { db in try db.execute(sql: "PRAGMA page_size = 1024") }
        try Schema.migrator().migrate(target)
        let tables = try target.read { db in
            try Row.fetchAll(
                db, sql: "SELECT name, wr FROM pragma_table_list WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
            ).map { (name: $0[0] as String, hasRowID: ($0[1] as Int) == 0) }
        }
        var results: [Table] = []
        try source.writeWithoutTransaction { source in
            try target.write { target in
                let salvage = Salvage(source: source, target: target)
                for table in tables where table.name != "grdb_migrations" {
                    results.append(
                        try table.hasRowID ? salvage.byRowID(table.name) : salvage.byKey(table.name))
                }
            }
        }
        try target.close()
        try? source.close()
        return results
    }

    private func columns(_ table: String) throws -> [String] {
        let known = Set((try? source.columns(in: table).map(\.name)) ?? [])
        return try target.columns(in: table).map(\.name).filter(known.contains)
    }

    private func insert(_ row: Row, into table: String, _ columns: [String]) throws {
        let marks = Array(repeating: "?", count: columns.count).joined(separator: ",")
        let values = columns.map { row[$0] as DatabaseValue }
        try target.cachedStatement(
            sql: "INSERT OR IGNORE INTO \(table) (\(columns.joined(separator: ","))) VALUES (\(marks))"
        ).execute(arguments: StatementArguments(values))
    }

    /// From the one end until a page fails, then from the other; enough for small tables, and for figures that are counted anew.
    private func byKey(_ table: String) throws -> Table {
        var result = Table(name: table)
        let columns = try columns(table)
        guard !columns.isEmpty else { return Table(name: table, isWhole: false) }
        let key = try target.primaryKey(table).columns
        for direction in ["ASC", "DESC"] {
            let order = key.map { "\($0) \(direction)" }.joined(separator: ",")
            do {
                let rows = try Row.fetchCursor(
                    source, sql: "SELECT \(columns.joined(separator: ",")) FROM \(table) ORDER BY \(order)")
                while let row = try rows.next() {
                    try insert(row, into: table, columns)
                    result.saved += target.changesCount
                }
                return result
            } catch let error as DatabaseError where DamagedStretch.reason(of: error) != nil {
                result.isWhole = false
            }
        }
        return result
    }

    private func byRowID(_ table: String) throws -> Table {
        var result = Table(name: table)
        let columns = try columns(table)
        guard !columns.isEmpty else { return Table(name: table, isWhole: false) }
        var failures = 0
        // Ranges that may hold rows not read yet; the widest first, so that patience goes where most may be.
        var open = [Int64.min...Int64.max]
        while let range = open.popLast(), failures < Salvage.patience {
            var (low, high) = (range.lowerBound, range.upperBound)
            let lastGood = try scan(table, columns, low...high, "ASC", &result)
            guard let lastGood else { continue }
            failures += 1
            low = lastGood
            let firstGood = try scan(table, columns, low...high, "DESC", &result)
            high = firstGood ?? high
            result.isWhole = false
            let (width, overflow) = high.subtractingReportingOverflow(low)
            guard overflow || width > 1 else { continue }
            let middle = low / 2 + high / 2
            guard middle > low, middle < high else { continue }
            open += [low + 1...middle, middle + 1...max(middle + 1, high - 1)]
            open.sort {
                $0.upperBound.subtractingReportingOverflow($0.lowerBound).partialValue.magnitude
                    < $1.upperBound.subtractingReportingOverflow($1.lowerBound).partialValue.magnitude
            }
        }
        return result
    }

    /// Reads a range in one direction; nil where it was read to its end, else where reading got stuck.
    private func scan(
        _ table: String, _ columns: [String], _ range: ClosedRange<Int64>, _ direction: String, _ result: inout Table
    ) throws -> Int64? {
        var last = direction == "ASC" ? range.lowerBound : range.upperBound
        do {
            let rows = try Row.fetchCursor(
                source,
                sql: """
                    SELECT rowid AS salvaged_row, \(columns.joined(separator: ",")) FROM \(table) NOT INDEXED
                    WHERE rowid BETWEEN ? AND ? ORDER BY rowid \(direction)
                    """, arguments: [range.lowerBound, range.upperBound])
            while let row = try rows.next() {
                try insert(row, into: table, columns)
                result.saved += target.changesCount
                last = row["salvaged_row"]
            }
            return nil
        } catch let error as DatabaseError where DamagedStretch.reason(of: error) != nil {
            return last
        }
    }
}
