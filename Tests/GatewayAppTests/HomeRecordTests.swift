import Foundation
import GatewayModel
import Storage
import TestSupport
import Testing

@testable import GatewayApp

/// Measuring points of homes in the record book, which nothing leaves (P9).
@Suite("Homes in the record book", .serialized)
struct HomeRecordTests {
    @Test(
        "What is declared, bound and changed of a home's point can be erased, name, meter and all; of a shared one it stays"
    )
    func erasable() throws {
        let home =
            AlertVillage.plugs + """

                  - {id: house-7/energy, resource: energy, quantity: active_energy, role: consumption, unit: kWh, place: house-07, name: {en: Annas cottage}, device: serial4711, channel: energy}
                """
        let village = try AlertVillage(sensors: home)
        try village.change("Annas cottage", to: "Berts cottage")
        #expect(try village.say("Rosa", .rebind(old: "serial4711", new: "serial4712"))[0] == "done")
        #expect(try village.say("Rosa", .rebind(old: "plug", new: "plug2"))[0] == "done")
        try village.change("visibility: community, place: kitchen", to: "visibility: household, place: kitchen")
        let entries = try village.office.store.recordEntries().map(\.entry).filter { $0.kind.hasPrefix("sensor.") }
        let ofHomes = entries.filter { $0.erasable["sensor"] == "house-7/energy" }
        // The configuration binds its own device again at the next start.
        #expect(
            ofHomes.map(\.kind) == [
                "sensor.added", "sensor.bound", "sensor.changed", "sensor.bound", "sensor.bound",
            ])
        for entry in entries {
            for secret in ["cottage", "serial47", "house-7", "house-07"] {
                #expect(!"\(entry.facts)".contains(secret), "\(entry)")
            }
        }
        // All of it can be read until it is erased.
        #expect(ofHomes[2].erasable["old"]?.contains("Annas cottage") == true)
        #expect(ofHomes[2].erasable["new"]?.contains("Berts cottage") == true)
        #expect(ofHomes[3].erasable["new"]?.contains("serial4712") == true)
        // A shared point stands there for good, and becomes a home's with what is told from then on.
        let shared = entries.filter { $0.facts["sensor"] == "plug/power" }
        #expect(shared.map(\.kind) == ["sensor.added", "sensor.bound", "sensor.bound"])
        let concealed = entries.filter { $0.erasable["sensor"] == "plug/power" }
        #expect(concealed.map(\.kind) == ["sensor.changed", "sensor.bound"])
        #expect(try village.office.store.verifyRecordBook().isIntact)
    }
}
