import GatewayModel

/// A lamp or siren on the broker: ON for what cannot wait, OFF by itself after a time.
///
/// Nothing is retained, so that no siren starts when it comes back to the broker. A message that was interrupted between
/// ON and OFF is found with state unknown at the next start: looking it up switches the siren off.
public struct SirenDestination: Destination {
    /// The name in the configuration.
    public let name: String
    /// Who hears it.
    public let audience: Audience
    /// Unused; a siren has no words.
    public let language: String
    private let siren: SirenSettings
    private let publisher: any StatePublishing
    private let stop: TransferStop

    private static let timeoutSeconds = 10
    /// What asks somebody to go; news of acts, pauses and ends wake nobody. Many alerts at once come as one message that
    /// belongs to none of them.
    public static let soundingTypes: Set<String> = [
        "alert.raised", "alert.called", "alert.nobody_came", "alert.declined", "alert.freed", flood,
    ]
    private static let flood = "alert.digest"

    init(settings: DestinationSettings, siren: SirenSettings, publisher: any StatePublishing, stop: TransferStop) {
        name = settings.name
        audience = settings.audience
        language = settings.language
        self.siren = siren
        self.publisher = publisher
        self.stop = stop
    }

    /// The reason that is stored with what no siren sounds for.
    public static let notForSirens = "a siren sounds only for alerts that cannot wait"

    /// Why it stays silent for a message.
    public func declines(_ item: OutboxItem) -> String? {
        let sounds =
            item.priority == .now && SirenDestination.soundingTypes.contains(item.type)
            && (item.alert != nil || item.type == SirenDestination.flood)
        return sounds ? nil : SirenDestination.notForSirens
    }

    /// True while the broker hears us.
    public var isKnownToListen: Bool { publisher.isConnected }

    /// Sounds and goes silent again; blocks for as long as it sounds.
    public func send(_ item: OutboxItem, now: Instant) -> DeliveryOutcome {
        switch publish(siren.on) {
        case .notConnected: return .retry(after: nil, reason: "the broker is away")
        case .unconfirmed:
            // Sounding twice is better than not at all.
            _ = publish(siren.off)
            return .retry(after: nil, reason: "the broker did not confirm")
        case .confirmed: break
        }
        let deadline = ContinuousClock.now.advanced(by: .seconds(siren.soundsFor))
        while ContinuousClock.now < deadline, !stop.isStopped { stop.wait(milliseconds: 50) }
        guard publish(siren.off) == .confirmed else {
            return .unknown(reason: "it may still sound: the broker did not confirm the word that ends it")
        }
        return .delivered(remoteID: siren.topic)
    }

    /// It has sounded; now it must be silent.
    public func lookUp(_ item: OutboxItem, now: Instant) -> LookUpResult {
        guard publish(siren.off) == .confirmed else { return .unreachable(reason: "the broker is away") }
        return .found(remoteID: siren.topic)
    }

    private func publish(_ word: String) -> StatePublishResult {
        publisher.publish(
            topic: siren.topic, payload: Array(word.utf8), retain: false,
            timeoutSeconds: SirenDestination.timeoutSeconds)
    }
}
