import GatewayModel

/// A three-phase meter of Shelly's second generation as it publishes `NotifyStatus` on `<id>/events/rpc`.
struct EnergyMeter: Sendable {
    /// The device id, which is its topic prefix too.
    var id: String

    /// The topic of the notifications.
    var topic: String { "\(id)/events/rpc" }

    /// A notification of the momentary figures, watts per phase.
    func power(at instant: Instant, watts: [Double], noise: inout SeededGenerator) -> String {
        var members = ""
        var total = 0.0
        var totalCurrent = 0.0
        for (name, power) in zip(["a", "b", "c"], watts) {
            let voltage = noise.number(228, 236)
            let apparent = max(power.magnitude * 1.03, 12)
            total += power
            totalCurrent += apparent / voltage
            members += """
                "\(name)_current":\(NumberText.short(apparent / voltage, places: 3)),\
                "\(name)_voltage":\(NumberText.short(voltage, places: 1)),\
                "\(name)_act_power":\(NumberText.short(power, places: 1)),\
                "\(name)_aprt_power":\(NumberText.short(apparent, places: 1)),\
                "\(name)_pf":\(NumberText.short(power.magnitude / apparent, places: 2)),"\(name)_freq":50.0,
                """
        }
        return notification(
            at: instant, component: "em:0",
            members: """
                "id":0,\(members)"n_current":null,"total_current":\(NumberText.short(totalCurrent, places: 3)),\
                "total_act_power":\(NumberText.short(total, places: 3)),\
                "total_aprt_power":\(NumberText.short(total.magnitude * 1.03, places: 3)),"user_calibrated_phase":[]
                """)
    }

    /// A notification of the registers, hundredths of a watt-hour per phase.
    func energy(at instant: Instant, taken: [Int64], given: [Int64]) -> String {
        var members = "\"id\":0,"
        for (name, registers) in zip(["a", "b", "c"], zip(taken, given)) {
            members += """
                "\(name)_total_act_energy":\(NumberText.fixed(registers.0, places: 2)),\
                "\(name)_total_act_ret_energy":\(NumberText.fixed(registers.1, places: 2)),
                """
        }
        members += """
            "total_act":\(NumberText.fixed(taken.reduce(0, +), places: 2)),\
            "total_act_ret":\(NumberText.fixed(given.reduce(0, +), places: 2))
            """
        return notification(at: instant, component: "emdata:0", members: members)
    }

    private func notification(at instant: Instant, component: String, members: String) -> String {
        let stamp = NumberText.fixed(instant.milliseconds / 10, places: 2)
        return """
            {"src":"\(id)","dst":"\(id)/events","method":"NotifyStatus",\
            "params":{"ts":\(stamp),"\(component)":{\(members)}}}
            """
    }
}
