import Foundation
import GatewayModel

/// Puts text into papers that other programs have saved, without touching a byte that stands there.
///
/// Word processors rewrite a whole file when they save it and drop what they do not know; what no file of its kind can be
/// without is the end of its text, so that is where things are added.
enum EditedPaper {
    /// Markdown, below all that stands there; nil where it is not UTF-8.
    static func markdown(_ paper: Data, adding text: String) -> Data? {
        guard String(validating: paper, as: UTF8.self) != nil else { return nil }
        return paper + Data(((paper.isEmpty || paper.last == 0x0A ? "" : "\n") + "\n" + text + "\n").utf8)
    }

    /// A flat OpenDocument text, as its last paragraphs; nil for anything else, such as a packed .odt.
    static func flatODT(_ paper: Data, adding text: String) -> Data? {
        let names = ["office", "style", "text", "table", "fo"]
        guard let root = range(of: "<office:document", in: paper),
            let tagEnd = paper[root.upperBound...].firstIndex(of: 0x3E),
            names.allSatisfy({ range(of: "xmlns:\($0)=", in: paper[root.lowerBound..<tagEnd]) != nil }),
            // Texts that are embedded as objects end before the text itself does.
            let end = range(of: "</office:text>", in: paper, last: true)
        else { return nil }
        var result = inserting(ascii(text) + "\n", at: end.lowerBound, of: paper)
        // A word processor gives its own names to styles that belong to no name in its list.
        let missing = FlatODTView.ownStyles.filter { range(of: "style:name=\"\($0.name)\"", in: paper) == nil }
        if let styles = range(of: "</office:automatic-styles>", in: paper), styles.upperBound <= end.lowerBound {
            result = inserting(missing.map(\.text).joined(), at: styles.lowerBound, of: result)
        }
        return result
    }

    /// A page in any encoding that has ASCII in it, at the end of its body; nil where that is not to be found.
    static func html(_ paper: Data, adding text: String) -> Data? {
        // Tags may be in capitals.
        let folded = Data(paper.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 })
        guard let end = range(of: "</main", in: folded, last: true) ?? range(of: "</body", in: folded, last: true)
        else { return nil }
        return inserting(ascii(text) + "\n", at: end.lowerBound, of: paper)
    }

    private static func range(of text: String, in data: Data, last: Bool = false) -> Range<Data.Index>? {
        data.range(of: Data(text.utf8), options: last ? .backwards : [])
    }

    private static func inserting(_ text: String, at index: Data.Index, of data: Data) -> Data {
        data[..<index] + Data(text.utf8) + data[index...]
    }

    /// The same text of a markup whose every other sign is written by its number: it fits whatever encoding a file has.
    private static func ascii(_ text: String) -> String {
        text.unicodeScalars.map { $0.isASCII ? String($0) : "&#\($0.value);" }.joined()
    }
}
