import CZlib

/// Raw deflate (RFC 1951) by zlib, for columns of a few kilobytes.
enum Deflate {
    /// The bytes made shorter; nil where that fails or gains nothing.
    static func packed(_ bytes: [UInt8]) -> [UInt8]? {
        var stream = z_stream()
        guard !bytes.isEmpty, commons_deflate_begin(&stream) == Z_OK else { return nil }
        defer { deflateEnd(&stream) }
        let packed = [UInt8](unsafeUninitializedCapacity: bytes.count) { output, count in
            bytes.withUnsafeBufferPointer { input in
                stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
                stream.avail_in = uInt(input.count)
                stream.next_out = output.baseAddress
                stream.avail_out = uInt(output.count)
                count = deflate(&stream, Z_FINISH) == Z_STREAM_END ? output.count - Int(stream.avail_out) : 0
            }
        }
        return packed.isEmpty ? nil : packed
    }

    /// The bytes as they were, exactly `count` of them.
    static func unpacked(_ bytes: UnsafeBufferPointer<UInt8>, count: Int) throws(BrokenBytes) -> [UInt8] {
        var stream = z_stream()
        guard commons_inflate_begin(&stream) == Z_OK else { throw BrokenBytes(reason: "no memory to unpack a column") }
        defer { inflateEnd(&stream) }
        var isWhole = false
        let unpacked = [UInt8](unsafeUninitializedCapacity: count) { output, filled in
            stream.next_in = UnsafeMutablePointer(mutating: bytes.baseAddress)
            stream.avail_in = uInt(bytes.count)
            stream.next_out = output.baseAddress
            stream.avail_out = uInt(count)
            isWhole = inflate(&stream, Z_FINISH) == Z_STREAM_END && stream.avail_in == 0
            filled = count - Int(stream.avail_out)
        }
        guard isWhole, unpacked.count == count else { throw BrokenBytes(reason: "a packed column does not unpack") }
        return unpacked
    }
}
