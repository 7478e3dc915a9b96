import Foundation
import GatewayModel

/// Answers by SMS: `12 YES word` from a number that is known. A number can be forged, so the word is needed too.
extension SMSDestination: AnswerSource {
    /// True where a person has a word.
    public var takesAnswers: Bool { sms.takesAnswers }

    /// The daemon's inbox is a folder on this box.
    public var pauseSeconds: Int { 2 }

    /// Takes the files of the daemon's inbox, oldest first, and removes each once it is settled.
    ///
    /// A file is first renamed: where that is not allowed, nothing is done, so that no answer is carried out again and
    /// again.
    public func takeAnswers(now: Instant, settle: (IncomingAnswer) -> Bool) -> AnswerProblem? {
        let rules: AnswerRules
        switch self.rules {
        case .failure(let error): return AnswerProblem(error)
        case .success(let known): rules = known
        }
        guard let folders = SMSFolders(configuration: sms.gammu) else {
            return AnswerProblem("\(sms.gammu): \(SMSDestination.noFolders)", needsPerson: true)
        }
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: folders.inbox) else {
            return AnswerProblem(
                "\(folders.inbox) cannot be read; the gateway's user belongs to the group that owns it",
                needsPerson: true)
        }
        for name in names.filter({ $0.hasPrefix("IN") && !$0.hasSuffix(".new") }).sorted() {
            // What came from another destination's person is left to that one.
            guard let sender = SMSDestination.sender(ofFile: name), sms.reads.contains(sender) else { continue }
            let path = (folders.inbox as NSString).appendingPathComponent(name)
            // The daemon makes a file, then writes the text at once: an empty one is not finished.
            let attributes = try? FileManager.default.attributesOfItem(atPath: path)
            guard (attributes?[.size] as? NSNumber)?.intValue ?? 0 > 0 else { continue }
            let taken = name.hasSuffix(SMSDestination.taken) ? path : path + SMSDestination.taken
            guard rename(path, taken) == 0 else {
                return AnswerProblem(
                    "\(path) cannot be renamed: \(String(cString: strerror(errno)))", needsPerson: true)
            }
            let bytes = FileManager.default.contents(atPath: taken) ?? Data()
            let text = String(decoding: bytes.prefix(2000), as: UTF8.self)
            let answer = IncomingAnswer(
                destination: self.name, means: "sms", sender: sender, text: text,
                judgement: rules.judge(text, from: sender, needsWord: true))
            guard settle(answer) else { return nil }
            unlink(taken)
        }
        return nil
    }

    private static let taken = ".taken"

    /// `IN20261129_162144_00_+34600111222_00.txt`: date, time, serial number, number of the sender, part.
    ///
    /// Nil for a part of a longer text other than the first, and for other files.
    static func sender(ofFile name: String) -> String? {
        let parts = name.split(separator: "_", omittingEmptySubsequences: false)
        guard parts.count >= 5, let last = parts.last, last.hasPrefix("00") else { return nil }
        return parts[3..<parts.count - 1].joined(separator: "_")
    }
}
