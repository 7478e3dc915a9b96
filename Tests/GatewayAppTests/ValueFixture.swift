/// Sensors and limits of a village whose delegates sign.
enum ValueFixture {
    static let sensors = """
        sensors:
          - {id: well/water, resource: water, quantity: volume, role: input, visibility: community, unit: m3, meter: {digits: 9}, device: w, channel: volume}
          - {id: tank/level, resource: water, quantity: level, role: storage, visibility: community, unit: cm, device: t, channel: level}
          - {id: house-1/water, resource: water, quantity: volume, role: consumption, visibility: household, unit: m3, meter: {digits: 9}}
        """
    static let limits = """
        persons_served: {all: 40}
        allows_emergency: [{limit: water, tightest: 60 L}]
        limits:
          - id: tank
            title: {en: The tank}
            protects: people
            resource: water
            sensors: [tank/level]
            rule: never less than 100 cm
            priority: today
            response: {en: Close V3.}
          - id: water
            title: {en: Water}
            protects: resource
            resource: water
            sensors: [well/water]
            floor: tank
            rule: not more than 100 L per person per day
            priority: today
        """
}
