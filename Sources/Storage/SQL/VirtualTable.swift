import GRDBSQLite

/// What a statement asks of a column, handed down to the table so that it need not look at every row.
struct ColumnConstraint {
    enum Comparison { case equal, atLeast, atMost }
    var column: Int
    var comparison: Comparison
    var value: SQLValue
}

/// Rows of a table that is not stored as such, one after the other.
protocol RowSource: AnyObject {
    /// Goes to the next row, the first at the beginning; false at the end.
    func next() throws -> Bool
    /// A column of the current row.
    func value(_ column: Int) -> SQLValue
}

/// A table that SQLite reads through calls (sqlite.org/vtab.html); it needs no CREATE and cannot be written.
///
/// What is handed down may select more than was asked: SQLite looks at each row again. Used on its connection's thread.
final class VirtualTable {
    /// The columns as in CREATE TABLE.
    let columns: String
    /// Which columns can be handed down, and how many rows are left of a million where they are.
    let selective: [Int: Double]
    /// Columns whose ascending order rows have by themselves.
    let ordered: Set<Int>
    let rows: ([ColumnConstraint]) throws -> any RowSource
    fileprivate var plans: [[(column: Int, comparison: ColumnConstraint.Comparison)]] = []

    init(
        columns: String, selective: [Int: Double], ordered: Set<Int>,
        rows: @escaping ([ColumnConstraint]) throws -> any RowSource
    ) {
        self.columns = columns
        self.selective = selective
        self.ordered = ordered
        self.rows = rows
    }

    /// Makes the table known to a connection, which keeps it until it is closed.
    func register(_ name: String, _ connection: OpaquePointer) -> Int32 {
        let own = Unmanaged.passRetained(self).toOpaque()
        return sqlite3_create_module_v2(connection, name, VirtualTable.module, own) { own in
            own.map { Unmanaged<VirtualTable>.fromOpaque($0).release() }
        }
    }

    // SQLite's structures come first, as it expects; what follows is ours.
    private struct Head {
        var base = sqlite3_vtab()
        var table: Unmanaged<VirtualTable>
    }

    private struct Cursor {
        var base = sqlite3_vtab_cursor()
        var state: Unmanaged<State>
    }

    private final class State {
        var rows: (any RowSource)?
        var isAtEnd = true
        var number: Int64 = 0
    }

    // Written once, before any connection can use it; SQLite only reads it.
    private nonisolated(unsafe) static let module: UnsafePointer<sqlite3_module> = {
        var module = sqlite3_module()
        module.iVersion = 1
        module.xConnect = { connection, own, _, _, made, _ in
            guard let own else { return SQLITE_ERROR }
            let table = Unmanaged<VirtualTable>.fromOpaque(own)
            let status = sqlite3_declare_vtab(connection, "CREATE TABLE x(\(table.takeUnretainedValue().columns))")
            guard status == SQLITE_OK else { return status }
            let head = UnsafeMutablePointer<Head>.allocate(capacity: 1)
            head.initialize(to: Head(table: table))
            made?.pointee = UnsafeMutableRawPointer(head).assumingMemoryBound(to: sqlite3_vtab.self)
            return SQLITE_OK
        }
        module.xDisconnect = { head in
            UnsafeMutableRawPointer(head)?.assumingMemoryBound(to: Head.self).deallocate()
            return SQLITE_OK
        }
        module.xBestIndex = { head, info in
            guard let table = VirtualTable.table(head), let info else { return SQLITE_ERROR }
            table.plan(&info.pointee)
            return SQLITE_OK
        }
        module.xOpen = { _, made in
            let cursor = UnsafeMutablePointer<Cursor>.allocate(capacity: 1)
            cursor.initialize(to: Cursor(state: .passRetained(State())))
            made?.pointee = UnsafeMutableRawPointer(cursor).assumingMemoryBound(to: sqlite3_vtab_cursor.self)
            return SQLITE_OK
        }
        module.xClose = { cursor in
            let own = UnsafeMutableRawPointer(cursor)?.assumingMemoryBound(to: Cursor.self)
            own?.pointee.state.release()
            own?.deallocate()
            return SQLITE_OK
        }
        module.xFilter = { cursor, plan, _, count, values in
            guard let cursor, let state = VirtualTable.state(cursor),
                let table = VirtualTable.table(cursor.pointee.pVtab)
            else { return SQLITE_ERROR }
            let asked = table.plans[Int(plan)].enumerated().map { index, part in
                ColumnConstraint(
                    column: part.column, comparison: part.comparison,
                    value: index < Int(count) ? SQLValue(values?[index]) : .null)
            }
            state.number = 0
            return VirtualTable.guarded(cursor) {
                state.rows = try table.rows(asked)
                state.isAtEnd = try state.rows?.next() != true
            }
        }
        module.xNext = { cursor in
            guard let cursor, let state = VirtualTable.state(cursor) else { return SQLITE_ERROR }
            state.number += 1
            return VirtualTable.guarded(cursor) { state.isAtEnd = try state.rows?.next() != true }
        }
        module.xEof = { cursor in VirtualTable.state(cursor)?.isAtEnd == false ? 0 : 1 }
        module.xColumn = { cursor, context, column in
            VirtualTable.state(cursor)?.rows?.value(Int(column)).result(context)
            return SQLITE_OK
        }
        module.xRowid = { cursor, number in
            number?.pointee = VirtualTable.state(cursor)?.number ?? 0
            return SQLITE_OK
        }
        let place = UnsafeMutablePointer<sqlite3_module>.allocate(capacity: 1)
        place.initialize(to: module)
        return UnsafePointer(place)
    }()

    private static func table(_ head: UnsafeMutablePointer<sqlite3_vtab>?) -> VirtualTable? {
        UnsafeMutableRawPointer(head)?.assumingMemoryBound(to: Head.self).pointee.table.takeUnretainedValue()
    }

    private static func state(_ cursor: UnsafeMutablePointer<sqlite3_vtab_cursor>?) -> State? {
        UnsafeMutableRawPointer(cursor)?.assumingMemoryBound(to: Cursor.self).pointee.state.takeUnretainedValue()
    }

    /// Runs what may fail and tells SQLite why it did.
    private static func guarded(
        _ cursor: UnsafeMutablePointer<sqlite3_vtab_cursor>, _ body: () throws -> Void
    ) -> Int32 {
        do {
            try body()
            return SQLITE_OK
        } catch {
            let text = Array("\(error)".utf8CString)
            if let copy = sqlite3_malloc(Int32(text.count)) {
                copy.copyMemory(from: text, byteCount: text.count)
                sqlite3_free(cursor.pointee.pVtab.pointee.zErrMsg)
                cursor.pointee.pVtab.pointee.zErrMsg = copy.assumingMemoryBound(to: CChar.self)
            }
            return SQLITE_ERROR
        }
    }

    private func plan(_ info: inout sqlite3_index_info) {
        var parts: [(column: Int, comparison: ColumnConstraint.Comparison)] = []
        var rowsLeft = 1e6
        for index in 0..<Int(info.nConstraint) {
            let constraint = info.aConstraint[index]
            let column = Int(constraint.iColumn)
            guard constraint.usable != 0, let share = selective[column],
                let comparison = ColumnConstraint.Comparison(Int32(constraint.op))
            else { continue }
            parts.append((column, comparison))
            info.aConstraintUsage[index].argvIndex = Int32(parts.count)
            rowsLeft *= comparison == .equal ? share / 1e6 : 0.1
        }
        if info.nOrderBy == 1, info.aOrderBy[0].desc == 0, ordered.contains(Int(info.aOrderBy[0].iColumn)) {
            info.orderByConsumed = 1
        }
        info.estimatedCost = max(1, rowsLeft)
        info.estimatedRows = Int64(max(1, rowsLeft))
        info.idxNum = Int32(plans.count)
        plans.append(parts)
    }
}

extension ColumnConstraint.Comparison {
    fileprivate init?(_ operation: Int32) {
        switch operation {
        case SQLITE_INDEX_CONSTRAINT_EQ: self = .equal
        case SQLITE_INDEX_CONSTRAINT_GT, SQLITE_INDEX_CONSTRAINT_GE: self = .atLeast
        case SQLITE_INDEX_CONSTRAINT_LT, SQLITE_INDEX_CONSTRAINT_LE: self = .atMost
        default: return nil
        }
    }
}
