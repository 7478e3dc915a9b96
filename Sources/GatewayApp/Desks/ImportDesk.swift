import Foundation
import GatewayModel
import Storage

/// Brings history along from files: CSV, JSON Lines, Home Assistant's statistics.
///
/// A file is read twice: first all of it is checked, then all of it is stored, and only at the end does it count. One
/// wrong line and nothing of it does.
public struct ImportDesk {
    /// What the person said about the file.
    public struct Request: Sendable {
        /// The file.
        public var path: String
        /// `NAME=SENSOR` for each column or statistic.
        public var columns: [String]
        /// The one sensor of a file with one column of figures.
        public var sensor: String?
        /// The column with the times.
        public var time: String?
        /// The unit of all figures.
        public var unit: String?
        /// gauge, register or delta.
        public var kind: String?
        /// `NAME=VALUE`: only rows with that value.
        public var filters: [String]
        /// The zone of times that name none, such as `UTC`; the community's where nil.
        public var zone: String?
        /// The person it is entered for.
        public var enteredFor: String?

        /// Makes a request.
        public init(
            path: String, columns: [String], sensor: String?, time: String?, unit: String?, kind: String?,
            filters: [String], zone: String? = nil, enteredFor: String?
        ) {
            self.path = path
            self.columns = columns
            self.sensor = sensor
            self.time = time
            self.unit = unit
            self.kind = kind
            self.filters = filters
            self.zone = zone
            self.enteredFor = enteredFor
        }
    }

    private static let chunk = 5_000
    private static let mostProblems = 10
    private let site: Site

    /// Makes a desk for a site.
    public init(site: Site) {
        self.site = site
    }

    /// What a file holds, once all of it was checked.
    public struct Checked {
        /// What to show before anything is stored.
        public var lines: [String]
        /// True where it may be imported.
        public var isGood: Bool
        let request: Request
        let count: Int
        let span: ClosedRange<Instant>?
    }

    /// Reads the whole file and says what would be imported, or every line that is wrong (the first ten by name).
    public func check(_ request: Request, progress: (String) -> Void) throws -> Checked {
        var samples: [ImportedReading] = []
        var counts: [SensorID: Int] = [:]
        var first: Instant?
        var last: Instant?
        var problems: [String] = []
        var problemCount = 0
        let now = SystemClock.now()
        try read(
            request,
            problem: { problem in
                problemCount += 1
                if problems.count < ImportDesk.mostProblems { problems.append(problem) }
            }
        ) { reading, line in
            if reading.time > now {
                problemCount += 1
                if problems.count < ImportDesk.mostProblems {
                    problems.append("\(request.path):\(line): \(site.local(reading.time)) is in the future")
                }
            }
            if samples.count < 3 { samples.append(reading) }
            counts[reading.sensor, default: 0] += 1
            first = min(first ?? reading.time, reading.time)
            last = max(last ?? reading.time, reading.time)
            let total = counts.values.reduce(0, +)
            if total.isMultiple(of: 100_000) { progress("\(total) readings checked") }
        }
        let total = counts.values.reduce(0, +)
        guard problemCount == 0, let first, let last else {
            let more = problemCount > problems.count ? ["and \(problemCount - problems.count) more"] : []
            let nothing = problemCount == 0 ? ["\(request.path) holds no reading"] : []
            return Checked(lines: problems + more + nothing, isGood: false, request: request, count: 0, span: nil)
        }
        let lines =
            counts.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value) readings" }
            + ["from \(site.local(first)) to \(site.local(last)), beginning with:"]
            + samples.map {
                "  \(site.local($0.time))  \($0.sensor)  \($0.value) \($0.unit.code)  (\($0.kind.rawValue))"
            }
        return Checked(lines: lines, isGood: true, request: request, count: total, span: first...last)
    }

    /// Stores what was checked, and lets it count once all of it is there.
    public func run(_ checked: Checked, progress: (String) -> Void) throws -> CommandReply {
        guard let span = checked.span else { return .refused("nothing to import") }
        let request = checked.request
        let name = URL(fileURLWithPath: request.path).lastPathComponent
        let digest = try sha256(of: request.path)
        var known = try knownTimes(checked.count, span)
        return try CommandDesk(site: site).session(enteredFor: request.enteredFor) { send in
            let begun = try send(.beginImport(file: name, sha256: digest))
            guard begun.isDone, let number = begun.number else { return begun }
            var waiting: [ImportedReading] = []
            var sent = 0
            var doubles = 0
            var refusal: CommandReply?
            func flush() throws {
                guard refusal == nil, !waiting.isEmpty else { return }
                let reply = try send(.importReadings(number, waiting))
                if !reply.isDone { refusal = reply }
                sent += waiting.count
                waiting = []
                if sent % 50_000 < ImportDesk.chunk { progress("\(sent) of \(checked.count) readings stored") }
            }
            try read(request, problem: { _ in }) { reading, _ in
                guard refusal == nil else { return }
                if known[reading.sensor]?.remove(reading.time.milliseconds) != nil {
                    doubles += 1
                    return
                }
                waiting.append(reading)
                if waiting.count >= ImportDesk.chunk { try flush() }
            }
            try flush()
            if let refusal { return refusal }
            var reply = try send(.finishImport(number))
            if doubles > 0 {
                reply.lines.append(
                    site.book(nil).text("acts.done.import_doubles", ["count": "\(doubles)"]))
            }
            return reply
        }
    }

    /// Lets an import count no more.
    public func undo(_ number: Int64, enteredFor: String?) throws -> CommandReply {
        try CommandDesk(site: site).perform(.undoImport(number), enteredFor: enteredFor)
    }

    private struct ImportLine: Encodable {
        var number: Int64
        var file: String
        var sha256: String
        var person: String
        var readings: Int
        var finishedAt: String?
        var undoneAt: String?
    }

    /// Every import, oldest first.
    public func list(json: Bool) throws -> [String] {
        let runs = try site.readingStore().imports()
        if json {
            return try runs.map { run in
                try JSONLine.text(
                    ImportLine(
                        number: run.id, file: run.file, sha256: run.sha256, person: run.person,
                        readings: run.readingCount, finishedAt: run.finishedAt?.description,
                        undoneAt: run.undoneAt?.description))
            }
        }
        return TextTable.lines(
            ["no", "file", "who", "readings", "counts since", "undone"],
            runs.map { run in
                [
                    "\(run.id)", run.file, run.person, "\(run.readingCount)", run.finishedAt.map(site.local) ?? "-",
                    run.undoneAt.map(site.local) ?? "-",
                ]
            })
    }

    /// The times at which sensors have readings already: what stands there is not imported over.
    private func knownTimes(_ count: Int, _ span: ClosedRange<Instant>) throws -> [SensorID: Set<Int64>] {
        let store = try site.readingStore()
        var known: [SensorID: Set<Int64>] = [:]
        for sensor in try store.sensors() {
            let query = ReadingQuery(
                .sensors([sensor.id]), from: span.lowerBound, until: span.upperBound.advanced(byMilliseconds: 1))
            try store.readings(query) { known[sensor.id, default: []].insert($0.time.instant.milliseconds) }
        }
        return known
    }

    private func sha256(of path: String) throws -> String {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw AppError("\(path) cannot be read", remedy: "check its name and that you may read it")
        }
        return Fingerprint.sha256(data)
    }

    /// Hands every reading of a file to `body` with its line; what is wrong goes to `problem` with file, line and rule.
    private func read(
        _ request: Request, problem: (String) -> Void, _ body: (ImportedReading, Int) throws -> Void
    ) throws {
        let store = try site.readingStore()
        let sensors = try store.sensors()
        let kinds = try HandReadings.kinds(store, try SensorDirectory(store))
        var wishes = ImportPlan.Wishes()
        wishes.columns = request.columns
        wishes.sensor = request.sensor
        wishes.time = request.time
        wishes.unit = request.unit
        wishes.kind = request.kind
        wishes.filters = request.filters
        let file = try ImportFile(path: request.path)
        guard let zone = request.zone.map({ Zone(identifier: $0) }) ?? site.zone else {
            throw AppError(
                "the zone '\(request.zone ?? "")' is not known",
                remedy: "write for example UTC, Etc/GMT-1, Europe/Madrid")
        }
        if case .homeAssistant(let statistics) = file.content {
            return try read(statistics, wishes, sensors, kinds, body)
        }
        let plan = try ImportPlan(head: try file.head(), wishes: wishes, sensors: sensors, kinds: kinds)
        var latest: [SensorID: Instant] = [:]
        try file.rows { line, cells in
            switch cells {
            case .failure(let error): problem("\(request.path):\(line): \(error)")
            case .success(let cells):
                do {
                    for reading in try plan.readings(cells, zone: zone, after: latest) {
                        latest[reading.sensor] = reading.time
                        try body(reading, line)
                    }
                } catch let error as AppError {
                    problem("\(request.path):\(line): \(error)")
                }
            }
        }
    }

    private func read(
        _ statistics: HomeAssistantStatistics, _ wishes: ImportPlan.Wishes, _ sensors: [Sensor],
        _ kinds: [SensorID: ReadingKind], _ body: (ImportedReading, Int) throws -> Void
    ) throws {
        let series = try statistics.series()
        guard !wishes.columns.isEmpty else {
            throw AppError(
                "it holds " + series.map { "\($0.id) (\($0.unit), \($0.count) hours)" }.joined(separator: ", "),
                remedy: "say --column \"STATISTIC=SENSOR\" for each that you want")
        }
        let plan = try ImportPlan(
            head: ["time"] + series.map(\.id), wishes: wishes, sensors: sensors, kinds: kinds)
        let byName = Dictionary(plan.columns.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        let about = Dictionary(series.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        var hour = 0
        try statistics.hours(of: byName.keys.sorted()) { entry in
            hour += 1
            guard let column = byName[entry.id], let series = about[entry.id],
                let value = DecimalValue("\(entry.value)")?.rounded(places: 6)
            else { return }
            let unit = wishes.unit == nil ? Unit.parsing(series.unit) ?? column.unit : column.unit
            try ImportPlan.check(unit, of: column.sensor)
            try body(
                ImportedReading(
                    sensor: column.sensor.id, kind: series.isCounter ? .register : column.kind, value: value,
                    unit: unit, time: entry.time), hour)
        }
    }
}
