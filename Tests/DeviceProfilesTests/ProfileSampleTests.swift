import DeviceProfiles
import GatewayModel
import Testing

@Suite("The profiles that are shipped", .timeLimit(.minutes(15)))
struct ProfileSampleTests {
    @Test("Every profile can be read and proves itself by its samples")
    func samples() {
        #expect(Fixture.shipped.problems.map(\.description) == [])
        for failure in Fixture.shipped.catalog.runSamples() {
            Issue.record("\(failure.profile):\(failure.sample.line): \(failure.actual), \(failure.rejected)")
        }
    }

    @Test("Every profile says which devices it is for, what to set there, and has a sample with and without readings")
    func completeness() {
        for profile in Fixture.shipped.catalog.profiles {
            #expect(!profile.families.isEmpty, "\(profile.name)")
            #expect(profile.setup.count > 20 || profile.name == "vzlogger_ids", "\(profile.name)")
            #expect(!profile.samples.isEmpty, "\(profile.name)")
        }
    }

    @Test("What the neighbours send is heard by radio families, so they ask for a list")
    func allowLists() {
        let asking = Fixture.shipped.catalog.profiles.filter(\.needsAllowList).map(\.name)
        #expect(
            Set(asking).isSuperset(of: ["wmbusmeters", "rtl_433", "rtlamr2mqtt", "theengs"]))
    }

    @Test("Two hundred unrelated profiles change nothing of what is decoded")
    func unrelatedProfiles() throws {
        let unrelated = (0..<200).map { number in
            (
                file: "unrelated-\(number).yaml",
                text: """
                profile: unrelated_\(number)
                priority: \(number % 101)
                topics: ["unrelated-\(number)/{device...}/{field}"]
                fields:
                  - {path: [temperature, value, power], quantity: temperature, unit: K}
                """
            )
        }
        let shipped = try Fixture.shippedTexts()
        let (crowded, problems) = ProfileCatalog.reading(unrelated + shipped)
        #expect(problems.isEmpty)
        let messages =
            Fixture.shipped.catalog.profiles.flatMap(\.samples).map { Fixture.message($0.topic, $0.payload) }
            + (try RecordedMessage.all().map(\.inbound))
        var (alone, among) = (Fixture.decoder(), Fixture.decoder(crowded))
        for message in messages {
            let (left, right) = (alone.decode(message), among.decode(message))
            #expect(left.readings == right.readings, "\(message.topic)")
            #expect(left.rejections == right.rejections, "\(message.topic)")
            #expect(left.profile == right.profile, "\(message.topic)")
        }
    }

    @Test("The channels that the example configuration names stay what they are")
    func channelsOfTheExample() {
        let samples: [(topic: String, payload: String, wanted: String)] = [
            ("garden/greenhouse/temperature", "21.5", "garden/greenhouse/temperature = 21.5 Cel"),
            ("zigbee2mqtt/Cold store", #"{"temperature":4.5}"#, "Cold store/temperature = 4.5 Cel"),
            ("zigbee2mqtt/Pump plug", #"{"power":412}"#, "Pump plug/power = 412 W"),
            ("tele/pump/SENSOR", #"{"ENERGY":{"Total":3.5}}"#, "pump/energy_total = 3.5 kWh"),
            ("wmbusmeters/30410001", #"{"id":"30410001","total_m3":7.5}"#, "30410001/total_volume = 7.5 m3"),
            (
                "rtl_433/valley/events",
                #"{"time":"2026-05-01 10:00:00","model":"Fineoffset-WH65B","id":16,"rain_mm":7}"#,
                "Fineoffset-WH65B/16/rain_total = 7 mm"
            ),
            (
                "application/1/device/24e124126c410001/event/up", #"{"object":{"depth":142.0}}"#,
                "24e124126c410001/depth = 142 cm"
            ),
            (
                "shellypro3em-88/events/rpc", #"{"src":"shellypro3em-88","params":{"em:0":{"total_act_power":5}}}"#,
                "shellypro3em-88/total_power = 5 W"
            ),
        ]
        for sample in samples {
            #expect(Fixture.decode(sample.topic, sample.payload).summary == [sample.wanted])
        }
    }
}
