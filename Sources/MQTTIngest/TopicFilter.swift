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
        let isInnerSystem = inner.first?.hasPrefix("$") == true
        for (index, level) in outer.enumerated() {
            // A wildcard at the first level does not match topics that begin with $ (section 4.7.2).
            if index == 0, isInnerSystem, level == "#" || level == "+" { return false }
            if level == "#" { return true }
            guard index < inner.count, inner[index] != "#" else { return false }
            if level != "+" && level != inner[index] { return false }
        }
        return outer.count == inner.count
    }
}
