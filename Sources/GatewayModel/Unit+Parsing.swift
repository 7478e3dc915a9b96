extension Unit {
    /// The unit that a device's own spelling means: a known code as it is, or an alias such as `°C`, `lux`, `m³/h`.
    ///
    /// Nil where the spelling is not known. Spellings are compared exactly; blanks around them do not count.
    public static func parsing(_ text: String) -> Unit? {
        let trimmed = text.drop { $0 == " " || $0 == "\u{A0}" }
        var word = String(trimmed)
        while let last = word.last, last == " " || last == "\u{A0}" { word.removeLast() }
        guard !word.isEmpty, word.utf8.count <= 24 else { return nil }
        if UnitDefinition.known[word] != nil { return Unit(word) }
        // Micro sign and Greek mu, ohm sign and omega, superscripts: the same unit in other code points.
        let plain = word.replacing("\u{B5}", with: "u").replacing("\u{3BC}", with: "u")
            .replacing("\u{2126}", with: "Ohm").replacing("\u{3A9}", with: "Ohm")
            .replacing("³", with: "3").replacing("²", with: "2")
        if UnitDefinition.known[plain] != nil { return Unit(plain) }
        return aliases[plain].map { Unit($0) }
    }

    private static let aliases: [String: String] = [
        "°C": "Cel", "℃": "Cel", "ºC": "Cel", "degC": "Cel", "C": "Cel", "°c": "Cel", "celsius": "Cel",
        "°F": "[degF]", "℉": "[degF]", "ºF": "[degF]", "degF": "[degF]", "F": "[degF]", "fahrenheit": "[degF]",
        "°": "deg", "%RH": "%", "% RH": "%", "%rh": "%", "percent": "%", "pct": "%",
        "m^3": "m3", "cbm": "m3", "m3h": "m3/h", "m^3/h": "m3/h", "m3/hr": "m3/h", "litre": "L", "liter": "L",
        "litres": "L", "liters": "L", "ltr": "L", "ml": "mL", "hl": "hL", "l/h": "L/h", "l/min": "L/min",
        "lpm": "L/min", "l/s": "L/s", "LPM": "L/min", "gal": "[gal_us]", "gpm": "[gal_us]/min",
        "gal/min": "[gal_us]/min", "ft3": "[cft_i]", "ft³": "[cft_i]",
        "KWh": "kWh", "kwh": "kWh", "KWH": "kWh", "wh": "Wh", "WH": "Wh", "Mwh": "MWh", "mwh": "mWh",
        "Wmin": "W.min", "Ws": "W.s", "w": "W", "kw": "kW", "KW": "kW", "watt": "W", "Watt": "W",
        "VA": "V.A", "kVA": "kV.A", "VAr": "var", "VAR": "var", "kVAr": "kvar", "kvarh": "kvar.h", "varh": "var.h",
        "kVAh": "kV.A.h", "VAh": "V.A.h", "Ah": "A.h", "mAh": "mA.h", "v": "V", "volt": "V", "mv": "mV",
        "a": "A", "amp": "A", "ma": "mA", "hz": "Hz", "HZ": "Hz", "rpm": "1/min", "hpa": "hPa", "Bar": "bar",
        "inHg": "[in_i'Hg]", "mmHg": "mm[Hg]", "psi": "[psi]", "PSI": "[psi]", "us/cm": "uS/cm", "uS": "uS/cm",
        "lux": "lx", "Lux": "lx", "klux": "klx", "W/m^2": "W/m2", "w/m2": "W/m2", "mph": "[mi_i]/h", "kmh": "km/h",
        "kph": "km/h", "kn": "[kn_i]", "knots": "[kn_i]", "in": "[in_i]", "inch": "[in_i]", "\"": "[in_i]",
        "ft": "[ft_i]", "in/h": "[in_i]/h", "ppm": "[ppm]", "ppb": "[ppb]", "ug/m^3": "ug/m3", "mg/l": "mg/L",
        "pH": "[pH]", "sec": "s", "minutes": "min", "hours": "h", "days": "d", "B": "By", "kB": "kBy",
        "MB": "MBy", "ohm": "Ohm", "kohm": "kOhm",
    ]
}
