/// A problem in a file that people wrote: place, reason and remedy.
public struct Diagnostic: Hashable, Sendable, CustomStringConvertible {
    /// The file's name as the reader knows it.
    public var file: String
    /// The line, counted from 1; 0 for the file as a whole.
    public var line: Int
    /// What is wrong.
    public var message: String
    /// What to do about it; empty where the message says it.
    public var remedy: String

    /// Makes a diagnostic.
    public init(file: String, line: Int = 0, message: String, remedy: String = "") {
        self.file = file
        self.line = line
        self.message = message
        self.remedy = remedy
    }

    /// `file:line: message; remedy`, as editors and `commons check` print it.
    public var description: String {
        let place = line > 0 ? "\(file):\(line)" : file
        return remedy.isEmpty ? "\(place): \(message)" : "\(place): \(message); \(remedy)"
    }

    /// The known word nearest to a mistyped one, nil where none is near (edit distance over a third of its length).
    public static func nearest(to word: String, among known: some Sequence<String>) -> String? {
        let candidates = known.map { (word: $0, distance: editDistance(word, $0)) }
        let best = candidates.min { ($0.distance, $0.word) < ($1.distance, $1.word) }
        guard let best, best.distance <= max(1, word.count / 3) else { return nil }
        return best.word
    }

    /// Levenshtein's distance between two words.
    private static func editDistance(_ left: String, _ right: String) -> Int {
        let right = Array(right)
        var row = Array(0...right.count)
        for (i, a) in left.enumerated() {
            var previous = row[0]
            row[0] = i + 1
            for (j, b) in right.enumerated() {
                let substitution = previous + (a == b ? 0 : 1)
                previous = row[j + 1]
                row[j + 1] = Swift.min(substitution, previous + 1, row[j] + 1)
            }
        }
        return row[right.count]
    }
}
