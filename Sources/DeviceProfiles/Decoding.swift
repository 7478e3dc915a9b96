import GatewayModel

/// What a message gave: readings, refusals with their reasons, and what the profile says about repetitions.
public struct Decoding: Sendable {
    /// The readings in the order of the message.
    public var readings: [Reading] = []
    /// What the profile knows of the meters behind readings, by their place in ``readings``.
    public var sheets: [(reading: Int, sheet: MeterSheet)] = []
    /// What was refused and why.
    public var rejections: [Rejection] = []
    /// The name of the profile that read the message; nil where none did.
    public var profile: String?
    /// True where a profile knows the topic, also where the message holds no reading.
    public var isKnownTopic = false
    /// True where the message changed what is known about other messages, so that it must be kept for a restart.
    public var isAnnouncement = false
    /// Within how many milliseconds an equal message is a repetition of the radio; 0 where none are repeated.
    public var repeatWindow: Int64 = 0
    /// How many seconds of messages the device may keep and send late; nil where it keeps none.
    public var buffersUpTo: Int64?

    mutating func reject(_ reason: String, at place: String = "", _ explanation: String) {
        rejections.append(Rejection(reason: reason, place: place, explanation: explanation))
    }
}
