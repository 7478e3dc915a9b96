import GatewayModel

/// What the record book says to be otherwise, as `key: old → new`, read back for people.
extension MeasuredDifference {
    /// The differences that an entry about limits names, joined by semicolons; `find` gives the sheets of measuring points.
    public static func read(_ what: String, find: (SensorID) -> Sensor?) -> [MeasuredDifference] {
        what.split(separator: "; ").map { part in
            guard let arrow = part.lastRange(of: " → ") else { return unknown }
            let new = part[arrow.upperBound...]
            if part.hasPrefix("sensors: "), let first = part.firstRange(of: " → ") {
                let old = part[..<first.lowerBound].dropFirst("sensors: ".count)
                return MeasuredDifference(
                    .sensors, from: points(old, find), to: points(part[first.upperBound...], find))
            }
            guard let colon = part[..<arrow.lowerBound].lastRange(of: ": ") else { return unknown }
            let (key, old) = (part[..<colon.lowerBound], part[colon.upperBound..<arrow.lowerBound])
            if key == Key.personsServed.rawValue {
                return MeasuredDifference(
                    .personsServed, from: Int(old).map { .count($0) }, to: Int(new).map { .count($0) })
            }
            guard key.hasPrefix("areas.") else { return unknown }
            return MeasuredDifference(
                .area, name: String(key.dropFirst("areas.".count)), from: ground(old), to: ground(new))
        }
    }

    /// The difference that an entry about a device profile names: what one says, or which one reads.
    public static func readProfile(_ what: String) -> MeasuredDifference {
        guard let colon = what.firstRange(of: ": "), let arrow = what[colon.upperBound...].firstRange(of: " → ") else {
            return unknown
        }
        let name = what[..<colon.lowerBound].dropFirst(Key.deviceProfile.rawValue.count).drop { $0 == " " }
        let values = [what[colon.upperBound..<arrow.lowerBound], what[arrow.upperBound...]].map { text -> Value? in
            text == "-" ? nil : name.isEmpty ? .name(String(text)) : .lines(String(text))
        }
        return MeasuredDifference(
            name.isEmpty ? .deviceProfile : .profileRules, name: String(name), from: values[0], to: values[1])
    }

    private static let unknown = MeasuredDifference(.other, from: nil, to: nil, isUnsaid: true)

    /// Measuring points by their names in the record book, or how many they are where it names none.
    private static func points(_ text: Substring, _ find: (SensorID) -> Sensor?) -> Value? {
        let ids = text.split(separator: ", ").map { SensorID(rawValue: String($0)) }
        let known = ids.compactMap(find)
        if known.isEmpty, let count = Int(text) { return .pointCount(count) }
        return .points(ids, known: known)
    }

    private static func ground(_ text: Substring) -> Value? {
        DecimalValue(String(text)).map { .amount($0, Unit("m2")) }
    }
}

extension Substring {
    /// The last place of a text in it.
    fileprivate func lastRange(of text: String) -> Range<Substring.Index>? { ranges(of: text).last }
}
