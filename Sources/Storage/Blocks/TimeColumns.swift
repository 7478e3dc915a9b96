import GatewayModel

/// When the messages of a block or a journal row were measured and received: the columns that both begin with.
struct TimeColumns {
    private static let marksVary: UInt8 = 1
    private static let hasReceived: UInt8 = 2

    /// Milliseconds of UTC.
    let times: [Int64]
    /// The source of all, none of which has an uncertainty; nil where they differ.
    let source: TimeSource?
    private let sources: [Int64]
    private let uncertainties: [Int64]
    private let received: [Instant?]

    /// True where one message was kept with the time of its arrival beside that of its measurement.
    var haveReceived: Bool { !received.isEmpty }

    /// Writes the columns of messages with these times.
    static func encode(
        _ messages: [(time: ReadingTime, receivedAt: Instant?)], into writer: inout ByteWriter, deflating: Bool = true
    ) {
        let isPlain = messages.allSatisfy {
            $0.time.source == messages.first?.time.source && $0.time.uncertainty == 0
        }
        let received = messages.contains { $0.receivedAt != nil }
        func column(_ values: [Int64]) { IntegerColumn.encode(values, into: &writer, deflating: deflating) }
        writer.byte((isPlain ? 0 : marksVary) | (received ? hasReceived : 0))
        column(messages.map(\.time.instant.milliseconds))
        if isPlain {
            writer.byte(messages.first?.time.source.rawValue ?? 0)
        } else {
            column(messages.map { Int64($0.time.source.rawValue) })
            column(messages.map(\.time.uncertainty))
        }
        guard received else { return }
        writer.bitmap(messages.map { $0.receivedAt != nil })
        column(
            messages.compactMap { message in
                message.receivedAt.map { $0.milliseconds &- message.time.instant.milliseconds }
            })
    }

    /// Reads the columns of so many messages.
    init(_ count: Int, from reader: inout ByteReader) throws(BrokenBytes) {
        let flags = try reader.byte()
        times = try IntegerColumn.decode(count, from: &reader)
        if flags & TimeColumns.marksVary == 0 {
            source = TimeSource(rawValue: try reader.byte())
            guard source != nil else { throw BrokenBytes(reason: "unknown time source") }
            (sources, uncertainties) = ([], [])
        } else {
            source = nil
            sources = try IntegerColumn.decode(count, from: &reader)
            uncertainties = try IntegerColumn.decode(count, from: &reader)
            let known = TimeSource.allCases.map { Int64($0.rawValue) }
            guard sources.allSatisfy(known.contains) else { throw BrokenBytes(reason: "unknown time source") }
        }
        guard flags & TimeColumns.hasReceived != 0 else {
            received = []
            return
        }
        let rows = try reader.bitmap(count)
        var received = [Instant?](repeating: nil, count: count)
        for (row, offset) in zip(rows, try IntegerColumn.decode(rows.count, from: &reader)) {
            received[row] = Instant(milliseconds: times[row] &+ offset)
        }
        self.received = received
    }

    /// When a message was measured.
    @inline(__always)
    func time(_ row: Int) -> ReadingTime {
        let instant = Instant(milliseconds: times[row])
        if let source { return ReadingTime(instant, source: source, uncertainty: 0) }
        let source = TimeSource(rawValue: UInt8(truncatingIfNeeded: sources[row])) ?? .received
        return ReadingTime(instant, source: source, uncertainty: uncertainties[row])
    }

    /// When the gateway received a message, where that was kept.
    @inline(__always)
    func receivedAt(_ row: Int) -> Instant? { received.isEmpty ? nil : received[row] }
}
