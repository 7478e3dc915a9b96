/// A small generator of even pseudo-random numbers that gives the same sequence on every machine.
///
/// SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014). Each part of the
/// village draws from a generator of its own, so that adding a device changes no other device's figures.
struct SeededGenerator: RandomNumberGenerator, Sendable {
    private var state: UInt64

    /// Makes the generator of a named part; the name is mixed in with FNV-1a.
    init(seed: UInt64, part: String, index: Int64 = 0) {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in part.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        state = seed ^ hash ^ (UInt64(bitPattern: index) &* 0x9e37_79b9_7f4a_7c15)
        _ = next()
    }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }

    /// A number from 0 up to but not including 1.
    mutating func fraction() -> Double {
        Double(next() >> 11) / 9_007_199_254_740_992
    }

    /// A number between the bounds, the upper one excluded.
    mutating func number(_ lower: Double, _ upper: Double) -> Double {
        lower + (upper - lower) * fraction()
    }

    /// A whole number from 0 up to but not including `bound`, which must be positive.
    mutating func whole(below bound: Int64) -> Int64 {
        Int64(fraction() * Double(bound))
    }

    /// That many hexadecimal digits.
    mutating func hexadecimal(digits count: Int) -> String {
        var text = ""
        while text.utf8.count < count {
            let digits = String(next(), radix: 16)
            text += String(repeating: "0", count: 16 - digits.utf8.count) + digits
        }
        return String(text.prefix(count))
    }
}
