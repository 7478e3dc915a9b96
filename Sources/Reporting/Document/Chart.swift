/// A small chart with one figure per day.
struct Chart: Sendable {
    enum Kind: Sendable {
        case bars, line
    }

    struct Point: Sendable {
        /// The label below, such as the day of the month.
        var label: String
        /// The figure; nil where it is not known.
        var value: Double?
        /// The figure and its day in words.
        var text: String
        /// False where parts are missing.
        var isWhole = true
    }

    /// A line across the chart, with a label beside its end.
    struct Line: Sendable {
        var value: Double
        var label: String
        /// The figure below the label, which stands in the table too.
        var figure: String
        var isLimit: Bool
    }

    var kind: Kind
    /// Says what the data show.
    var title: String
    /// The same in a sentence; the text alternative, also shown below the chart.
    var sentence: String
    var unit: String
    var points: [Point]
    var lines: [Line]
    /// The figure printed at the highest point, and where.
    var highest: (index: Int, figure: String)?
    /// Unique within the document.
    var name: String
    /// Formats a tick of the scale.
    var tick: @Sendable (Double) -> String
}
