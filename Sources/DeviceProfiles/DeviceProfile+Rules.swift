extension DeviceProfile {
    /// What stands in a profile for people or proves it, and changes no reading.
    private static let besideRules = ["families", "setup", "samples"]

    /// The lines of a profile's text that say how messages are read, as they stand there.
    static func rules(in text: String) -> [String] {
        var isRule = true
        return text.split(whereSeparator: \.isNewline).compactMap { line in
            guard let first = line.first(where: { $0 != " " }), first != "#" else { return nil }
            // A key of the top begins a part, which lasts to the next one.
            if line.first != " ", line.first != "-", let colon = line.firstIndex(of: ":") {
                isRule = !besideRules.contains(String(line[..<colon]))
            }
            return isRule ? String(line) : nil
        }
    }
}
