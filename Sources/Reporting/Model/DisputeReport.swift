import GatewayModel

/// What people say is wrong in a month's report; nothing of households.
public struct DisputeReport: Sendable {
    /// The public disputes about the month, by number.
    public var rows: [Dispute]

    /// Finds those that are about the month's readings, figures and alerts, and all that wait for the assembly.
    init(_ facts: ReportFacts) {
        let begin = facts.zone.start(of: facts.month.firstDay)
        let end = facts.zone.start(of: facts.month.next.firstDay)
        let alerts = Set(facts.alerts.map(\.number))
        rows = facts.disputes.filter { dispute in
            guard !dispute.isHousehold else { return false }
            return switch dispute.subject {
            case .readings(_, let from, let until): from < end && begin < until
            case .figure(_, let month, _): month == facts.month
            case .alert(let number): alerts.contains(number)
            }
        }.sorted { $0.number < $1.number }
    }

    /// What stands beside a figure that somebody thinks is wrong, or that the assembly has set aside.
    public struct Mark: Hashable, Sendable {
        /// Disputes that wait for the assembly.
        public var open: [Int64] = []
        /// Disputes that the assembly has upheld.
        public var upheld: [Int64] = []

        /// Both marks as one.
        func union(_ other: Mark) -> Mark {
            Mark(
                open: Set(open + other.open).sorted(), upheld: Set(upheld + other.upheld).sorted())
        }
    }

    /// The mark of a resource's figures, all of them or those of some points; readings of its shared points count too
    /// while they wait.
    func mark(of resource: Resource, role: SensorRole? = nil, points: [SensorMonth]) -> Mark {
        let own = Set(
            points.filter {
                $0.sensor.resource == resource && $0.sensor.visibility == .community
                    && (role == nil || $0.sensor.role == role)
            }.map(\.sensor.id))
        return mark { dispute in
            switch dispute.subject {
            // A part that waits makes the whole doubtful; one that was set aside is struck out alone.
            case .figure(resource, _, let part):
                part == nil || (role == nil ? dispute.state.isOpen : part == role)
            // Readings that were set aside count in no figure any more.
            case .readings(let sensor, _, _): own.contains(sensor) && dispute.state.isOpen
            default: false
            }
        }
    }

    /// The mark of a shared point's figures.
    func mark(of sensor: SensorID) -> Mark {
        mark { dispute in
            guard case .readings(sensor, _, _) = dispute.subject else { return false }
            return dispute.state.isOpen
        }
    }

    /// The mark of what a limit was held against: readings of its shared points while they wait, and where it is about what is
    /// used, the figures of their month and of their role.
    func mark(of limit: Limit, isUse: Bool, points: [SensorMonth]) -> Mark {
        let own = points.map(\.sensor).filter { $0.visibility == .community && limit.sensors.contains($0.id) }
        return mark { dispute in
            switch dispute.subject {
            case .figure(limit.resource, _, let part):
                isUse && (part.map { role in own.contains { $0.role == role } } ?? true)
            case .readings(let sensor, _, _): dispute.state.isOpen && own.contains { $0.id == sensor }
            default: false
            }
        }
    }

    /// The mark of an alert.
    func mark(ofAlert number: Int) -> Mark { mark { $0.subject == .alert(number) } }

    private func mark(_ isAbout: (Dispute) -> Bool) -> Mark {
        let about = rows.filter(isAbout)
        return Mark(
            open: about.filter { $0.state.isOpen }.map(\.number),
            upheld: about.filter { $0.state == .upheld }.map(\.number))
    }
}
