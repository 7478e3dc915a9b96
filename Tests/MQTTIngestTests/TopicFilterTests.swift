import Testing

@testable import MQTTIngest

@Suite("Topic filters")
struct TopicFilterTests {
    @Test("a filter that another one covers is left out")
    func subsumed() {
        let filters = ["home/#", "home/kitchen/+", "home", "garden/+/soil", "garden/bed1/soil", "garden/+/soil"]
        #expect(TopicFilter.withoutSubsumed(filters) == ["garden/+/soil", "home/#"])
    }

    @Test("covering follows MQTT 5.0, section 4.7")
    func covering() {
        #expect(TopicFilter.covers("#", "a/b"))
        #expect(!TopicFilter.covers("#", "$SYS/broker/uptime"))
        #expect(!TopicFilter.covers("+/broker", "$SYS/broker"))
        #expect(TopicFilter.covers("a/#", "a"))
        #expect(TopicFilter.covers("a/#", "a/#"))
        #expect(TopicFilter.covers("a/+/#", "a/+"))
        #expect(!TopicFilter.covers("a/+", "a/#"))
        #expect(!TopicFilter.covers("a/+", "a/b/c"))
        #expect(!TopicFilter.covers("a/b", "a/+"))
        #expect(TopicFilter.covers("a/+/c", "a/b/c"))
        #expect(!TopicFilter.covers("a/b/#", "a/#"))
    }
}
