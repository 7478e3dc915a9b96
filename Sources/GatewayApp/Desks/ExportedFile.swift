import Foundation
import GatewayModel

/// A file of readings that the program wrote earlier, out of which a household's lines are taken again.
struct ExportedFile {
    /// What came of it.
    enum Outcome: Equatable {
        /// So many lines went; the file itself where none were left.
        case removed(Int)
        /// There is no such file.
        case notThere
        /// It is no file of readings.
        case notOurs
        /// It cannot be changed.
        case failed(String)
    }

    let path: String

    /// The first line of files in CSV.
    static let header = earlierHeader + ",disputed"
    /// The first line of files from before disputes were marked in them.
    private static let earlierHeader =
        "time,time_source,received_at,device,channel,quantity,kind,value,unit,sensor,trusted"

    /// Takes out the lines of a sensor within a period; the rest stays as it is.
    func remove(_ sensor: SensorID, within period: Range<Instant>) -> Outcome {
        guard FileManager.default.fileExists(atPath: path) else { return .notThere }
        guard let data = FileManager.default.contents(atPath: path), let text = String(validating: data, as: UTF8.self)
        else { return .failed("it cannot be read") }
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let header = lines.first.flatMap { first in
            [ExportedFile.header, ExportedFile.earlierHeader].first { $0 == first }
        }
        guard header != nil || lines.first?.hasPrefix("{") == true else { return .notOurs }
        let before = lines.count
        lines.removeAll { line in
            guard let place = header.map({ ExportedFile.csv(line, $0) }) ?? ExportedFile.json(line) else {
                return false
            }
            return place.sensor == sensor.rawValue && period.contains(place.time)
        }
        guard lines.count < before else { return .removed(0) }
        do {
            if lines.allSatisfy({ $0.isEmpty || header.map($0.elementsEqual) ?? false }) {
                try FileManager.default.removeItem(atPath: path)
            } else {
                try Data(lines.joined(separator: "\n").utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
            }
        } catch {
            return .failed(error.localizedDescription)
        }
        return .removed(before - lines.count)
    }

    /// Sensor and time of a line; neither has a comma in it, whatever stands between.
    private static func csv(_ line: Substring, _ header: String) -> (sensor: String, time: Instant)? {
        let cells = line.split(separator: ",", omittingEmptySubsequences: false)
        let behind = header == ExportedFile.header ? 3 : 2
        guard cells.count >= 9 + behind, let time = Instant(rfc3339: String(cells[0])) else { return nil }
        return (String(cells[cells.count - behind]), time)
    }

    private static func json(_ line: Substring) -> (sensor: String, time: Instant)? {
        struct Line: Decodable {
            var time: String
            var sensor: String?
        }
        guard let read = try? JSONDecoder().decode(Line.self, from: Data(line.utf8)), let sensor = read.sensor,
            let time = Instant(rfc3339: read.time)
        else { return nil }
        return (sensor, time)
    }
}
