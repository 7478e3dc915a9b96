import Foundation
import GatewayModel

/// What was answered of a draft so far, a line each in a file, so that whoever breaks off loses nothing.
final class DraftAnswers {
    /// The file beside the draft.
    let file: String
    /// Why the answers cannot be kept; nil where they are.
    private(set) var problem: String?
    private var answers: [(key: String, text: String)] = []

    /// Takes up what the file has; without one nothing was answered before.
    ///
    /// - Throws: ``AppError`` where the file is none of this kind: it is somebody's.
    init(file: String) throws {
        self.file = file
        guard FileManager.default.fileExists(atPath: file) else { return }
        let text = try? String(contentsOfFile: file, encoding: .utf8)
        answers = try (text ?? "?").split(separator: "\n").map { line in
            guard let colon = line.firstIndex(of: ":"), DraftAnswers.isKey(line[..<colon]) else {
                throw AppError(
                    "\(file) does not hold the answers of a draft that was broken off", remedy: "move it away")
            }
            return (String(line[..<colon]), String(line[colon...].dropFirst().drop { $0 == " " }))
        }
    }

    /// True where something was answered.
    var isEmpty: Bool { answers.isEmpty }

    /// The answer to a question; nil where there is none.
    subscript(key: String) -> String? { answers.first { $0.key == key }?.text }

    /// Keeps an answer at once, also where the program is ended with the next question.
    func keep(_ text: String, for key: String) {
        if let known = answers.firstIndex(where: { $0.key == key }) {
            answers[known].text = text
        } else {
            answers.append((key, text))
        }
        do {
            try answers.map { "\($0.key): \($0.text)\n" }.joined()
                .write(toFile: file, atomically: true, encoding: .utf8)
            problem = nil
        } catch {
            problem = "\(error.localizedDescription)"
        }
    }

    /// Takes the file away: the draft is written.
    func remove() {
        answers = []
        try? FileManager.default.removeItem(atPath: file)
    }

    private static func isKey(_ text: Substring) -> Bool {
        !text.isEmpty && text.allSatisfy { $0.isASCII && $0.isLetter }
    }
}
