import Alerting
import Delivery
import GatewayModel

/// What a notice says about answering, for each destination: nobody is told to reply where no reply is read.
struct AnswerHints {
    private let site: Site
    private let owners: [String: String]

    /// `owners` are the stewards whom destinations reach alone, by the destination's name.
    init(site: Site, owners: [String: String]) {
        self.site = site
        self.owners = owners
    }

    /// How whoever reads there answers: there, by the link that is put in, or by the other ways of this person.
    func hint(for destination: DestinationSettings) -> AlertText.Answering {
        let owner = owners[destination.name]
        func answers(at place: DestinationSettings) -> Bool {
            place.answerMeans != nil && owner.map(place.answeringPeople.contains) ?? true
        }
        if answers(at: destination) { return .reply }
        let hasPage = site.configuration.answerPage?.base() != nil
        func getsLink(_ place: DestinationSettings) -> Bool {
            guard hasPage, place.carriesLink, let reader = owners[place.name] else { return false }
            return owner.map { $0 == reader } ?? true
        }
        if owner != nil, getsLink(destination) { return .link }
        let others = site.configuration.destinations.filter { $0.audience == .stewards }
        var means: [String] = []
        for place in others where answers(at: place) {
            if let name = place.answerMeans, !means.contains(name) { means.append(name) }
        }
        return .elsewhere(means: means, hasLink: others.contains(where: getsLink))
    }
}
