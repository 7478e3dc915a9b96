/// What may be said ahead about a limit from what was measured so far.
public enum LimitOutlook: Hashable, Sendable {
    /// Whose turn comes next, and of whom nobody can say it.
    case turns(due: [SensorID], unknown: [SensorID])

    /// In words, a sentence each; `title` is the limit's, and `name` gives the name of a sensor.
    public func words(_ book: Phrasebook, title: String, name: (SensorID) -> String) -> [String] {
        switch self {
        case .turns(let due, let unknown):
            [("turns", due), ("turns_unknown", unknown)].filter { !$0.1.isEmpty }.map { key, sensors in
                book.text("limits.outlook.\(key)", ["limit": title, "sensors": book.list(sensors.map(name))])
            }
        }
    }
}
