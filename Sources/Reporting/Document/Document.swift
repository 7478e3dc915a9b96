/// A report or an agenda as a sequence of plain parts, from which every written form is made.
///
/// All texts are plain and unescaped; each view escapes for its own place.
struct Document: Sendable {
    var language: String
    var title: String
    var blocks: [DocumentBlock]
}

/// One part of a document.
enum DocumentBlock: Sendable {
    /// A heading; level 2 or 3, since the title is level 1.
    case heading(level: Int, String)
    case paragraph(String)
    /// Something to see before anything else.
    case notice(String)
    /// A sentence with a state as word and shape.
    case statement(shape: String, word: String, text: String)
    case list([String])
    case steps([String])
    case table(DocumentTable)
    case chart(Chart)
    /// Check numbers to read aloud, a line each.
    case checkNumber([String])
    /// A line that people fill in and the gateway reads again: `Result: …`.
    case mark(label: String, value: String)
}

/// A table whose first column names the row.
struct DocumentTable: Sendable {
    var caption: String
    var columns: [Column]
    var rows: [[Cell]]

    struct Column: Sendable {
        var title: String
        var isNumber = false
    }

    struct Cell: Sendable {
        var text: String
        /// Struck through, since too much is missing for the figure to stand.
        var isStruck = false
    }
}

extension DocumentTable.Cell: ExpressibleByStringLiteral, ExpressibleByStringInterpolation {
    init(stringLiteral value: String) {
        text = value
    }

    init(_ text: String) {
        self.text = text
    }
}
