import ArgumentParser
import Foundation
import GatewayApp

/// `commons devices`
struct DevicesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "devices", abstract: "Devices: which there are, what they send, how their messages are read.",
        subcommands: [List.self, Show.self, Scan.self, Assign.self, Rebind.self, New.self, Test.self, Decode.self])

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Lists the stored devices, or the profiles with --profiles.",
            discussion: "Examples:\n  commons devices list\n  commons devices list --profiles --format json")

        @OptionGroup var site: SiteOptions
        @Flag(name: .long, help: "List the device profiles instead.") var profiles = false
        @Option(name: .long, help: "text or json.") var format = ListFormat.text

        func run() throws {
            let desk = try DeviceDesk(site: Site.load(configFile: site.config))
            try (profiles ? desk.profileLines(json: format == .json) : desk.deviceLines(json: format == .json))
                .forEach { print($0) }
        }
    }

    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Shows a stored device with its channels, or a profile with its setup.",
            discussion: "Examples:\n  commons devices show 0x00158d0001abcdef\n  commons devices show zigbee2mqtt")

        @OptionGroup var site: SiteOptions
        @Argument(help: "The device's identity or the profile's name.") var name: String

        func run() throws {
            try DeviceDesk(site: Site.load(configFile: site.config)).show(name).forEach { print($0) }
        }
    }

    struct Scan: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Listens for devices that are not assigned yet and guesses what they measure.",
            discussion:
                "Examples:\n  commons devices scan --for 10min\n  commons devices scan --for 30s --topic 'zigbee2mqtt/#'"
        )

        @OptionGroup var site: SiteOptions
        @Option(
            name: .customLong("for"),
            help: ArgumentHelp("How long, such as 30s or 10min (at most 1h).", valueName: "time")) var duration = "2min"
        @Option(name: .long, help: "The topic filter.") var topic = "#"

        func run() async throws {
            let desk = try DeviceDesk(site: Site.load(configFile: site.config))
            try await desk.scan(for: duration, topic: topic, progress: complain).forEach { print($0) }
        }
    }

    struct Assign: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Lets a device's channel measure a sensor from now on.",
            discussion: """
                A new sensor belongs to a household until you say --community.

                Examples:
                  commons devices assign 0x00158d0001abcdef temperature \\
                      cold-store/temperature --resource cold_store --every "15 min"
                  commons devices assign 10203040 total_volume main/water --resource water \\
                      --role input --community
                """)

        @OptionGroup var site: SiteOptions
        @Argument(help: "The device's identity, as `devices scan` shows it.") var device: String
        @Argument(help: "The channel within the device.") var channel: String
        @Argument(help: "The sensor: place/what, lower-case.") var sensor: String
        @Option(name: .long, help: "water, energy, garden, cold_store …") var resource: String?
        @Option(name: .long, help: "input, production, output, consumption, storage or condition.") var role: String?
        @Option(name: .long, help: "The unit its figures are shown in; the device's own by default.") var unit: String?
        @Option(name: .long, help: "What it measures; as the profile says by default.") var quantity: String?
        @Flag(name: .long, help: "A shared point, not a household's.") var community = false
        @Option(name: .long, help: "How often it reports, such as \"15 min\": its silence is an alert then.")
        var every: String?
        @Option(name: .customLong("for"), help: .person()) var enteredFor: String?

        func run() throws {
            let desk = try DeviceDesk(site: Site.load(configFile: site.config))
            let wish = DeviceDesk.Assignment(
                device: device, channel: channel, sensor: sensor, resource: resource, role: role, unit: unit,
                quantity: quantity, isCommunity: community, every: every)
            try finish(desk.assign(wish, enteredFor: enteredFor))
        }
    }

    struct Rebind: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Lets a device take the place of another one, for all its channels, from now on.",
            discussion: """
                For a device that was replaced by one of the same model, or that came back under another identity. The \
                meter's own register is a question of its own where the new device counts from another figure.

                Example:
                  commons devices rebind 0x00158d0001abcdef 0x00158d0009876543
                """)

        @OptionGroup var site: SiteOptions
        @Argument(help: "The device that measures now.") var old: String
        @Argument(help: "The device that measures from now on.") var new: String
        @Option(name: .customLong("for"), help: .person()) var enteredFor: String?

        func run() throws {
            try finish(
                DeviceDesk(site: Site.load(configFile: site.config)).rebind(old, to: new, enteredFor: enteredFor))
        }
    }

    struct New: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Drafts a device profile from one message, to be checked and completed by a person.",
            discussion: """
                Reads the payload from standard input. What the draft guesses from names and units is never used until \
                the file stands in the folder of device profiles; Devices/README.md explains each line.

                Example:
                  commons devices new --topic attic/meter7 < message.json \\
                      > Devices/attic-meter.yaml
                  commons devices test
                """)

        @Option(name: .long, help: "The topic of the message.") var topic: String
        @Option(name: .long, help: "The profile's name.") var name = "my_device"
        @Option(name: .long, help: "The folder of device profiles.") var devices = "Devices"

        func run() throws {
            print(try ProfileDraft(folder: devices).text(topic: topic, name: name), terminator: "")
        }
    }

    struct Test: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Decodes the samples of every profile and compares.",
            discussion: "Examples:\n  commons devices test\n  commons devices test --devices ./Devices")

        @Option(name: .long, help: "The folder of device profiles.") var devices = "Devices"

        func run() throws {
            let result = ProfileTest.run(folder: devices)
            result.lines.forEach { print($0) }
            guard result.isGood else { throw ExitCode(1) }
        }
    }

    struct Decode: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Shows what the gateway reads out of a message.",
            discussion: """
                Reads the payload from standard input; with --jsonl a stream of objects with topic, payload or \
                payload_base64, retained, received_at, answered line by line.

                Examples:
                  echo '{"temperature": 4.5}' | commons devices decode \\
                      --topic zigbee2mqtt/pantry
                  commons devices decode --jsonl < messages.jsonl
                  commons devices decode --topic rtl_433/valley/events --repeat 200000 \\
                      < message.json
                """)

        @Option(name: .long, help: "The topic of the message.") var topic: String?
        @Flag(name: .long, help: "Read a stream of messages.") var jsonl = false
        @Option(name: .customLong("repeat"), help: "Decode the message so many times and say how long one takes.")
        var repetitions: Int?
        @Option(name: .long, help: "The folder of device profiles.") var devices = "Devices"
        @Option(name: .customLong("time-zone"), help: "The zone of device times that name none.") var zone = "UTC"

        func validate() throws {
            if jsonl == (topic != nil) { throw ValidationError("Say either --topic TOPIC or --jsonl.") }
        }

        func run() throws {
            let decode = try DecodeRun(folder: devices, zone: zone)
            if let topic, let repetitions {
                print(decode.time(topic: topic, repetitions: max(1, repetitions)))
            } else if let topic {
                guard decode.message(topic: topic, output: { print($0) }) else { throw ExitCode(1) }
            } else {
                decode.stream(output: { print($0) })
            }
        }
    }
}

/// Shows a reply and ends with 1 where the act was refused.
func finish(_ reply: CommandReply) throws {
    for line in reply.lines { reply.isDone ? print(line) : complain(line) }
    guard reply.isDone else { throw ExitCode(1) }
}
