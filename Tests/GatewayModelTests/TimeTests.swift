import Testing

@testable import GatewayModel

@Suite("Instants, dates and zones")
struct TimeTests {
    @Test(
        "RFC 3339 in and out",
        arguments: [
            ("2026-11-01T12:00:00Z", "2026-11-01T12:00:00Z"), ("2026-11-01T12:00:00+01:00", "2026-11-01T11:00:00Z"),
            ("2026-11-01 12:00:00.5+0100", "2026-11-01T11:00:00.500Z"),
            ("1970-01-01T00:00:00Z", "1970-01-01T00:00:00Z"),
            ("2024-02-29T23:59:60Z", "2024-03-01T00:00:00Z"), ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
            ("2018-11-21T10:25:51.123456789Z", "2018-11-21T10:25:51.123Z"),
        ])
    func roundTrip(text: String, expected: String) throws {
        #expect(try #require(Instant(rfc3339: text)).description == expected)
    }

    @Test(
        "What is no time with a zone is refused",
        arguments: [
            "", "2026-11-01", "2026-13-01T00:00:00Z", "2026-02-30T00:00:00Z", "2026-11-01T12:00:00",
            "2026-11-01T25:00:00Z", "2026-11-01T12:00:00Zx",
        ])
    func refuses(text: String) {
        #expect(Instant(rfc3339: text) == nil)
    }

    @Test("Every day from 1600 to 2400 survives the way to its number and back")
    func calendar() {
        var date = CalendarDate(year: 1600, month: 1, day: 1)
        let last = CalendarDate(year: 2400, month: 12, day: 31)
        var number = date.daysSinceEpoch
        while date <= last {
            #expect(CalendarDate(daysSinceEpoch: number) == date)
            let next =
                date.day < CalendarDate.days(inMonth: date.month, of: date.year)
                ? CalendarDate(year: date.year, month: date.month, day: date.day + 1)
                : date.month < 12
                    ? CalendarDate(year: date.year, month: date.month + 1, day: 1)
                    : CalendarDate(year: date.year + 1, month: 1, day: 1)
            date = next
            number += 1
        }
        #expect(CalendarDate(year: 2026, month: 11, day: 23).weekday == 1)
    }

    @Test("Case 12: days of 23 and 25 hours in Europe/Berlin, and months that are the sum of their days")
    func clockChange() throws {
        let zone = try #require(Zone(identifier: "Europe/Berlin"))
        func hours(_ date: CalendarDate) -> Int64 {
            zone.start(of: date.adding(days: 1)).milliseconds(since: zone.start(of: date)) / 3_600_000
        }
        #expect(hours(CalendarDate(year: 2026, month: 3, day: 29)) == 23)
        #expect(hours(CalendarDate(year: 2026, month: 10, day: 25)) == 25)
        #expect(hours(CalendarDate(year: 2026, month: 6, day: 1)) == 24)
        func month(_ month: Int) -> Int64 {
            (1...31).reduce(0) { $0 + hours(CalendarDate(year: 2026, month: month, day: $1)) }
        }
        #expect(month(3) == 743)
        #expect(month(10) == 745)
        #expect(
            zone.date(at: zone.start(of: CalendarDate(year: 2026, month: 3, day: 29)))
                == CalendarDate(year: 2026, month: 3, day: 29))
    }

    @Test("A phrase fills its placeholders literally")
    func phrases() {
        let book = Phrasebook(
            language: "en", phrases: ["greeting": "Tank {name}: {value} %", "format.decimal_separator": ","])
        #expect(book.text("greeting", ["name": "{value}", "value": "31"]) == "Tank {value}: 31 %")
        #expect(book.text("greeting") == "Tank {name}: {value} %")
        #expect(book.text("nowhere") == "nowhere")
        #expect(book.number(DecimalValue(mantissa: -125, scale: 2), places: 1) == "-1,2")
        #expect(Phrasebook.placeholders(in: "a {b} c {d}") == ["b", "d"])
    }
}
