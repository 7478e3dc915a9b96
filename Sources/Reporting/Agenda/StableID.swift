/// Makes identities that stay the same over drafts, languages and restarts.
///
/// FNV-1a with 128 bits (Fowler, Noll, Vo): spread wide enough to tell items apart; it protects nothing.
enum StableID {
    static func make(_ parts: [String]) -> String { digits(hash(parts)) }

    private static func hash(_ parts: [String]) -> UInt128 {
        var hash = UInt128(0x6C62_272E_07BB_0142) << 64 | UInt128(0x62B8_2175_6295_C58D)
        let prime = UInt128(1) << 88 | UInt128(0x13B)
        for part in parts {
            // The length in front keeps ("ab", "c") and ("a", "bc") apart.
            for byte in Array("\(part.utf8.count):".utf8) + Array(part.utf8) {
                hash = (hash ^ UInt128(byte)) &* prime
            }
        }
        return hash
    }

    /// An identity whose first digits alone tell items apart, since people read those from paper.
    ///
    /// The last bytes hardly reach the upper digits of FNV-1a: they are spread over all of them by shifts and products.
    static func spread(_ parts: [String]) -> String {
        var hash = hash(parts)
        for shift in [67, 59, 71] {
            hash ^= hash >> UInt128(shift)
            hash = hash &* (UInt128(0x9E37_79B9_7F4A_7C15) << 64 | UInt128(0xF39C_C060_5CED_C835))
        }
        return digits(hash ^ hash >> 64)
    }

    private static func digits(_ hash: UInt128) -> String {
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 32 - digits.utf8.count) + digits
    }
}
