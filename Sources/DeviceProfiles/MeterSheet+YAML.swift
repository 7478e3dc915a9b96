import GatewayModel
import StrictYAML

extension MeterSheet {
    /// What can be known of a whole family's meters.
    public static let keys = ["digits", "bits", "maximum_per_hour", "jitter", "resets_to_zero"]

    /// Reads those keys; a wrong one is reported at its place.
    public init(_ fields: Fields) {
        self.init(
            digits: fields["digits"]?.integer(in: 1...17), bits: fields["bits"]?.integer(in: 8...62),
            maximumPerHour: fields["maximum_per_hour"]?.decimal(), jitter: fields["jitter"]?.decimal() ?? .zero,
            resets: fields["resets_to_zero"].flatMap { field in
                switch field.string() {
                case "true": .anyTime
                case "false": .never
                default: field.choice(Resets.self)
                }
            })
    }
}
