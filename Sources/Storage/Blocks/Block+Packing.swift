import GatewayModel

/// An encoded block with the times it covers.
struct PackedBlock {
    var body: [UInt8]
    var firstTime: Int64
    var lastTime: Int64
    var readingCount: Int
}

extension Block {
    /// A block is full from this size on; a smaller one that is a stream's last is rewritten with what follows.
    static let fullSize = 2048
    /// No block with more than one row is larger.
    static let maximumSize = 3584
    private static let aim = 2900

    /// Cuts rows in time order into blocks of ``fullSize`` to ``maximumSize`` bytes; the last may be smaller.
    static func pack(_ rows: [BlockRow]) -> [PackedBlock] {
        var blocks: [PackedBlock] = []
        var start = 0
        var guess = maximumRows
        while start < rows.count {
            let left = rows.count - start
            var count = min(left, guess, maximumRows)
            var body = encode(rows[start..<start + count])
            // A few corrections suffice, since sizes grow nearly in step with rows.
            for _ in 0..<6 {
                let isTooLarge = body.count > maximumSize && count > 1
                let isTooSmall = body.count < fullSize && count < min(left, maximumRows)
                guard isTooLarge || isTooSmall else { break }
                let scaled = max(1, count * aim / body.count)
                count = min(isTooLarge ? min(scaled, count - 1) : max(scaled, count + 1), left, maximumRows)
                body = encode(rows[start..<start + count])
            }
            while body.count > maximumSize, count > 1 {
                count = max(1, count * 3 / 4)
                body = encode(rows[start..<start + count])
            }
            let slice = rows[start..<start + count]
            blocks.append(
                PackedBlock(
                    body: body, firstTime: slice.first?.time.instant.milliseconds ?? 0,
                    lastTime: slice.last?.time.instant.milliseconds ?? 0,
                    readingCount: slice.reduce(0) { $0 + $1.values.count }))
            guess = count
            start += count
        }
        return blocks
    }
}
