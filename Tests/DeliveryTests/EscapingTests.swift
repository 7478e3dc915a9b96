import GatewayModel
import TestSupport
import Testing

import struct Foundation.Data
import class Foundation.JSONDecoder

@Suite("Hostile text")
struct EscapingTests {
    @Test("stays text in HTML", arguments: HostileTexts.all)
    func html(_ text: String) {
        for escaped in [Escaping.html(text), Escaping.htmlAttribute(text)] {
            #expect(!escaped.unicodeScalars.contains { "<>\"'".unicodeScalars.contains($0) })
            #expect(escaped.unicodeScalars.allSatisfy { !isUnsafe($0, allowing: "\n\r\t") })
        }
        #expect(!Escaping.htmlAttribute(text).contains("\n"))
    }

    @Test("shows in HTML what was written")
    func htmlRoundTrip() {
        #expect(Escaping.html("<b> & \"it's\"") == "&lt;b&gt; &amp; &quot;it&#39;s&quot;")
        #expect(Escaping.htmlAttribute("a\nb`c") == "a&#10;b&#96;c")
    }

    @Test("has no markup left in Markdown", arguments: HostileTexts.all)
    func markdown(_ text: String) {
        let escaped = Escaping.markdown(text)
        #expect(!escaped.contains("\n") && !escaped.contains("<"))
        var isEscaped = false
        for scalar in escaped.unicodeScalars {
            let isMarkup = "`*_[]()#|@!:=~".unicodeScalars.contains(scalar)
            #expect(isEscaped || !isMarkup, "\(scalar) is bare in \(escaped)")
            isEscaped = scalar == "\\" && !isEscaped
        }
        #expect(!isEscaped)
    }

    @Test("has no markup left in a Markdown file that people mark", arguments: HostileTexts.all)
    func markdownFile(_ text: String) {
        let escaped = Escaping.markdownFile(text)
        #expect(!escaped.contains("\n") && !escaped.contains("<"))
        var isEscaped = false
        let scalars = Array(escaped.unicodeScalars)
        for (place, scalar) in scalars.enumerated() {
            let next = place + 1 < scalars.count ? scalars[place + 1] : " "
            let isAddress = ".:".unicodeScalars.contains(scalar) && (next.properties.isAlphabetic || next == "/")
            let isMarkup =
                "`*_[]#|@=~{}".unicodeScalars.contains(scalar) || isAddress
                || place == 0 && "-+.".unicodeScalars.contains(scalar)
            #expect(isEscaped || !isMarkup, "\(scalar) is bare in \(escaped)")
            isEscaped = scalar == "\\" && !isEscaped
        }
        #expect(!isEscaped)
    }

    @Test("is read as people wrote it in a Markdown file where nothing in it is markup")
    func plainMarkdownFile() {
        let plain = "Vall Clara: drafts (report --month 2026-10), 9.5 m³. What now?"
        #expect(Escaping.markdownFile(plain) == plain)
        #expect(Escaping.markdownFile("1. a") == "1\\. a" && Escaping.markdownFile("- a") == "\\- a")
        #expect(Escaping.markdownFile("www.example.org") == "www\\.example\\.org")
        #expect(Escaping.markdownFile("https://a") == "https\\://a" && Escaping.markdownFile(":fire:") == "\\:fire:")
    }

    @Test("is one line without controls in a header", arguments: HostileTexts.all)
    func singleLine(_ text: String) {
        let line = Escaping.singleLine(text)
        #expect(line.unicodeScalars.allSatisfy { !isUnsafe($0, allowing: "") })
        #expect(!line.hasPrefix(" ") && !line.hasSuffix(" ") && !line.contains("  "))
        #expect(Escaping.singleLine(line) == line)
        #expect(Escaping.singleLine(text, limit: 10).unicodeScalars.count <= 10)
    }

    @Test("is cut between two words, and says that it is cut")
    func shortened() {
        let name = "Water meter of the upper terrace, kitchen garden beside the old pump house of the cooperative"
        #expect(
            Escaping.singleLine(name, limit: 80)
                == "Water meter of the upper terrace, kitchen garden beside the old pump house of…")
        #expect(Escaping.singleLine("Tank, upper well", limit: 7) == "Tank…")
        #expect(Escaping.singleLine("Tank upper", limit: 10) == "Tank upper")
        #expect(Escaping.singleLine("Donaudampfschifffahrt", limit: 8) == "Donauda…")
        // Part of a long word says more than the short one before it.
        #expect(Escaping.singleLine("A Donaudampfschifffahrt", limit: 9) == "A Donaud…")
        #expect(Escaping.singleLine("👩‍👩‍👧 home", limit: 3) == "…" && Escaping.singleLine("ab", limit: 0) == "")
    }

    @Test("is cut to any length without cutting a character, and between two words where one may")
    func shortenedAnywhere() {
        var numbers = SeededGenerator(state: 4711)
        let pieces = [
            "a", "ñ", "e\u{301}", "水", "🇨🇭", "👩‍👩‍👧", "👍🏽", "़क", "g\u{308}\u{323}", ",", ".", " ", " ", " ", "\t",
            "\u{202E}", "\r\n",
        ]
        for _ in 0..<20_000 {
            let text = (0..<Int.random(in: 0...40, using: &numbers)).map { _ in
                pieces.randomElement(using: &numbers) ?? ""
            }
            .joined()
            let limit = Int.random(in: 1...30, using: &numbers)
            let whole = Array(Escaping.singleLine(text))
            let line = Escaping.singleLine(text, limit: limit)
            #expect(line.unicodeScalars.count <= limit)
            guard String(whole).unicodeScalars.count > limit else {
                #expect(line == String(whole))
                continue
            }
            let kept = Array(line.dropLast())
            guard line.last == "…", whole.starts(with: kept), kept.count < whole.count else {
                Issue.record("\(whole) is cut to \(line)")
                continue
            }
            let isBetweenWords = " ,.".contains(whole[kept.count])
            #expect(isBetweenWords || (kept.lastIndex(of: " ") ?? 0) <= limit / 2, "\(whole) \(limit): \(line)")
        }
    }

    @Test("is no formula in a spreadsheet and one cell of one row", arguments: HostileTexts.all)
    func csv(_ text: String) throws {
        let cell = Escaping.csvCell(text)
        let content = cell.hasPrefix("\"") ? String(cell.unicodeScalars.dropFirst()) : cell
        if let first = content.unicodeScalars.first {
            #expect(!"=+-@\t\r\n＝＋－＠".unicodeScalars.contains(first))
        }
        #expect(readCSV("x," + cell + ",y\n").count == 3)
    }

    @Test("cannot move the cursor of a terminal", arguments: HostileTexts.all)
    func terminal(_ text: String) {
        #expect(Escaping.terminal(text).unicodeScalars.allSatisfy { !isUnsafe($0, allowing: "") })
    }

    @Test("comes back unchanged from JSON", arguments: HostileTexts.all)
    func json(_ text: String) throws {
        let literal = Escaping.json(text)
        #expect(try JSONDecoder().decode([String].self, from: Data("[\(literal)]".utf8)) == [text])
        #expect(!literal.contains("<"))
    }

    @Test("is cut between characters", arguments: HostileTexts.all)
    func cut(_ text: String) {
        for limit in [0, 3, 4, 17, 100] {
            let short = Escaping.cut(text, toBytes: limit)
            #expect(short.utf8.count <= limit)
            #expect(short == text || limit < 3 || (short.hasSuffix("…") && text.hasPrefix(short.dropLast())))
        }
    }

    private func isUnsafe(_ scalar: Unicode.Scalar, allowing allowed: String) -> Bool {
        let value = scalar.value
        let isControl = value < 0x20 || (0x7F...0x9F).contains(value)
        let isDirection = (0x202A...0x202E).contains(value) || (0x2066...0x2069).contains(value)
        return (isControl || isDirection) && !allowed.unicodeScalars.contains(scalar)
    }

    /// The cells of the first record, after RFC 4180.
    private func readCSV(_ text: String) -> [String] {
        var cells = [""]
        var isQuoted = false
        var scalars = text.unicodeScalars.makeIterator()
        while let scalar = scalars.next() {
            if scalar == "\"" {
                isQuoted.toggle()
            } else if scalar == ",", !isQuoted {
                cells.append("")
            } else if scalar == "\n", !isQuoted {
                return cells
            } else {
                cells[cells.count - 1].unicodeScalars.append(scalar)
            }
        }
        return []
    }
}
