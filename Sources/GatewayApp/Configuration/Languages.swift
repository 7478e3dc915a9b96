import Delivery
import Foundation
import GatewayModel
import StrictYAML

/// The phrasebooks of `config/languages/*.yaml`, by language code.
public struct Languages: Sendable {
    /// The phrasebooks.
    public let books: [String: Phrasebook]
    /// The language of last resort.
    private let fallback: Phrasebook

    /// Reads every language file of a folder; a broken one is a problem and is left out.
    public static func load(folder: String) -> (languages: Languages, problems: [Diagnostic]) {
        let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [])
            .filter { $0.hasSuffix(".yaml") }.sorted()
        var books: [String: Phrasebook] = [:]
        var problems: [Diagnostic] = []
        for name in names {
            let file = folder + "/" + name
            guard let text = try? String(contentsOfFile: file, encoding: .utf8) else {
                problems.append(Diagnostic(file: file, message: "cannot be read as UTF-8", remedy: "save it as UTF-8"))
                continue
            }
            let reader = StrictYAML(file: file)
            var phrases: [String: String] = [:]
            if let top = reader.anyMapping(of: text) { collect(top, into: &phrases, prefix: "") }
            problems += reader.problems
            let code = String(name.dropLast(5))
            if reader.problems.isEmpty { books[code] = Phrasebook(language: code, phrases: phrases) }
        }
        if books.isEmpty {
            problems.append(
                Diagnostic(
                    file: folder, message: "holds no language file", remedy: "copy config/languages/en.yaml there"))
        }
        problems += differences(books, folder: folder)
        problems += AnswerWord.ambiguous(in: books.values).map { word in
            Diagnostic(
                file: folder,
                message: "the word '\(word)' would say two things in an answer from afar (delivery: answer:)",
                remedy: "choose another word in one of the languages")
        }
        return (Languages(books: books), problems)
    }

    private init(books: [String: Phrasebook]) {
        self.books = books
        fallback =
            books["en"] ?? books.sorted { $0.key < $1.key }.first?.value ?? Phrasebook(language: "en", phrases: [:])
    }

    /// The phrasebook of a language, English where there is none.
    public func book(_ language: String) -> Phrasebook {
        books[language] ?? fallback
    }

    private static func collect(_ fields: Fields, into phrases: inout [String: String], prefix: String) {
        for key in fields.keys {
            guard let field = fields[key] else { continue }
            if field.isMapping, let inner = field.anyMapping() {
                collect(inner, into: &phrases, prefix: prefix + key + ".")
            } else if let text = field.string() {
                phrases[prefix + key] = text
            }
        }
    }

    /// Every language must have the same keys with the same placeholders.
    private static func differences(_ books: [String: Phrasebook], folder: String) -> [Diagnostic] {
        let keys = Set(books.values.flatMap(\.phrases.keys)).sorted()
        let ordered = books.sorted { $0.key < $1.key }
        return keys.flatMap { key in
            var expected: [String]?
            return ordered.compactMap { code, book -> Diagnostic? in
                let file = "\(folder)/\(code).yaml"
                guard let phrase = book.phrases[key] else {
                    return Diagnostic(file: file, message: "the sentence '\(key)' is missing", remedy: "translate it")
                }
                let placeholders = Phrasebook.placeholders(in: phrase)
                defer { expected = expected ?? placeholders }
                guard let expected, expected != placeholders else { return nil }
                return Diagnostic(
                    file: file, message: "'\(key)' has other placeholders than in the first language",
                    remedy: "use \(expected.map { "{\($0)}" }.joined(separator: ", "))")
            }
        }
    }
}
