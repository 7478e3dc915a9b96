import Storage

/// By which profiles the channels that measure sensors are read, for the ingest thread; one look-up a reading.
struct ProfileUses: Sendable {
    private var known: Set<ProfileUse>
    /// What was not known before, until it is noted in the store.
    private(set) var fresh: Set<ProfileUse> = []

    /// Goes on with what is stored.
    init(known: Set<ProfileUse> = []) {
        self.known = known
    }

    /// True where a channel was read by a profile before.
    func contain(_ use: ProfileUse) -> Bool { known.contains(use) }

    /// Keeps that a channel is read by a profile.
    mutating func add(_ use: ProfileUse) {
        known.insert(use)
        fresh.insert(use)
    }

    /// Those are noted in the store now.
    mutating func forget(fresh noted: Set<ProfileUse>) {
        fresh.subtract(noted)
    }
}
