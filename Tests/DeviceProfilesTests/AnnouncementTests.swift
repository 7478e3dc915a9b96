import DeviceProfiles
import GatewayModel
import Testing

@Suite("Units and names that come in messages of their own", .timeLimit(.minutes(15)))
struct AnnouncementTests {
    static func config(_ members: String) -> String {
        #"{"stat_t":"pump/data","uniq_id":"pump_1","dev":{"ids":["pump"]},\#(members)}"#
    }

    @Test(
        "Home Assistant's discovery tells device, channel, quantity, unit and kind",
        arguments: [
            (#""val_tpl":"{{ value_json.flow }}","unit_of_meas":"m³/h""#, #"{"flow":1.25}"#, "pump/pump_1 = 1.25 m3/h"),
            (
                #""val_tpl":"{{value_json['a b'][\"c\"]}}","unit_of_meas":"L""#, #"{"a b":{"c":"4.5"}}"#,
                "pump/pump_1 = 4.5 L"
            ),
            (
                #""val_tpl":"{{ value_json.t | float(0) | round(1) }}","unit_of_meas":"\u2103""#, #"{"t":7}"#,
                "pump/pump_1 = 7 Cel"
            ),
            (#""unit_of_meas":"lux","dev_cla":"illuminance""#, "412", "pump/pump_1 = 412 lx"),
            (#""unit_of_measurement":"\u03bcS/cm""#, "210", "pump/pump_1 = 210 uS/cm"),
        ])
    func discovery(members: String, payload: String, wanted: String) {
        let decoding = Fixture.decode(
            "pump/data", payload, after: [("homeassistant/sensor/pump/config", Self.config(members))])
        #expect(decoding.summary == [wanted])
    }

    @Test("A value that the template would compute is refused, never stored raw under the announced unit")
    func computedTemplates() {
        for template in [
            "{{ value_json.flow / 60 }}", "{{ (value_json.flow|float * 1000) | round(1) }}", "{% if x %}1{% endif %}",
        ] {
            let config = Self.config(#""val_tpl":"\#(template)","unit_of_meas":"L/min""#)
            let decoding = Fixture.decode(
                "pump/data", #"{"flow":60}"#, after: [("homeassistant/sensor/pump/config", config)])
            #expect(decoding.readings.isEmpty, "\(template)")
            #expect(decoding.reasons == ["computed"], "\(template)")
        }
    }

    @Test("A total is announced as a register; a device announces all its sensors in one message")
    func registersAndComponents() {
        let config = """
            {"dev":{"ids":"meter"},"o":{"name":"own"},"~":"own/meter","stat_t":"~/all","cmps":{
            "a":{"p":"sensor","uniq_id":"water","val_tpl":"{{ value_json.w }}","unit_of_meas":"m³","dev_cla":"water",
            "stat_cla":"total_increasing"},
            "b":{"p":"sensor","uniq_id":"battery","val_tpl":"{{ value_json.b }}","unit_of_meas":"%","dev_cla":"battery"},
            "c":{"p":"switch","uniq_id":"valve","val_tpl":"{{ value_json.v }}"}}}
            """
        let decoding = Fixture.decode(
            "own/meter/all", #"{"w":88.5,"b":70,"v":1}"#, after: [("homeassistant/device/meter/config", config)])
        #expect(decoding.summary == ["meter/water = 88.5 m3", "meter/battery = 70 %"])
        #expect(decoding.readings.map(\.kind) == [.register, .gauge])
    }

    @Test("Switches announce nothing to read; an empty or broken announcement harms nothing")
    func otherComponents() {
        let decoding = Fixture.decode(
            "pump/data", "1",
            after: [
                ("homeassistant/switch/pump/config", Self.config(#""unit_of_meas":"W""#)),
                ("homeassistant/sensor/pump/config", ""),
                ("homeassistant/sensor/pump/config", #"{"stat_t":"pump/data","#),
            ])
        #expect(decoding.readings.isEmpty)
    }

    @Test("A later announcement replaces the one before, an empty one takes it back")
    func replacement() {
        let topic = "homeassistant/sensor/pump/config"
        let celsius = Self.config(#""val_tpl":"{{ value_json.t }}","unit_of_meas":"°C""#)
        let fahrenheit = Self.config(#""val_tpl":"{{ value_json.t }}","unit_of_meas":"°F""#)
        let other = Self.config(#""val_tpl":"{{ value_json.u }}","unit_of_meas":"K""#)
        func readings(_ configs: String...) -> [String] {
            Fixture.decode("pump/data", #"{"t":7,"u":280}"#, after: configs.map { (topic, $0) }).summary
        }
        #expect(readings(celsius, fahrenheit) == ["pump/pump_1 = 7 [degF]"])
        #expect(readings(celsius, other) == ["pump/pump_1 = 280 K"])
        #expect(readings(celsius, "") == [])
        let homie = Fixture.decode(
            "homie/cellar/climate/temperature", "7",
            after: ["°C", "°F"].map { ("homie/cellar/climate/temperature/$unit", $0) })
        #expect(homie.readings.map(\.unit) == [Unit("[degF]")])
    }

    @Test("Homie 4 names the unit in a topic of its own, Homie 5 in the description of the device")
    func homie() {
        #expect(Fixture.decode("homie/cellar/climate/temperature", "11.5").readings.isEmpty)
        let fourth = Fixture.decode(
            "homie/cellar/climate/temperature", "11.5", after: [("homie/cellar/climate/temperature/$unit", "°F")])
        #expect(fourth.summary == ["cellar/climate.temperature = 11.5 [degF]"])
        let description = #"{"homie":"5.0","nodes":{"tank":{"properties":{"volume":{"unit":"L","datatype":"float"}}}}}"#
        let fifth = Fixture.decode(
            "homie/5/cellar/tank/volume", "812", after: [("homie/5/cellar/$description", description)])
        #expect(fifth.summary == ["cellar/tank.volume = 812 L"])
        for topic in [
            "homie/cellar/climate/temperature/set", "homie/cellar/climate/temperature/$format", "homie/cellar/$state",
        ] {
            let decoding = Fixture.decode(topic, "20", after: [("homie/cellar/climate/temperature/$unit", "°C")])
            #expect(decoding.readings.isEmpty, "\(topic)")
        }
    }

    @Test("A meter reader's channel is read once its OBIS code was heard, and refused before")
    func obisCodes() {
        #expect(Fixture.decode("vzlogger/data/chn3/raw", "812345.5").reasons == ["refused"])
        let energy = Fixture.decode(
            "vzlogger/data/chn3/raw", "812345.5", after: [("vzlogger/data/chn3/id", "1-0:1.8.0")])
        #expect(energy.readings.map(\.quantity) == ["energy"])
        #expect(energy.readings.map(\.kind) == [.register])
        #expect(energy.readings.map(\.unit) == [Unit("Wh")])
        let timed = Fixture.decode(
            "vzlogger/data/chn3/raw", #"{"timestamp":1779999990123,"value":812345.5}"#,
            after: [("vzlogger/data/chn3/id", "1-0:1.8.0")])
        #expect(timed.readings.map(\.time.instant.milliseconds) == [1_779_999_990_123])
        let power = Fixture.decode(
            "vzlogger/data/chn4/agg", "-250.25", after: [("vzlogger/data/chn4/id", "1-0:16.7.0")])
        #expect(
            power.readings.map { "\($0.quantity.rawValue) \($0.value) \($0.unit.code)" } == ["active_power -250.25 W"])
    }

    @Test("The unit of the topic beside counts more than what the name suggests, unless it measures something else")
    func unitTopics() {
        let topic = "statestream/sensor/outside_temperature"
        let fahrenheit = Fixture.decode(topic + "/state", "68", after: [(topic + "/unit_of_measurement", #""°F""#)])
        #expect(fahrenheit.readings.map(\.unit) == [Unit("[degF]")])
        let wrong = Fixture.decode(topic + "/state", "68", after: [(topic + "/unit_of_measurement", "bar")])
        #expect(wrong.readings.map(\.unit) == [Unit("Cel")])
    }
}

@Suite("Sensor Measurement Lists", .timeLimit(.minutes(15)))
struct SenMLTests {
    static let received = Fixture.receivedAt.milliseconds

    @Test("Base name, unit, value and time hold for the records that follow")
    func baseFields() {
        let decoding = Fixture.decode(
            "a/senml",
            #"[{"bn":"urn:dev:mac:01/","bt":1.78e9,"bu":"W","bv":100,"n":"power","v":20.5},{"n":"heat","t":-5,"v":1},{"n":"flow","u":"m3/s","bv":0,"v":0.002}]"#
        )
        #expect(
            decoding.summary == [
                "urn:dev:mac:01/power = 120.5 W", "urn:dev:mac:01/heat = 101 W", "urn:dev:mac:01/flow = 0.002 m3/s",
            ])
        #expect(
            decoding.readings.map(\.time.instant.milliseconds) == [
                1_780_000_000_000, 1_779_999_995_000, 1_780_000_000_000,
            ])
        #expect(decoding.readings.map(\.quantity) == ["active_power", "active_power", "volume_flow"])
    }

    @Test("A time below 2^28 seconds counts from now; without one the message's reception counts")
    func relativeTimes() {
        let decoding = Fixture.decode("a/senml", #"[{"n":"x/t","u":"Cel","t":-30,"v":1},{"n":"x/t","u":"Cel","v":2}]"#)
        #expect(decoding.readings.map { $0.time.instant.milliseconds - Self.received } == [-30_000, 0])
        #expect(decoding.readings.map(\.time.source) == [.device, .received])
    }

    @Test("Sums are registers; texts, booleans and data are no readings")
    func sums() {
        let decoding = Fixture.decode(
            "a/senml",
            #"[{"n":"x/water","u":"m3","s":88.5},{"n":"x/a","vs":"12"},{"n":"x/b","vb":true},{"n":"x/c","vd":"aGk"}]"#)
        #expect(decoding.summary == ["x/water = 88.5 m3"])
        #expect(decoding.readings.map(\.kind) == [.register])
    }

    @Test("A pack with a label that must be understood is refused as a whole")
    func mustUnderstand() {
        let decoding = Fixture.decode("a/senml", #"[{"n":"x/t","u":"Cel","v":1},{"n":"x/t","u":"Cel","v":2,"new_":1}]"#)
        #expect(decoding.readings.isEmpty)
        #expect(decoding.reasons == ["unknown_label"])
    }

    @Test("Relative humidity and battery levels have units of their own")
    func specialUnits() {
        let decoding = Fixture.decode(
            "a/senml", #"[{"n":"x/h","u":"%RH","v":55},{"n":"x/b","u":"%EL","v":80},{"n":"x/n","u":"count","v":7}]"#)
        #expect(decoding.readings.map(\.quantity) == ["relative_humidity", "battery", "count"])
        #expect(decoding.readings.map(\.unit.code) == ["%", "%", "1"])
    }
}
