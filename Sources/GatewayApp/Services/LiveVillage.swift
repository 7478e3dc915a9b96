import Foundation
import GatewayModel
import MQTTIngest
import ServiceLifecycle
import Simulation

/// Publishes the example village to a broker as time passes.
struct LiveVillage: NamedService {
    let village: Village
    let options: BrokerOptions

    func run() async throws {
        let now = SystemClock.now()
        var pacer = Pacer(village.messages(until: now.advanced(bySeconds: 30 * 86_400)), simulated: now, at: now)
        let publisher = PlainPublisher(options: options)
        for await _ in AsyncTicks(seconds: { 1 }).cancelOnGracefulShutdown() {
            for message in pacer.due(at: SystemClock.now()) {
                publisher.publish(message.topic, message.payload, retain: message.retained)
            }
        }
        publisher.close()
    }
}
