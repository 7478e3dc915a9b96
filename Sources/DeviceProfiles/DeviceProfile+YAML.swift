import GatewayModel
import StrictYAML

extension DeviceProfile {
    private static let keys = [
        "profile", "families", "setup", "topics", "ignore", "device", "time", "fields", "fields_from", "status",
        "unit_suffixes", "repeat_window", "buffers_up_to", "allow_list", "priority", "rhythm", "samples", "format",
    ]

    /// Reads one profile; nil where it has problems, which the reader then holds.
    static func read(_ text: String, yaml: StrictYAML) -> DeviceProfile? {
        guard let top = yaml.mapping(of: text, keys: keys) else { return nil }
        var profile = DeviceProfile(
            name: top.required("profile", example: "my-meter")?.string() ?? "",
            families: texts(top["families"]), setup: top["setup"]?.string() ?? "",
            repeatWindow: (top["repeat_window"]?.seconds() ?? 0) * 1000, buffersUpTo: top["buffers_up_to"]?.seconds(),
            needsAllowList: top["allow_list"]?.boolean() ?? false, rhythm: top["rhythm"]?.seconds(), samples: [],
            file: yaml.file, line: top.owner.line ?? 1)
        profile.priority = top["priority"]?.integer(in: 0...100) ?? 50
        profile.format = top["format"]?.choice(MessageFormat.self) ?? .fields
        profile.topics = (top["topics"]?.list() ?? []).compactMap(topicRule)
        profile.ignoredTopics = (top["ignore"]?.list() ?? []).compactMap(pattern)
        profile.device = texts(top["device"]).map { TextTemplate($0) }
        let times = (top["time"].map(entries) ?? []).compactMap(timeRule)
        profile.times = times.filter { !$0.isBeside }
        profile.timesBeside = times.filter(\.isBeside)
        profile.statuses = (top["status"].map(entries) ?? []).compactMap(statusRule)
        profile.fields = (top["fields"]?.list() ?? []).compactMap(FieldRule.read)
        if top["unit_suffixes"]?.boolean() ?? false {
            for index in profile.fields.indices { profile.fields[index].isLoose = true }
        }
        profile.sharedFields = texts(top["fields_from"])
        profile.samples = (top["samples"]?.list() ?? []).compactMap(sample)
        return yaml.problems.isEmpty ? profile : nil
    }

    static func texts(_ field: Field?) -> [String] {
        (field?.list() ?? []).compactMap { $0.string() }
    }

    /// The path of a value within a message, split at its slashes.
    static func path(_ text: String) -> [String] {
        text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    }

    private static func entries(_ field: Field) -> [Field] {
        field.isMapping ? [field] : field.list()
    }

    private static func pattern(_ field: Field) -> TopicPattern? {
        guard let text = field.string() else { return nil }
        guard let pattern = TopicPattern(text) else {
            field.report(
                "'\(text)' is not a topic", remedy: "write named parts as {device} or {device...}, never two long ones")
            return nil
        }
        return pattern
    }

    private static func topicRule(_ field: Field) -> TopicRule? {
        guard field.isMapping else { return pattern(field).map { TopicRule(pattern: $0) } }
        guard let fields = field.mapping(keys: ["topic", "payload", "message", "recognised_by", "required"]),
            let pattern = fields.required("topic", example: "home/{device}/state").flatMap(pattern)
        else { return nil }
        var rule = TopicRule(pattern: pattern)
        rule.payload = fields["payload"]?.choice(TopicRule.Payload.self) ?? .any
        rule.message = fields["message"]?.string()
        rule.recognisedBy = texts(fields["recognised_by"]).map(path)
        rule.required = texts(fields["required"]).map(path)
        return rule
    }

    static func timeRule(_ field: Field) -> TimeRule? {
        guard let fields = field.mapping(keys: ["path", "beside", "form"]) else { return nil }
        let form = fields["form"]?.choice(TimeRule.Form.self) ?? .iso
        if let name = fields["beside"]?.string() { return TimeRule(path: [name], form: form, isBeside: true) }
        guard let place = fields.required("path", example: "timestamp")?.string() else { return nil }
        return TimeRule(path: path(place), form: form)
    }

    private static func statusRule(_ field: Field) -> StatusRule? {
        guard let fields = field.mapping(keys: ["path", "good", "refuse"]),
            let place = fields.required("path", example: "status")?.string()
        else { return nil }
        return StatusRule(
            path: path(place), good: texts(fields["good"]), refuses: fields["refuse"]?.boolean() ?? false)
    }

    private static func sample(_ field: Field) -> ProfileSample? {
        guard let fields = field.mapping(keys: ["topic", "payload", "readings"]),
            let topic = fields.required("topic", example: "home/meter/state")?.string(),
            let payload = fields.required("payload", example: "'21.5'")?.string()
        else { return nil }
        return ProfileSample(
            topic: topic, payload: payload, readings: texts(fields["readings"]), line: field.line ?? 0)
    }
}
