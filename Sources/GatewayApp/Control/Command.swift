import GatewayModel
import Reporting

import struct Foundation.Data

/// An act of a person, carried out by the one writing process.
public enum Command: Codable, Sendable, Hashable {
    /// Puts a resolution into force from the bytes of its file and the signatures beside it.
    case adopt(fileName: String, bytes: Data, signatures: [SignatureFile] = [])
    /// Lets a list of delegates wait at the console, adopts it after its public days, or ends the wait.
    case recover(step: RecoveryStep, fileName: String, bytes: Data, signatures: [SignatureFile])
    /// Answers an alert.
    case answer(alert: Int, answer: AlertAnswer)
    /// Switches a sensor or a limit off until a time, or on again.
    case switchAlerts(subject: String, off: SwitchOffTerms?)
    /// Agrees, as the second person, that a sensor or a limit is switched off as another one has asked.
    case agreeToSwitchOff(subject: String)
    /// Sends a test message to a steward, who answers it.
    case testAlarm(steward: String)
    /// Lets a device's channel measure a sensor from now on.
    case assign(sensor: Sensor, device: String, channel: String)
    /// Lets another device measure from now on what a device measures now, channel by channel.
    case rebind(old: String, new: String)
    /// Decides about something that happened to a meter.
    case decideMeter(MeterAnswer)
    /// Tells that a meter was replaced: last figure of the old one, first of the new one.
    case exchangeMeter(sensor: SensorID, at: Instant, oldFinal: DecimalValue, newFirst: DecimalValue, unit: Unit?)
    /// Lets readings of a time not count, reversibly.
    case setAside(sensor: SensorID, from: Instant, until: Instant, why: String)
    /// Lets readings count again.
    case liftSetAside(Int64)
    /// Stores what was put aside after all, or drops it: one entry, or everything of a device.
    case settlePutAside(number: Int64?, device: String?, isReleased: Bool)
    /// Begins to bring a file's readings along; the reply carries the import's number.
    case beginImport(file: String, sha256: String)
    /// Adds readings to an import that is not finished.
    case importReadings(Int64, [ImportedReading])
    /// Lets all readings of an import count.
    case finishImport(Int64)
    /// Lets no reading of an import count any more.
    case undoImport(Int64)
    /// Adds readings that people took themselves.
    case addReadings([HandReading])
    /// Enters that somebody thinks something is wrong.
    case openDispute(Dispute.Subject, why: String)
    /// Enters that somebody has looked, and what was found.
    case checkDispute(Int64, how: String)
    /// Enters what the assembly decided about it.
    case decideDispute(Int64, DisputeVerdict)
    /// Closes a month's report: what it says is kept.
    case closeReport(CalendarMonth)
    /// Posts the agenda of the next assembly; `trials` are what proposals would have meant, by SHA-256 and language; nil for
    /// what the running gateway has tried (``Inquiry/postingTrials``).
    case postAgenda(trials: [String: [String: ProposalTrial]]?)
    /// Takes down what people marked on a posted agenda.
    case recordAgenda(fileName: String, bytes: Data)
    /// Leaves an entry that somebody looks at what households use; `what` is the command, `file` where it was written to.
    case lookAt(sensors: [SensorID], what: String, why: String, file: String?)
    /// Deletes what whole days of a household's sensor left behind.
    case forget(sensor: SensorID, first: CalendarDate, last: CalendarDate)
    /// Erases texts of an entry of the record book; all of them where none is named.
    case eraseTexts(record: Int64, names: [String], why: String)
    /// Says what time it is, on a box without network.
    case setClock(Instant)
    /// Reports what the running gateway has heard of a device since its start.
    case aboutDevice(String)
    /// Reports what the running gateway has counted and which devices it hears.
    case overview
}

/// What is done about a list of delegates of which too few old keys are left.
public enum RecoveryStep: String, Codable, Sendable, Hashable {
    /// The public days begin.
    case begin
    /// They are over: the list is adopted.
    case finish
    /// The wait ends without it.
    case withdraw
}

/// What a steward says to an alert.
public enum AlertAnswer: Codable, Sendable, Hashable {
    /// "I'm going."
    case take
    /// "Can't, next."
    case decline
    /// "Seen, not going."
    case seen
    /// A note.
    case note(String)
    /// Let it rest.
    case pause(until: Instant, why: String)
    /// Closed, with a cause.
    case resolve(AlertOutcome, note: String?)
    /// It may rest as another steward has asked.
    case agree
}

/// How long something is switched off, and why.
public struct SwitchOffTerms: Codable, Sendable, Hashable {
    /// When it ends.
    public var until: Instant
    /// Why.
    public var why: String

    /// Makes terms.
    public init(until: Instant, why: String) {
        self.until = until
        self.why = why
    }
}

/// What an assembly decided about a dispute, and where that stands.
public struct DisputeVerdict: Codable, Sendable, Hashable {
    /// True where the assembly agrees that it is wrong.
    public var isUpheld: Bool
    /// Why.
    public var reason: String
    /// The number of the adopted decision; nil where minutes tell it.
    public var decision: Int?
    /// The day of the assembly.
    public var assembly: CalendarDate?
    /// Where its minutes stand.
    public var minutes: String?

    /// Makes a verdict.
    public init(isUpheld: Bool, reason: String, decision: Int?, assembly: CalendarDate?, minutes: String?) {
        self.isUpheld = isUpheld
        self.reason = reason
        self.decision = decision
        self.assembly = assembly
        self.minutes = minutes
    }
}

/// What a steward says about something that happened to a meter.
public struct MeterAnswer: Codable, Sendable, Hashable {
    /// The measuring point.
    public var sensor: SensorID
    /// The event's time, to the minute; nil where only one question is open.
    public var at: Instant?
    /// The event's kind, where several happened at once.
    public var kind: MeterEvent.Kind?
    /// True: it happened. False: it did not, or a confirmation is taken back.
    public var isConfirmed: Bool
    /// The consumption in the sensor's unit; nil for the one that the event implies.
    public var use: DecimalValue?

    /// Makes an answer.
    public init(
        sensor: SensorID, at: Instant?, kind: MeterEvent.Kind?, isConfirmed: Bool, use: DecimalValue? = nil
    ) {
        self.sensor = sensor
        self.at = at
        self.kind = kind
        self.isConfirmed = isConfirmed
        self.use = use
    }
}

/// A figure that a person read off.
public struct HandReading: Codable, Sendable, Hashable {
    /// The measuring point.
    public var sensor: SensorID
    /// The figure.
    public var value: DecimalValue
    /// Its unit; nil for the sensor's.
    public var unit: Unit?
    /// When it was read.
    public var time: Instant

    /// Makes a reading.
    public init(sensor: SensorID, value: DecimalValue, unit: Unit?, time: Instant) {
        self.sensor = sensor
        self.value = value
        self.unit = unit
        self.time = time
    }
}

/// A figure from a file.
public struct ImportedReading: Codable, Sendable, Hashable {
    /// The measuring point.
    public var sensor: SensorID
    /// Gauge, register, delta.
    public var kind: ReadingKind
    /// The figure.
    public var value: DecimalValue
    /// Its unit.
    public var unit: Unit
    /// When it was measured.
    public var time: Instant

    /// Makes a reading.
    public init(sensor: SensorID, kind: ReadingKind, value: DecimalValue, unit: Unit, time: Instant) {
        self.sensor = sensor
        self.kind = kind
        self.value = value
        self.unit = unit
        self.time = time
    }
}

/// Who acts, by which means, and for whom it was entered.
public struct Actor: Codable, Sendable, Hashable {
    /// The account that made the request, as the operating system vouches for it.
    public var account: String
    /// The person it was entered for; nil where the account's owner acts.
    public var enteredFor: String?
    /// console, sms, link.
    public var means: String

    /// Makes an actor.
    public init(account: String, enteredFor: String? = nil, means: String = "console") {
        self.account = account
        self.enteredFor = enteredFor
        self.means = means
    }

    /// The person whose act it is.
    public var person: String { enteredFor ?? account }
}

/// A command on its way to the writing process.
struct CommandRequest: Codable, Sendable {
    var command: Command?
    /// What is only read; no act then.
    var inquiry: Inquiry?
    var enteredFor: String?
}

/// The writing process's answer.
public struct CommandReply: Codable, Sendable, Hashable {
    /// True where the act was carried out.
    public var isDone: Bool
    /// What to show the person, line by line.
    public var lines: [String]
    /// A number that later commands need, such as an import's.
    public var number: Int64?

    /// Makes a reply.
    public init(isDone: Bool, lines: [String], number: Int64? = nil) {
        self.isDone = isDone
        self.lines = lines
        self.number = number
    }

    /// A refusal with its reason and remedy.
    public static func refused(_ reason: String) -> CommandReply {
        CommandReply(isDone: false, lines: [reason])
    }
}
