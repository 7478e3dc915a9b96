import DeviceProfiles
import GatewayModel
import Testing

@Suite("The language of profiles", .timeLimit(.minutes(15)))
struct ProfileLanguageTests {
    static func profile(_ fields: String..., also: String = "") throws -> ProfileCatalog {
        try Fixture.catalog(
            """
            profile: own
            topics: ["own/{device}/{kind:data|more*}", "own/{device}/{kind:bare}/{field}"]
            device: ["{device}"]
            \(also)
            fields:
            \(fields.map { "  - " + $0 }.joined(separator: "\n"))
            """)
    }

    @Test("`when` chooses a rule by another member, by a range or by a part of the topic")
    func when() throws {
        let catalog = try Self.profile(
            "{path: t, when: {soil: \"*\"}, channel: soil, quantity: soil_temperature, unit: Cel}",
            "{path: t, when: {pressure: \"20..35\"}, channel: air, quantity: temperature, unit: \"[degF]\"}",
            "{path: t, when: {kind: \"more*\"}, channel: more, quantity: temperature, unit: K}",
            "{path: t, channel: air, quantity: temperature, unit: Cel}")
        #expect(Fixture.decode("own/a/data", #"{"t":7}"#, by: catalog).summary == ["a/air = 7 Cel"])
        #expect(Fixture.decode("own/a/data", #"{"t":7,"soil":30}"#, by: catalog).summary == ["a/soil = 7 Cel"])
        #expect(Fixture.decode("own/a/data", #"{"t":7,"soil":null}"#, by: catalog).summary == ["a/air = 7 Cel"])
        #expect(
            Fixture.decode("own/a/data", #"{"pressure":29.9,"t":70}"#, by: catalog).summary == ["a/air = 70 [degF]"])
        #expect(Fixture.decode("own/a/data", #"{"pressure":1013,"t":7}"#, by: catalog).summary == ["a/air = 7 Cel"])
        #expect(Fixture.decode("own/a/more1", #"{"t":280}"#, by: catalog).summary == ["a/more = 280 K"])
        #expect(Fixture.decode("own/a/other", #"{"t":280}"#, by: catalog).reasons == ["unknown_topic"])
    }

    @Test("`values` chooses a rule by the number itself, in JSON and in a bare payload")
    func values() throws {
        let catalog = try Self.profile(
            "{path: v, values: [1000, 20000], quantity: battery_voltage, unit: mV}",
            "{path: v, values: [0, 20], quantity: battery_voltage, unit: V}")
        #expect(Fixture.decode("own/a/data", #"{"v":3015}"#, by: catalog).summary == ["a/v = 3015 mV"])
        #expect(Fixture.decode("own/a/data", #"{"v":"3.015"}"#, by: catalog).summary == ["a/v = 3.015 V"])
        #expect(Fixture.decode("own/a/data", #"{"v":500}"#, by: catalog).summary == [])
        #expect(Fixture.decode("own/a/bare/v", "3015", by: catalog).summary == ["a/v = 3015 mV"])
    }

    @Test("The unit comes from the rule, from behind the number, from another member or from beside the value")
    func units() throws {
        let catalog = try Self.profile(
            "{path: \"**/t\", quantity: temperature, unit: Cel, unit_from: scale, units: {K: K, imperial: \"[degF]\"}}",
            "{path: n, quantity: temperature, unit: Cel}")
        #expect(Fixture.decode("own/a/data", #"{"t":7}"#, by: catalog).summary == ["a/t = 7 Cel"])
        #expect(Fixture.decode("own/a/data", #"{"t":7,"scale":"imperial"}"#, by: catalog).summary == ["a/t = 7 [degF]"])
        #expect(Fixture.decode("own/a/data", #"{"t":7,"scale":"°F"}"#, by: catalog).summary == ["a/t = 7 [degF]"])
        #expect(
            Fixture.decode("own/a/data", #"{"scale":"K","x":{"t":7},"y":{"t":8,"scale":"C"}}"#, by: catalog).summary
                == ["a/x.t = 7 K", "a/y.t = 8 Cel"])
        #expect(Fixture.decode("own/a/data", #"{"n":"44,5 °F"}"#, by: catalog).summary == ["a/n = 44.5 [degF]"])
        #expect(Fixture.decode("own/a/data", #"{"n":"44 V"}"#, by: catalog).reasons == ["unit_mismatch"])
        #expect(Fixture.decode("own/a/data", #"{"n":{"value":44,"unit":"K"}}"#, by: catalog).summary == ["a/n = 44 K"])
    }

    @Test("Keys that end in a unit or are spelled otherwise are found where the profile allows it")
    func unitSuffixes() throws {
        let strict = "{path: [pressure, water_level, flow], quantity: pressure, unit: hPa}"
        #expect(Fixture.decode("own/a/data", #"{"pressure_bar":2}"#, by: try Self.profile(strict)).readings.isEmpty)
        let catalog = try Self.profile(
            "{path: pressure, quantity: pressure, unit: hPa}", "{path: water_level, quantity: level, unit: \"\"}",
            "{path: flow, quantity: volume_flow, unit: \"\"}", also: "unit_suffixes: true")
        let decoding = Fixture.decode(
            "own/a/data", #"{"pressure_bar":2,"waterLevel":1,"Water Level-cm":120,"flow_lpm":4,"flow_in":5}"#,
            by: catalog)
        #expect(
            decoding.summary == [
                "a/pressure_bar = 2 bar", "a/waterLevel = 1", "a/Water Level-cm = 120 cm", "a/flow_lpm = 4 L/min",
            ])
    }

    @Test("Numbers for `no value`, outside of the range or not trusted by the device are told apart")
    func refusals() throws {
        let catalog = try Self.profile(
            "{path: t, quantity: temperature, unit: Cel, drop: [85, -127]}",
            "{path: h, quantity: relative_humidity, unit: \"%\", range: [1, 100]}",
            "{path: error, reject: the sensor is broken, good: [none]}",
            also: "status: {path: state, good: [OK]}")
        #expect(Fixture.decode("own/a/data", #"{"t":85}"#, by: catalog).reasons == ["sentinel"])
        #expect(Fixture.decode("own/a/data", #"{"t":2000}"#, by: catalog).reasons == ["out_of_range"])
        #expect(Fixture.decode("own/a/data", #"{"h":0}"#, by: catalog).reasons == ["out_of_range"])
        #expect(Fixture.decode("own/a/data", #"{"t":7,"error":"none"}"#, by: catalog).reasons == [])
        #expect(Fixture.decode("own/a/bare/error", "E5", by: catalog).reasons == ["refused"])
        let doubtful = Fixture.decode("own/a/data", #"{"t":7,"state":"LEAK"}"#, by: catalog)
        #expect(doubtful.readings.map(\.isTrusted) == [false])
        #expect(Fixture.decode("own/a/data", #"{"state":"LEAK"}"#, by: catalog).reasons == ["device_error"])
    }

    @Test("One message may speak of several devices and several times")
    func devicesAndTimes() throws {
        let catalog = try Self.profile(
            "{path: \"list/*/t\", channel: t, quantity: temperature, unit: Cel, device: \"{device}/{address}\"}",
            "{path: gas, quantity: gas_volume, unit: m3, kind: register, time: {path: gas_time, form: dsmr}}",
            "{path: \"history/*/w\", channel: w, quantity: volume, unit: L, kind: register}",
            also: "time: [{path: at, form: epoch_s}, {beside: at, form: epoch_s}]")
        let decoding = Fixture.decode(
            "own/a/data",
            #"{"at":1780000000,"list":[{"address":"28-01","t":7},{"address":"28-02","t":8}],"gas":5,"gas_time":"260501100000S","history":[{"at":1770000000,"w":9}]}"#,
            by: catalog)
        #expect(decoding.summary == ["a/28-01/t = 7 Cel", "a/28-02/t = 8 Cel", "a/gas = 5 m3", "a/w = 9 L"])
        #expect(
            decoding.readings.map(\.time.instant) == [
                Instant(seconds: 1_780_000_000), Instant(seconds: 1_780_000_000),
                Instant(seconds: 1_777_622_400), Instant(seconds: 1_770_000_000),
            ])
    }

    @Test("States become numbers, a scale is applied exactly")
    func statesAndScale() throws {
        let catalog = try Self.profile(
            "{path: valve, quantity: valve, unit: \"1\", kind: state, states: {open: 1, shut: 0}}",
            "{path: door, quantity: binary, unit: \"1\", kind: state}",
            "{path: t, quantity: temperature, unit: Cel, scale: 0.1}")
        #expect(
            Fixture.decode("own/a/data", #"{"valve":"shut","door":true,"t":-215}"#, by: catalog).summary
                == ["a/valve = 0 1", "a/door = 1 1", "a/t = -21.5 Cel"])
        #expect(Fixture.decode("own/a/bare/valve", "open", by: catalog).summary == ["a/valve = 1 1"])
        #expect(Fixture.decode("own/a/bare/door", "OFF", by: catalog).summary == ["a/door = 0 1"])
    }

    @Test(
        "The profile of the higher priority reads a topic that two know; what is recognised goes before what is ignored"
    )
    func priorities() throws {
        func text(_ name: String, _ priority: Int, _ rest: String) -> String {
            "profile: \(name)\npriority: \(priority)\ntopics: [\(rest)]\nfields: [{path: t, channel: \(name), quantity: temperature, unit: Cel}]"
        }
        let low = text("low", 10, "\"x/{device}\"")
        let high = text("high", 60, "{topic: \"{any...}\", recognised_by: [t, id]}") + "\nignore: [\"x/quiet\"]"
        let catalog = try Fixture.catalog(low, high)
        #expect(Fixture.decode("x/a", #"{"t":7}"#, by: catalog).readings.map(\.channel) == ["low"])
        #expect(Fixture.decode("x/a", #"{"t":7,"id":1}"#, by: catalog).readings.map(\.channel) == ["high"])
        #expect(Fixture.decode("x/quiet", #"{"t":7,"id":1}"#, by: catalog).readings.map(\.channel) == ["high"])
        let quiet = Fixture.decode("x/quiet", #"{"t":7}"#, by: catalog)
        #expect(quiet.readings.isEmpty && quiet.rejections.isEmpty && quiet.isKnownTopic)
    }
}
