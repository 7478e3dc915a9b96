import GatewayModel

extension SeriesDirectory {
    /// 0001-01-02 and 9999-12-30, so that no zone's local day leaves the range.
    private static let firstTime: Int64 = -62_135_510_400_000
    private static let lastTime: Int64 = 253_402_128_000_000

    /// Decides what becomes of a reading and remembers it where it is to be stored.
    ///
    /// With a device time (or one written down by a person) the same value at the same time is a double and another
    /// value a conflict. Without one, only an equal value within `repeatWindow` milliseconds of the series' newest
    /// reading is a double; queued messages have no usable distance and are always kept. `stored` looks up what is
    /// committed at a time (``Store/value(series:at:)``); it is called for late readings with a device time only.
    /// Throws what `stored` throws, and then nothing is remembered.
    public mutating func place(
        _ reading: Reading, repeatWindow: Int64, sheet: MeterSheet? = nil,
        stored: (SeriesID, Instant) throws(StoreError) -> StoredReading?
    ) throws(StoreError) -> Placement {
        let index = fieldIndex(of: reading, sheet)
        let entry = newest[Int(index)]
        let series = SeriesID(rawValue: entry.id)
        let time = reading.time.instant.milliseconds
        let isDated = reading.time.source == .device || reading.time.source == .manual
        guard entry.hasReading else {
            remember(reading, at: index)
            return .fresh(series)
        }
        if isDated, time <= entry.time {
            if let existing = pendingValue(index: index, time: time) {
                return existing == reading.value ? .double : .conflict(series, existing: existing)
            }
            if time == entry.time, entry.isDeviceTime {
                let existing = DecimalValue(mantissa: entry.mantissa, scale: entry.scale)
                return existing == reading.value ? .double : .conflict(series, existing: existing)
            }
            if let existing = try stored(series, reading.time.instant) {
                return existing.value == reading.value ? .double : .conflict(series, existing: existing.value)
            }
        }
        if !isDated, reading.time.source == .received, repeatWindow > 0,
            reading.value.mantissa == entry.mantissa, reading.value.scale == entry.scale
        {
            let distance = Instant(milliseconds: time).milliseconds(since: Instant(milliseconds: entry.time))
            if distance.magnitude <= repeatWindow.magnitude { return .double }
        }
        let isLate = time < entry.time
        remember(reading, at: index)
        if isLate { markLate(time, at: index) }
        return isLate ? .late(series) : .fresh(series)
    }

    /// The place of the reading's series in ``newest``; makes stream and series where they are new.
    private mutating func fieldIndex(of reading: Reading, _ sheet: MeterSheet?) -> Int32 {
        let stream = streamIndex(of: reading)
        let key = FieldKey(stream: stream, channel: reading.channel, unit: reading.unit.code)
        if let index = fields[key] { return index }
        let index = Int32(newest.count)
        fields[key] = index
        newest.append(Newest(id: nextSeries))
        news.series.append(
            SeriesRecord(
                id: SeriesID(rawValue: nextSeries), stream: StreamID(rawValue: streamIDs[Int(stream)]),
                key: reading.stream, channel: reading.channel, unit: reading.unit, quantity: reading.quantity,
                kind: reading.kind, meter: sheet))
        nextSeries += 1
        return index
    }

    private mutating func streamIndex(of reading: Reading) -> Int32 {
        // The readings of one message follow one another, so the last stream is nearly always the right one.
        if let lastStream, lastStream.key == reading.stream { return lastStream.index }
        if let index = streams[reading.stream] {
            lastStream = (reading.stream, index)
            return index
        }
        let index = Int32(streamIDs.count)
        streams[reading.stream] = index
        streamIDs.append(nextStream)
        news.streams.append(
            StreamRecord(
                id: StreamID(rawValue: nextStream), key: reading.stream, firstSeen: reading.time.instant))
        nextStream += 1
        lastStream = (reading.stream, index)
        return index
    }

    private func pendingValue(index: Int32, time: Int64) -> DecimalValue? {
        pending.first { $0.index == index && $0.time == time }?.value
    }

    private mutating func remember(_ reading: Reading, at index: Int32) {
        let time = reading.time.instant.milliseconds
        let isDated = reading.time.source == .device || reading.time.source == .manual
        if isDated { pending.append(Pending(index: index, time: time, value: reading.value)) }
        if time < newest[Int(index)].markedFrom || time >= newest[Int(index)].markedUntil {
            locate(time)
            newest[Int(index)].markedFrom = day.from
            newest[Int(index)].markedUntil = day.until
            mark(day.date, at: index)
        }
        guard !newest[Int(index)].hasReading || time >= newest[Int(index)].time else { return }
        newest[Int(index)].hasReading = true
        newest[Int(index)].isDeviceTime = isDated
        newest[Int(index)].time = time
        newest[Int(index)].mantissa = reading.value.mantissa
        newest[Int(index)].scale = reading.value.scale
    }

    /// A late reading also changes the first step of the following day.
    private mutating func markLate(_ time: Int64, at index: Int32) {
        locate(time)
        mark(day.date, at: index)
        mark(day.date.adding(days: 1), at: index)
    }

    private mutating func mark(_ date: CalendarDate, at index: Int32) {
        news.days.append(DirtyDay(series: SeriesID(rawValue: newest[Int(index)].id), date: date))
    }

    /// Makes ``day`` the local day of a time; a look-up in the zone's rules only when the day changes.
    private mutating func locate(_ time: Int64) {
        guard time < day.from || time >= day.until else { return }
        // A date has four digits of year; what a mad clock says beyond is booked on the first or last such day.
        let nearest = min(max(time, SeriesDirectory.firstTime), SeriesDirectory.lastTime)
        let date = zone.date(at: Instant(milliseconds: nearest))
        guard nearest == time else {
            day = Day(
                from: time, until: Instant(milliseconds: time).advanced(byMilliseconds: 1).milliseconds, date: date)
            return
        }
        day = Day(
            from: zone.start(of: date).milliseconds, until: zone.start(of: date.adding(days: 1)).milliseconds,
            date: date)
    }

    /// Forgets which days were marked, after they were computed.
    public mutating func forgetMarks() {
        for index in newest.indices {
            newest[index].markedFrom = .max
            newest[index].markedUntil = .min
        }
    }
}
