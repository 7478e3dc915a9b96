import DeviceProfiles
import GatewayModel
import Testing

@Suite("Recorded messages of real devices", .timeLimit(.minutes(15)))
struct RecordedMessageTests {
    /// Recordings on which we disagree with their label, each with the reason.
    static let disagreements = [
        "chirpstack-status-real": "its battery level is marked as available and is as good as that of the other status"
    ]

    @Test(
        "Every recording gives the readings it must, and only those",
        .enabled(if: RecordedMessage.isPresent, "shared/payloads/vectors.jsonl is not beside the repository"))
    func allRecordings() throws {
        guard let zone = Zone(identifier: "Europe/Berlin") else {
            Issue.record("the time zones of this computer are not installed")
            return
        }
        let recordings = try RecordedMessage.all()
        let byID = Dictionary(recordings.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        var decoder = MessageDecoder(catalog: Fixture.shipped.catalog, zone: zone)
        var faults: [String: String] = [:]
        for recording in recordings {
            for id in recording.context ?? [] {
                if let earlier = byID[id] { _ = decoder.decode(earlier.inbound) }
            }
            faults[recording.id] = recording.fault(of: decoder.decode(recording.inbound))
        }
        #expect(recordings.count >= 360)
        for (id, fault) in faults.sorted(by: { $0.key < $1.key }) where Self.disagreements[id] == nil {
            Issue.record("\(id): \(fault)")
        }
        #expect(Set(faults.keys).isSuperset(of: Self.disagreements.keys), "a disagreement was settled; take it off")
    }

    @Test(
        "Every family of the recordings has a profile of its name",
        .enabled(if: RecordedMessage.isPresent, "shared/payloads/vectors.jsonl is not beside the repository"))
    func families() throws {
        let profiles = Set(Fixture.shipped.catalog.profiles.map(\.name))
        // Plain topics are read by names alone.
        let readByNames: Set = ["generic_ugly"]
        let families = Set(try RecordedMessage.all().map(\.family))
        #expect(families.subtracting(readByNames).subtracting(profiles).sorted() == [])
    }
}
