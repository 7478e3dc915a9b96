import GatewayModel

/// Takes a person's word for the time.
public struct ClockDesk {
    private let site: Site

    /// Makes a desk for a site.
    public init(site: Site) {
        self.site = site
    }

    /// Sends the time to the writing process.
    public func set(_ time: String, enteredFor: String?) throws -> CommandReply {
        try CommandDesk(site: site).perform(.setClock(try site.instant(time)), enteredFor: enteredFor)
    }
}
