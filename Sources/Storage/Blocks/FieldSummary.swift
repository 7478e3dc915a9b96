import GatewayModel

/// What a block says of one field without decoding its values; all at one scale.
struct FieldSummary: Hashable {
    var count: Int
    var scale: UInt8
    var minimum: Int64 = 0
    var maximum: Int64 = 0
    var first: Int64 = 0
    var last: Int64 = 0
    /// At most 2^13 values of 64 bits: 77 bits.
    var sum: Int128 = 0

    init(_ mantissas: [Int64], scale: UInt8) {
        count = mantissas.count
        self.scale = scale
        minimum = mantissas.min() ?? 0
        maximum = mantissas.max() ?? 0
        first = mantissas.first ?? 0
        last = mantissas.last ?? 0
        sum = mantissas.reduce(0) { $0 + Int128($1) }
    }

    init(count: Int, scale: UInt8, from reader: inout ByteReader) throws(BrokenBytes) {
        self.count = count
        self.scale = scale
        minimum = try reader.zigzag()
        maximum = minimum &+ Int64(bitPattern: try reader.varint())
        first = minimum &+ Int64(bitPattern: try reader.varint())
        last = minimum &+ Int64(bitPattern: try reader.varint())
        let low = try reader.varint()
        let high = try reader.zigzag()
        sum = Int128(high) << 64 | Int128(low)
    }

    func encode(into writer: inout ByteWriter) {
        writer.zigzag(minimum)
        writer.varint(UInt64(bitPattern: maximum &- minimum))
        writer.varint(UInt64(bitPattern: first &- minimum))
        writer.varint(UInt64(bitPattern: last &- minimum))
        writer.varint(UInt64(truncatingIfNeeded: sum))
        writer.zigzag(Int64(truncatingIfNeeded: sum >> 64))
    }
}

extension DecimalValue {
    /// The finest scale, not coarser than wanted unless digits of last resort must go, at which all values fit.
    static func commonScale(of values: [DecimalValue], wanted: UInt8 = 0) -> UInt8 {
        var scale = values.reduce(wanted) { max($0, $1.scale) }
        while scale > 0, values.contains(where: { $0.digits(atScale: scale) == nil }) { scale -= 1 }
        return scale
    }

    /// The digits at another scale, rounded where it is coarser; nil where they do not fit.
    func digits(atScale scale: UInt8) -> Int64? { rounded(places: Int(scale)).mantissa(atScale: scale) }

    /// The digits at another scale; nil where they do not fit or would lose some.
    func mantissa(atScale target: UInt8) -> Int64? {
        guard target >= scale, target <= 18 else { return nil }
        var result = mantissa
        for _ in 0..<(target - scale) {
            let (product, overflow) = result.multipliedReportingOverflow(by: 10)
            if overflow { return nil }
            result = product
        }
        return result
    }
}
