/// Rules of MQTT topic filters (MQTT 5.0, section 4.7).
public enum TopicFilter {
    /// The filters without those that another one covers, sorted; overlapping ones would deliver twice on MQTT 5.
    public static func withoutSubsumed(_ filters: [String]) -> [String] {
        let unique = Set(filters).sorted()
        return unique.filter { filter in !unique.contains { $0 != filter && covers($0, filter) } }
    }

    /// True where every topic that matches `inner` also matches `outer`.
    public static func covers(_ outer: String, _ inner: String) -> Bool {
        let outer = outer.split(separator: "/", omittingEmptySubsequences: false)
        let inner = inner.split(separator: "/", omittingEmptySubsequences: false)
        for (index, level) in outer.enumerated() {
            if level == "#" { return !(index == 0 && inner.first?.hasPrefix("$") == true) }
            guard index < inner.count, inner[index] != "#" else { return false }
            if level != "+" && level != inner[index] { return false }
        }
        return outer.count == inner.count
    }
}
