import GatewayModel
import Limits

extension AdoptionCheck {
    /// Whether a measure between two assemblies keeps to the form that a decision allows (DESIGN section 6): only tighter, as
    /// far as decided, never against people, until the next assembly at most. Nil where it does.
    func emergencyProblem(in resolution: Resolution, adopted: [AdoptedResolution]) -> String? {
        guard let measure = resolution.emergency else { return nil }
        let values = [
            "limit": measure.limit.description, "value": measure.amount.description, "unit": measure.unit.code,
            "until": measure.until.description,
        ]
        let entry = LimitsInForce(adopted).inForce(on: resolution.inForceFrom).first { $0.reference == measure.limit }
        guard let entry, entry.standing != .lapsed else { return words("emergency_no_limit", values) }
        let decision = adopted.first { $0.resolution.number == measure.limit.resolution }?.resolution
        guard let form = decision?.emergencyForms.first(where: { $0.limit == measure.limit.limit }) else {
            return words("emergency_not_allowed", values)
        }
        guard let amount = measure.amount.converted(from: measure.unit, to: entry.limit.amountUnit),
            let current = entry.limit.amount, entry.limit.bound == .atMost, entry.limit.protects != .people
        else { return words("emergency_not_allowed", values) }
        guard amount < current else { return words("emergency_not_tighter", values) }
        guard amount >= form.tightest else {
            return words(
                "emergency_too_tight",
                values.merging(["least": form.tightest.description, "least_unit": entry.limit.amountUnit.code]) { $1 })
        }
        let scale = decision?.scale ?? Scale(persons: nil)
        guard let tightened = entry.limit.with(amount: amount) else { return words("emergency_amount", values) }
        if let problem = belowFloor(tightened, scale, of: decision, adopted: adopted, on: resolution.inForceFrom) {
            return problem
        }
        let protected = LimitsInForce(adopted).protectedSupply(on: resolution.inForceFrom)
        if let problem = touchesProtected(
            entry.limit, as: measure.limit.description, protected, "emergency_protected_supply")
        {
            return problem
        }
        // The next assembly is the next from today: one that begins later than that is for the assembly to decide.
        guard let next = LimitRegister(site: site).nextAssembly(after: now), measure.until <= next else {
            return words("emergency_too_long", values)
        }
        return nil
    }
}
