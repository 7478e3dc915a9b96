import GatewayModel

/// A value in a block, with its marks.
struct BlockValue: Hashable {
    var value: DecimalValue
    var isRounded = false
    var isTrusted = true

    var marks: Int64 { (isRounded ? 1 : 0) | (isTrusted ? 0 : 2) }
}

/// The values of one message: one time, at most one value per series.
struct BlockRow: Hashable {
    var time: ReadingTime
    var receivedAt: Instant?
    /// Sorted by series.
    var values: [(series: Int64, value: BlockValue)]

    static func == (left: BlockRow, right: BlockRow) -> Bool {
        left.time == right.time && left.receivedAt == right.receivedAt
            && left.values.elementsEqual(right.values) { $0.series == $1.series && $0.value == $1.value }
    }

    func hash(into hasher: inout Hasher) {
        hasher.combine(time)
        hasher.combine(values.count)
    }
}

extension BlockRow {
    /// Puts readings of one stream together as rows in time order; readings that arrived together share a row.
    static func rows(of readings: [StoredReading]) -> [BlockRow] {
        var rows: [BlockRow] = []
        for reading in readings {
            let value = BlockValue(
                value: reading.value, isRounded: reading.isRounded, isTrusted: reading.isTrusted)
            let series = reading.series.rawValue
            if let last = rows.last, last.time == reading.time, last.receivedAt == reading.receivedAt,
                !last.values.contains(where: { $0.series == series })
            {
                rows[rows.count - 1].values.append((series, value))
            } else {
                rows.append(
                    BlockRow(time: reading.time, receivedAt: reading.receivedAt, values: [(series, value)]))
            }
        }
        for index in rows.indices where rows[index].values.count > 1 {
            rows[index].values.sort { $0.series < $1.series }
        }
        return sorted(rows)
    }

    /// Sorts by time; rows of one time keep their order.
    static func sorted(_ rows: [BlockRow]) -> [BlockRow] {
        let isSorted = zip(rows, rows.dropFirst()).allSatisfy { $0.time.instant <= $1.time.instant }
        if isSorted { return rows }
        return rows.enumerated()
            .sorted { ($0.element.time.instant, $0.offset) < ($1.element.time.instant, $1.offset) }
            .map(\.element)
    }

    /// The readings of the row, by series.
    var readings: [StoredReading] {
        values.map { series, value in
            StoredReading(
                series: SeriesID(rawValue: series), time: time, value: value.value, isRounded: value.isRounded,
                isTrusted: value.isTrusted, receivedAt: receivedAt)
        }
    }
}
