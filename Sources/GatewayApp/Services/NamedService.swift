import ServiceLifecycle

/// A service with a short name: the group asks each for its description, which for a plain value is all that it holds,
/// down to the last rule of the last device profile, and took half of the start.
protocol NamedService: Service, CustomStringConvertible {}

extension NamedService {
    var description: String { "\(Self.self)" }
}
