import GatewayModel
import Testing

@testable import MQTTIngest

@Suite("Advice on a broker's configuration")
struct BrokerAdviceTests {
    private static let fine = """
        allow_anonymous false
        password_file /p
        acl_file /a
        listener 1883 127.0.0.1
        persistence true
        autosave_interval 300
        max_queued_messages 300000
        upgrade_outgoing_qos true
        max_inflight_messages 800
        set_tcp_nodelay true
        """

    private func messages(_ text: String) -> [String] {
        BrokerAdvice.examine(configuration: text, fileName: "m.conf").map { "\($0.line) \($0.message)" }
    }

    /// The findings that a changed file has; the file is fine without the change.
    private func change(_ from: String, _ to: String) -> [String] {
        messages(BrokerAdviceTests.fine.replacing(from, with: to))
    }

    @Test("a safe file has nothing to say")
    func nothing() {
        #expect(messages(BrokerAdviceTests.fine) == [])
    }

    @Test("an empty file is told everything that is missing, each with a remedy")
    func empty() {
        let found = BrokerAdvice.examine(configuration: "", fileName: "m.conf")
        #expect(
            found.map { String($0.message.prefix { !" :".contains($0) }) } == [
                "autosave_interval", "max_inflight_messages", "max_queued_messages", "no", "no", "persistence",
                "set_tcp_nodelay", "upgrade_outgoing_qos",
            ])
        #expect(found.allSatisfy { !$0.remedy.isEmpty && $0.line == 0 && $0.file == "m.conf" })
    }

    @Test(
        "each setting that loses data is named with its line",
        arguments: [
            (
                "max_queued_messages 300000", "max_queued_messages 0",
                "7 max_queued_messages 0 keeps nothing at all on mosquitto 2.0.2 and 2.0.16"
            ),
            (
                "max_queued_messages 300000", "max_queued_messages 500",
                "7 max_queued_messages is 500: what comes after is dropped silently while the gateway is away"
            ),
            (
                "max_queued_messages 300000", "",
                "0 max_queued_messages is not set, so it is 1000: what comes after is dropped silently while the gateway "
                    + "is away"
            ),
            (
                "persistence true", "persistence false",
                "5 persistence is off: a restart of the broker forgets every waiting message"
            ),
            (
                "autosave_interval 300", "autosave_interval 0",
                "6 autosave_interval is 0: a power cut while the gateway is away loses everything since the broker's start"
            ),
            (
                "autosave_interval 300", "  autosave_interval   7200 ",
                "6 autosave_interval is 7200: a power cut while the gateway is away loses up to 7200 seconds of messages"
            ),
            (
                "set_tcp_nodelay true", "set_tcp_nodelay false",
                "10 set_tcp_nodelay is off: alerts wait up to 44 ms in the broker"
            ),
            (
                "upgrade_outgoing_qos true", "#upgrade_outgoing_qos true",
                "0 upgrade_outgoing_qos is off: what devices send at QoS 0 is lost while the gateway is away"
            ),
            (
                "max_inflight_messages 800", "max_inflight_messages 1",
                "9 max_inflight_messages is 1: a backlog arrives slowly, commit by commit"
            ),
            (
                "max_inflight_messages 800", "max_inflight_messages 800\nmessage_size_limit 100",
                "10 message_size_limit 100: larger messages are dropped silently"
            ),
            (
                "persistence true", "persistence true\npersistent_client_expiration 2d",
                "6 persistent_client_expiration 2d: a gateway that is away for longer loses its waiting messages"
            ),
        ])
    func losing(from: String, to: String, message: String) {
        #expect(change(from, to) == [message])
    }

    @Test("strangers are kept out: anonymous access, missing accounts and open passwords are named")
    func unsafe() {
        #expect(change("allow_anonymous false", "allow_anonymous true") == [])
        #expect(
            change("listener 1883 127.0.0.1", "listener 1883\nallow_anonymous true") == [
                "4 port 1883 is open to the network without TLS: passwords can be read",
                "5 allow_anonymous true: whoever reaches port 1883 can invent readings",
            ])
        #expect(change("listener 1883 127.0.0.1", "listener 8883\ncertfile /c\nkeyfile /k") == [])
        #expect(change("listener 1883 127.0.0.1", "listener 0 /run/mosquitto.sock") == [])
        #expect(
            change("password_file /p\nacl_file /a", "") == [
                "0 no acl_file: every account may read and write everything",
                "0 no password_file: devices have no accounts, so anybody can speak for them",
            ])
        #expect(change("password_file /p\nacl_file /a", "plugin /usr/lib/mosquitto_dynamic_security.so") == [])
        #expect(
            change("listener 1883 127.0.0.1", "port 1883") == [
                "4 port 1883 is open to the network without TLS: passwords can be read"
            ])
    }

    @Test("with accounts per listener each listener is looked at by itself")
    func perListener() {
        let text =
            BrokerAdviceTests.fine.replacing("allow_anonymous false\npassword_file /p\nacl_file /a\n", with: "")
            .replacing(
                "listener 1883 127.0.0.1",
                with: """
                    per_listener_settings true
                    listener 1883 127.0.0.1
                    allow_anonymous true
                    password_file /p
                    acl_file /a
                    listener 8883
                    certfile /c
                    keyfile /k
                    password_file /p
                    """)
        #expect(messages(text) == ["6 no acl_file: every account may read and write everything"])
    }

    @Test("what stands in other files is said to be unseen")
    func includes() {
        #expect(
            messages(BrokerAdviceTests.fine + "\r\ninclude_dir /etc/mosquitto/conf.d") == [
                "11 include_dir: the settings in that folder were not looked at"
            ])
    }
}
