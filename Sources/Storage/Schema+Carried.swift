extension Schema {
    /// What a register's step after a gap brought into a day, and since which day; NULL where nothing is carried.
    ///
    /// Days that came after days without a row are counted anew. Those of earlier programs that are not marked carry nothing,
    /// and neither do days whose readings are gone.
    static let carried = [
        "ALTER TABLE day_use ADD COLUMN carried_since TEXT",
        "ALTER TABLE day_use ADD COLUMN carried_mantissa INTEGER",
        "ALTER TABLE day_use ADD COLUMN carried_scale INTEGER",
        """
        INSERT OR IGNORE INTO dirty_use SELECT sensor, date FROM day_use AS d
        WHERE measured_permille > 0 AND meter IS NOT NULL
        AND EXISTS (SELECT 1 FROM day_use AS e WHERE e.sensor = d.sensor AND e.date < d.date)
        AND NOT EXISTS (SELECT 1 FROM day_use AS e WHERE e.sensor = d.sensor AND e.date = date(d.date, '-1 day'))
        """,
    ]
}
