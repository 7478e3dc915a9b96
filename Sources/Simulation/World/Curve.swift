/// Waves and daily shapes from additions, multiplications and divisions alone.
///
/// The library's sine may differ in its last digit between machines, and the village's bytes must not.
enum Curve {
    /// The sine of a number of whole turns, within 0.002 (Bhaskara I's rational approximation, 7th century).
    static func sine(turns: Double) -> Double {
        let part = turns - turns.rounded(.down)
        let half = part < 0.5 ? part * 2 : part * 2 - 1
        let product = half * (1 - half)
        let value = 16 * product / (5 - 4 * product)
        return part < 0.5 ? value : -value
    }

    /// The cosine of a number of whole turns.
    static func cosine(turns: Double) -> Double {
        sine(turns: turns + 0.25)
    }

    /// Share of a day's water that is drawn in each hour, in thousandths: two peaks and a quiet night.
    static let waterByHour: [Double] = [
        9, 4, 3, 3, 5, 14, 46, 92, 88, 58, 44, 42, 54, 62, 46, 34, 32, 38, 56, 82, 86, 60, 34, 18,
    ]

    /// Electric load of a house in each hour as a multiple of its mean.
    static let loadByHour: [Double] = [
        0.55, 0.48, 0.45, 0.44, 0.46, 0.58, 0.88, 1.15, 1.10, 0.96, 0.92, 0.98,
        1.15, 1.22, 1.05, 0.94, 0.95, 1.06, 1.28, 1.58, 1.68, 1.45, 1.08, 0.75,
    ]

    /// The value of an hourly table at a time of day, with straight lines between the hours' middles.
    static func value(of table: [Double], atHour hour: Double) -> Double {
        let position = hour - 0.5 < 0 ? hour + 23.5 : hour - 0.5
        let index = min(23, Int(position))
        let weight = position - Double(index)
        return table[index] * (1 - weight) + table[(index + 1) % 24] * weight
    }
}
