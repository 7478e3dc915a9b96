import Foundation
import GatewayModel
import Limits
import Storage

/// Drafts a decision with one limit by asking in plain words; numbers that people must decide about have no default.
public struct DraftDesk {
    private let site: Site
    private let book: Phrasebook
    /// Asks a person; nil where nobody answers any more.
    private let ask: (String) -> String?
    private let tell: (String) -> Void
    private let output: String?
    private let kept: DraftAnswers

    /// Makes a desk; `ask` shows a question and returns the answer, `tell` shows what was wrong with one.
    ///
    /// What is answered is kept in a file: beside the output, or in the present folder where none is named.
    /// - Throws: ``AppError`` where such a file is somebody else's, or the output is there already or cannot be.
    public init(
        site: Site, language: String? = nil, output: String? = nil, ask: @escaping (String) -> String?,
        tell: @escaping (String) -> Void
    ) throws {
        self.site = site
        self.output = output
        book = site.book(language)
        self.ask = ask
        self.tell = tell
        if let output { try DraftDesk.checkPlace(of: output) }
        kept = try DraftAnswers(file: (output ?? "draft") + ".answers")
    }

    /// The text of the file, complete and without a problem, and where it belongs; nil where nobody answered to the end.
    ///
    /// - Throws: ``AppError`` where there is no sensor to set a limit for, or the answers make no decision. What was answered
    ///   is kept then too.
    public func draft() throws -> (path: String, text: String)? {
        do {
            if let draft = try drafted() { return draft }
        } catch {
            tellWhatIsKept()
            throw error
        }
        tellWhatIsKept()
        return nil
    }

    /// Writes the draft; what was answered is not needed any more.
    public func write(_ draft: (path: String, text: String)) throws {
        try DraftDesk.checkPlace(of: draft.path)
        try draft.text.write(toFile: draft.path, atomically: true, encoding: .utf8)
        kept.remove()
        tell(book.text("draft.written", ["file": draft.path]))
    }

    /// Says before anything is asked that a file cannot be written there.
    private static func checkPlace(of path: String) throws {
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        guard FileManager.default.fileExists(atPath: folder) else {
            throw AppError("there is no folder \(folder)", remedy: "name a file in another one with --output")
        }
        guard !FileManager.default.fileExists(atPath: path) else {
            throw AppError("\(path) is there already", remedy: "name another file with --output")
        }
    }

    private func tellWhatIsKept() {
        guard !kept.isEmpty else { return }
        if let problem = kept.problem {
            tell(book.text("draft.not_kept", ["file": kept.file, "reason": problem]))
        } else {
            tell(book.text("draft.kept", ["file": kept.file]))
        }
    }

    private func drafted() throws -> (path: String, text: String)? {
        let sensors = try known()
        guard !sensors.isEmpty else {
            throw AppError("there is no sensor yet", remedy: "assign one with `commons devices assign`")
        }
        let chain = try LimitRegister(site: site).adoptedHere()
        let number = (chain.map(\.resolution.number).max() ?? 0) + 1
        let path = output ?? Self.fileName(number)
        try DraftDesk.checkPlace(of: path)
        tell(book.text("draft.begin", ["number": "\(number)"]))
        if !kept.isEmpty { tell(book.text("draft.goes_on", ["file": kept.file])) }
        sensors.forEach { tell("  \($0.id)  \($0.name(in: book.language))") }
        guard let named = answer("sensors", check: { sensorsProblem($0, sensors) }),
            let title = answer("title", check: { Self.emptyProblem($0, book) }),
            let rule = answer("rule", check: { ruleProblem($0) }),
            let protects = choice("protects", Protects.allCases.map(\.rawValue)),
            let priority = choice("priority", Priority.allCases.map(\.rawValue)),
            let step = answer("step", check: { Self.emptyProblem($0, book) })
        else { return nil }
        let ids = Self.words(named)
        let resource = sensors.first { $0.id.rawValue == ids.first }?.resource.rawValue ?? "water"
        var lines = [
            "  - id: \(Self.slug(title))", "    title: \(Self.quoted(title))", "    protects: \(protects)",
            "    resource: \(resource)", "    sensors: [\(ids.joined(separator: ", "))]", "    rule: \(rule)",
            "    priority: \(priority)", "    response: \(Self.quoted(step))",
        ]
        let plain = rule.lowercased()
        if plain.contains("not more than"), resource == "water", protects != Protects.people.rawValue {
            let floors = try floors(chain)
            guard !floors.isEmpty else {
                throw AppError(
                    "a ceiling on water names the limit that says what people never get less of, and none is in force",
                    remedy: "draft and adopt that one first, such as `never less than 50 L per person per day`")
            }
            floors.forEach { tell("  \($0)") }
            guard let floor = answer("floor", check: { floorProblem($0, floors) }) else { return nil }
            lines.insert("    floor: \(floor)", at: lines.count - 2)
        }
        var head: [String] = []
        if let area = Self.area(plain) {
            guard
                let size = answer("area", check: { Int($0).map { $0 > 0 } == true ? nil : book.text("draft.number") })
            else { return nil }
            head.append("areas: {\(area): \(size) m2}")
        }
        if plain.contains("per person") {
            guard
                let persons = answer(
                    "persons", check: { Int($0).map { $0 > 0 } == true ? nil : book.text("draft.number") })
            else { return nil }
            head.append("persons_served: {all: \(persons)}")
        }
        guard let assembly = answer("assembly", check: dateProblem),
            let decided = answer("decided", check: { Self.emptyProblem($0, book) }),
            let from = answer("from", check: dateProblem), let review = answer("review", check: dateProblem),
            let replaced = answer("supersedes", mayBeEmpty: true, check: { replacedProblem($0, chain) }),
            let minutes = answer("minutes", mayBeEmpty: DelegatesInForce(chain) == nil, check: minutesProblem),
            let text = answer("text", check: { Self.emptyProblem($0, book) })
        else { return nil }
        let place = Self.words(minutes).compactMap { Int($0) }
        if place.count == 2 { head.append("minutes: {book: \(place[0]), page: \(place[1])}") }
        if let last = chain.last { head.append("previous: \(last.sha256)") }
        let superseded = Self.words(replaced).compactMap { Int($0) }.compactMap { number in
            chain.first { $0.resolution.number == number }.map { "{number: \(number), sha256: \($0.sha256)}" }
        }
        if !superseded.isEmpty { head.append("supersedes: [\(superseded.joined(separator: ", "))]") }
        let file =
            ([
                "---", "number: \(number)", "community: \(site.configuration.community.id)", "assembly: \(assembly)",
                "decided: \(Self.quoted(decided))", "in_force_from: \(from)", "review_by: \(review)",
            ] + head + ["limits:"] + lines + ["---", text, ""]).joined(separator: "\n")
        let (_, problems) = ResolutionFile.parse(Array(file.utf8), fileName: Self.fileName(number))
        guard problems.isEmpty else {
            throw AppError(
                problems.map(\.description).joined(separator: "\n"),
                remedy: "begin again and say it otherwise; nothing was written")
        }
        return (path, file)
    }

    /// The area that a plain rule counts by, such as `beds` of `25 L per m2 of beds a week`.
    private static func area(_ rule: String) -> String? {
        let words = words(rule)
        guard let place = words.firstIndex(of: "m2"), place + 2 < words.count, words[place + 1] == "of" else {
            return nil
        }
        return words[place + 2]
    }

    /// `0007.md`.
    private static func fileName(_ number: Int) -> String {
        String(repeating: "0", count: max(0, 4 - "\(number)".count)) + "\(number).md"
    }

    /// Asks until the answer is one that can be used, and keeps it; an empty one stands for what was answered before.
    private func answer(_ key: String, mayBeEmpty: Bool = false, check: (String) -> String?) -> String? {
        func problem(_ text: String) -> String? { text.isEmpty && mayBeEmpty ? nil : check(text) }
        let before = kept[key].flatMap { problem($0) == nil && !$0.isEmpty ? $0 : nil }
        var question = book.text("draft.ask.\(key)")
        if let before {
            let values = ["question": question, "answer": before]
            question = book.text(mayBeEmpty ? "draft.before_or_none" : "draft.before", values)
        }
        while true {
            guard var typed = ask(question)?.trimmingCharacters(in: .whitespaces) else { return nil }
            if let before {
                if typed.isEmpty { typed = before } else if typed == "-", mayBeEmpty { typed = "" }
            }
            guard let problem = problem(typed) else {
                kept.keep(typed, for: key)
                return typed
            }
            tell(problem)
        }
    }

    private func choice(_ key: String, _ words: [String]) -> String? {
        let shown = words.map { "\($0) = \(book.text("draft.\(key).\($0)"))" }.joined(separator: "; ")
        return answer(key) { words.contains($0) ? nil : shown }
    }

    private func known() throws -> [Sensor] { try site.readingStore().sensors().sorted { $0.id < $1.id } }

    private func sensorsProblem(_ text: String, _ sensors: [Sensor]) -> String? {
        let names = sensors.map(\.id.rawValue)
        let words = Self.words(text)
        guard let wrong = words.first(where: { !names.contains($0) }) else {
            return words.isEmpty ? book.text("draft.empty") : nil
        }
        let nearest = Diagnostic.nearest(to: wrong, among: names) ?? "-"
        return book.text("draft.no_sensor", ["sensor": wrong, "nearest": nearest])
    }

    private func ruleProblem(_ text: String) -> String? {
        ResolutionFile.problem(withRule: text).map { "\($0.message); \($0.remedy)" }
    }

    /// What protects people now, as `NUMBER/ID`.
    private func floors(_ chain: [AdoptedResolution]) throws -> [String] {
        LimitsInForce(chain).inForce(on: site.zone.date(at: SystemClock.now()))
            .filter { $0.limit.bound == .atLeast && $0.limit.protects == .people }.map { $0.reference.description }
    }

    private func floorProblem(_ text: String, _ floors: [String]) -> String? {
        floors.contains(text) ? nil : book.text("draft.no_floor")
    }

    private func replacedProblem(_ text: String, _ chain: [AdoptedResolution]) -> String? {
        let numbers = chain.map { "\($0.resolution.number)" }
        return Self.words(text).allSatisfy(numbers.contains) ? nil : book.text("draft.no_decision")
    }

    private func minutesProblem(_ text: String) -> String? {
        Self.words(text).compactMap { Int($0) }.count == 2 ? nil : book.text("draft.minutes")
    }

    private func dateProblem(_ text: String) -> String? {
        CalendarDate(text: text) == nil ? book.text("draft.date") : nil
    }

    private static func emptyProblem(_ text: String, _ book: Phrasebook) -> String? {
        text.isEmpty ? book.text("draft.empty") : nil
    }

    private static func words(_ text: String) -> [String] {
        text.split(whereSeparator: { $0 == " " || $0 == "," }).map(String.init)
    }

    /// A text that YAML takes for nothing else.
    private static func quoted(_ text: String) -> String {
        "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }

    /// A title as a name: letters without accents, digits and dashes.
    private static func slug(_ title: String) -> String {
        let plain = title.folding(options: [.diacriticInsensitive, .caseInsensitive], locale: nil).lowercased()
        let dashed = plain.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" }
        let words = String(dashed).split(separator: "-").joined(separator: "-")
        return words.isEmpty ? "limit" : String(words.prefix(40))
    }
}
