import Testing

@testable import GatewayModel

@Suite("Exact decimals")
struct DecimalValueTests {
    @Test(
        "Text becomes the exact number and back",
        arguments: [
            ("0", "0"), ("-0.0", "0"), ("1.50", "1.5"), ("008051.500", "8051.5"), ("1e3", "1000"),
            ("2.5E-4", "0.00025"),
            ("-12.345", "-12.345"), ("9223372036854775807", "9223372036854775807"), ("+7", "7"), (".5", "0.5"),
            ("4294932547", "4294932547"), ("1234567890.123456789", "1234567890.123456789"),
        ])
    func roundTrip(text: String, expected: String) throws {
        #expect(try #require(DecimalValue(text)).description == expected)
    }

    @Test(
        "What is not a number is refused",
        arguments: ["", "-", ".", "1e", "nan", "inf", "1,5", "0x10", "1 ", "1e99", "--1"])
    func refuses(text: String) {
        #expect(DecimalValue(text) == nil)
    }

    @Test("Too many digits are rounded half to even and say so")
    func rounding() throws {
        func parsed(_ text: String) -> DecimalValue.Parsed? {
            var text = text
            return text.withUTF8 { DecimalValue.parse($0) }
        }
        #expect(parsed("0.1234567890123456785")?.value.description == "0.123456789012345678")
        #expect(parsed("0.1234567890123456775")?.value.description == "0.123456789012345678")
        #expect(parsed("0.12345678901234567850001")?.value.description == "0.123456789012345679")
        #expect(parsed("0.12345678901234567850001")?.isRounded == true)
        #expect(parsed("1e-40") == DecimalValue.Parsed(value: .zero, isRounded: true))
        #expect(parsed("9223372036854775808") == nil)
        #expect(parsed("0.10")?.isRounded == false)
    }

    @Test("Comparison and sums are exact where doubles are not")
    func exactness() throws {
        let tenth = try #require(DecimalValue("0.1"))
        let sum = (0..<10).reduce(DecimalValue.zero) { total, _ in total.adding(tenth) ?? total }
        #expect(sum == DecimalValue(1))
        #expect(DecimalValue("0.30") == DecimalValue("0.3"))
        #expect(try #require(DecimalValue("-2.5")) < (try #require(DecimalValue("-2.49"))))
        #expect(DecimalValue(.max).adding(DecimalValue(1)) == nil)
        #expect(DecimalValue(1).multiplied(byRatio: 1, 3)?.description == "0.333333333333333333")
    }

    @Test("Units convert exactly within a dimension and not at all across")
    func conversion() throws {
        let wattMinutes = try #require(DecimalValue("60000"))
        #expect(wattMinutes.converted(from: Unit("W.min"), to: Unit("kWh")) == DecimalValue(1))
        #expect(DecimalValue(212).converted(from: Unit("[degF]"), to: Unit("Cel")) == DecimalValue(100))
        #expect(DecimalValue(3000).converted(from: Unit("L"), to: Unit("m3")) == DecimalValue(3))
        #expect(DecimalValue(1).converted(from: Unit("kWh"), to: Unit("W")) == nil)
        #expect(DecimalValue(1).converted(from: .unknown, to: .one) == nil)
    }
}
