/// An electricity register that counts hundredths of a watt-hour, so that long sums stay exact.
struct EnergyRegister: Sendable {
    /// Hundredths of a watt-hour since the meter was made.
    private(set) var hundredths: Int64
    /// The register at the last local midnight.
    private(set) var atMidnight: Int64
    /// Hundredths of a watt-hour of the whole day before.
    private(set) var yesterday: Int64 = 0
    /// Watts in the last step.
    private(set) var watts = 0.0

    init(hundredths: Int64) {
        self.hundredths = hundredths
        atMidnight = hundredths
    }

    /// Hundredths of a watt-hour since midnight.
    var today: Int64 { hundredths - atMidnight }

    /// Counts one step at that power, which must not be negative.
    mutating func add(watts: Double) {
        self.watts = watts
        hundredths += Int64((watts * Double(Moment.step) / 36).rounded())
    }

    /// Starts a new local day.
    mutating func startDay() {
        yesterday = today
        atMidnight = hundredths
    }
}
