import GRDB
import Synchronization

/// Which times the unsealed journal rows cover, in memory, so that a late reading need not search them all.
///
/// About 24 bytes per commit since the last seal. Changed by the writer's thread only; the mutex guards readers.
final class JournalSpans: Sendable {
    private struct Span {
        var id: Int64
        var first: Int64
        var last: Int64
    }

    private let spans = Mutex<[Span]>([])

    init(_ db: Database) throws {
        let rows = try Row.fetchCursor(
            db,
            sql: """
                SELECT id, first_time, last_time FROM journal
                WHERE reading_count > 0 AND id > coalesce((SELECT min(sealed_through) FROM stream), 0) ORDER BY id
                """)
        while let row = try rows.next() { append(id: row[0], first: row[1], last: row[2]) }
    }

    func append(id: Int64, first: Int64, last: Int64) {
        spans.withLock { $0.append(Span(id: id, first: first, last: last)) }
    }

    /// Forgets rows up to that id, which are sealed.
    func removeThrough(_ id: Int64) {
        spans.withLock { spans in spans.removeAll { $0.id <= id } }
    }

    /// The rows that may hold a reading of that time.
    func rows(covering time: Int64) -> [Int64] {
        spans.withLock { spans in spans.filter { $0.first <= time && time <= $0.last }.map(\.id) }
    }
}
