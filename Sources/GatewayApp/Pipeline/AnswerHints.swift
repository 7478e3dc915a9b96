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

    /// How whoever reads there answers: there, by the link that is put in, or by the other ways of this person; `asker` is who
    /// asked a second person to agree, and answers nothing.
    func hint(for destination: DestinationSettings, asker: String? = nil) -> AlertText.Answering {
        let owner = owners[destination.name]
        guard asker == nil || owner != asker else { return .asker }
        func answers(at place: DestinationSettings) -> Bool {
            place.answerMeans != nil && owner.map(place.answeringPeople.contains) ?? true
        }
        /// Whether those who can write there add a word of their own.
        func word(at places: [DestinationSettings]) -> AlertText.Word {
            let writers = places.flatMap { place in
                place.answeringPeople.filter { owner == nil || owner == $0 }.map(place.peopleWithWord.contains)
            }
            return writers.contains(true) ? writers.contains(false) ? .some : .all : .none
        }
        if answers(at: destination) { return .reply(word: word(at: [destination]), topic: destination.answerTopic) }
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
        return .elsewhere(
            means: means, hasLink: others.contains(where: getsLink), word: word(at: others.filter(answers)))
    }
}
