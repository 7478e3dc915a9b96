import GatewayModel

/// A weather station heard by rtl_433, published as events with local time (`-F mqtt://…,events=…`).
struct WeatherStation: Sendable {
    /// The topic of the receiver's events.
    var topic: String { "rtl_433/valley/events" }

    /// One event; the field names are those of the decoder for Fineoffset-WH65B.
    func event(at instant: Instant, offsetSeconds: Int, weather: Weather, noise: inout SeededGenerator) -> String {
        let time = Moment.localText(instant, offsetSeconds: offsetSeconds, separator: " ")
        let light = weather.irradiance * 110
        // The rain gauge tips every 0.254 mm.
        let rain = weather.rainTotal / 254 * 254
        return """
            {"time":"\(time)","model":"Fineoffset-WH65B","id":16,"battery_ok":1,\
            "temperature_C":\(NumberText.fixed(weather.temperature, places: 3, step: 100)),\
            "humidity":\(NumberText.fixed(weather.humidity, places: 0)),\
            "wind_dir_deg":\(NumberText.fixed(weather.direction, places: 0)),\
            "wind_avg_m_s":\(NumberText.fixed(weather.wind, places: 3)),\
            "wind_max_m_s":\(NumberText.fixed(weather.wind * noise.number(1.2, 1.9), places: 3)),\
            "rain_mm":\(NumberText.fixed(rain, places: 3)),"uv":\(NumberText.fixed(light / 40, places: 0)),\
            "uvi":\(NumberText.fixed(weather.irradiance / 120, places: 0)),\
            "light_lux":\(NumberText.fixed(light, places: 3, step: 1000)),"mic":"CRC"}
            """
    }
}
