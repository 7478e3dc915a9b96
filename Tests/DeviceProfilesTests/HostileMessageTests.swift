import DeviceProfiles
import GatewayModel
import Testing

@Suite("Hostile and broken messages", .timeLimit(.minutes(15)))
struct HostileMessageTests {
    @Test("Lists nested by the thousand are refused, as deep as the limit they are read")
    func depth() {
        for depth in [33, 1000, 100_000] {
            let payload = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
            #expect(Fixture.decode("garden/x", payload).reasons == ["malformed"])
        }
        let objects = String(repeating: #"{"a":"#, count: 1000) + "1" + String(repeating: "}", count: 1000)
        #expect(Fixture.decode("garden/x", objects).reasons == ["malformed"])
        let nested = String(repeating: #"{"a":"#, count: 30) + #"{"temperature":7}"# + String(repeating: "}", count: 30)
        #expect(Fixture.decode("garden/x", nested).readings.map(\.value) == [DecimalValue(7)])
    }

    @Test("More than 256 KiB are refused, a large message within it is read")
    func size() {
        let filler = String(repeating: "x", count: 262_144)
        let tooLong = Fixture.decode("garden/x", #"{"note":""# + filler + #"","temperature":7}"#)
        #expect(tooLong.reasons == ["malformed"])
        let long = Fixture.decode("garden/x", #"{"note":""# + filler.dropLast(100) + #"","temperature":7}"#)
        #expect(long.readings.count == 1)
        #expect(Fixture.decode("garden/temperature", String(repeating: "7", count: 300_000)).readings.isEmpty)
    }

    @Test("Of doubled keys no value is lost or made up")
    func doubledKeys() {
        let decoding = Fixture.decode("garden/x", #"{"temperature":7,"temperature":8,"humidity":50}"#)
        #expect(decoding.readings.map { "\($0.value)" } == ["7", "8", "50"])
    }

    @Test("Bytes that are not UTF-8 spoil the whole message; a Latin-1 degree sign behind a number does not")
    func wrongBytes() {
        var decoder = Fixture.decoder()
        let json = Array(#"{"temperature":7,"note":""#.utf8) + [0xFF, 0xC0] + Array(#""}"#.utf8)
        let refused = decoder.decode(Fixture.message("garden/x", json))
        #expect(refused.readings.isEmpty)
        #expect(refused.reasons == ["malformed"])
        #expect(decoder.decode(Fixture.message("garden/temperature", [0xFF, 0xFE, 0x37])).readings.isEmpty)
        let latin = decoder.decode(Fixture.message("garden/temperature", Array("20.6 ".utf8) + [0xB0, 0x43]))
        #expect(latin.summary == ["garden/temperature = 20.6 Cel"])
    }

    @Test("Lone surrogates in keys, texts and units harm nothing")
    func loneSurrogates() {
        let decoding = Fixture.decode(
            "garden/x", #"{"\ud800":1,"temperature":{"value":7,"unit":"\udc00"},"note":"\ud83d\ude00 \ud83d"}"#)
        #expect(decoding.summary == ["garden/x/temperature = 7 Cel"])
    }

    @Test("Whole numbers beyond 2^53 stay exact, longer ones are marked as rounded or refused")
    func largeNumbers() {
        #expect(
            Fixture.decode("meter/energy_wh", "9007199254740993").readings.map { "\($0.value)" } == ["9007199254740993"]
        )
        let json = Fixture.decode("meter", #"{"energy_wh":9007199254740993}"#)
        #expect(json.readings.map { "\($0.value)" } == ["9007199254740993"])
        let long = Fixture.decode("meter/temperature", "20.12345678901234567890123456789")
        #expect(long.readings.allSatisfy { $0.isRounded })
        #expect(Fixture.decode("meter/temperature", "1e999999999999").readings.isEmpty)
        #expect(
            Fixture.decode("meter", #"{"temperature":1e999999999999,"humidity":50}"#).readings.map(\.channel) == [
                "humidity"
            ])
    }

    @Test(
        "Words that some programs write for numbers are refused",
        arguments: ["NaN", "Infinity", "-inf", "0x10", "1_000"])
    func wordsForNumbers(word: String) {
        #expect(Fixture.decode("garden/temperature", word).readings.isEmpty)
        #expect(!Fixture.decode("garden/temperature", word).rejections.isEmpty)
        let json = Fixture.decode("garden/x", #"{"humidity":50,"temperature":\#(word)}"#)
        #expect(json.readings.isEmpty)
        #expect(json.reasons == ["malformed"])
        #expect(Fixture.decode("garden/x", #"{"temperature":"\#(word)"}"#).reasons == ["not_a_number"])
    }

    @Test(
        "JSON that breaks the grammar gives nothing",
        arguments: [
            #"{"temperature":007}"#, #"{"temperature":7,}"#, #"{"temperature":7"#, #"{"temperature":7} {"#,
            #"{'temperature':7}"#,
            #"{"temperature":+7}"#, #"{"temperature":.7}"#, #"{"temperature":7.}"#, #"{"temperature":7e}"#,
            #"{"temperature" 7}"#,
            #"{"temperature":7,"a":"\x"}"#, #"{"temperature":7,"a":"\u12"}"#, #"{"temperature":7,"a":tru}"#,
            "{\"temperature\":7,\"a\":\"\u{1}\"}",
            #"[{"temperature":7}"#, #"{"temperature":7}]"#, #"{"temperature":7,"a"}"#, #"{temperature:7}"#, "{", "[",
            #"{"a":"\"#,
        ])
    func brokenGrammar(payload: String) {
        let decoding = Fixture.decode("garden/x", payload)
        #expect(decoding.summary == [])
        #expect(decoding.reasons == ["malformed"])
    }

    @Test("A sample that ends at any byte but the last gives nothing where it is JSON, and never harms")
    func truncated() {
        for profile in Fixture.shipped.catalog.profiles {
            var decoder = Fixture.decoder()
            for sample in profile.samples {
                let whole = Array(sample.payload.utf8)
                let isJSON = whole.first == 0x7B || whole.first == 0x5B
                for length in 0..<whole.count {
                    let decoding = decoder.decode(Fixture.message(sample.topic, Array(whole[..<length])))
                    if isJSON { #expect(decoding.readings.isEmpty, "\(profile.name): the first \(length) bytes") }
                }
            }
        }
    }

    @Test(
        "Topics of any form are survived", arguments: ["", "/", "//", "///a//", "$SYS/x", " ", "a/ /b", "\u{0}", "+/#"])
    func topics(topic: String) {
        _ = Fixture.decode(topic, "7")
        _ = Fixture.decode(topic, #"{"temperature":7}"#)
        _ = Fixture.decode(String(repeating: "a/", count: 32_000), "7")
    }

    @Test("A sender who changes its topic or keys with every message fills no memory without end")
    func endlessNames() throws {
        let catalog = try Fixture.catalog(
            """
            profile: plain
            topics: ["{device...}/{field}"]
            fields: [{path: temperature, quantity: temperature, unit: Cel}]
            """)
        var decoder = Fixture.decoder(catalog)
        for number in 0..<20_500 {
            _ = decoder.decode(Fixture.message("garden/\(number)/temperature", "7"))
        }
        let after = decoder.decode(Fixture.message("garden/1/temperature", "7"))
        #expect(after.summary == ["garden/1/temperature = 7 Cel"])
    }
}
