import Foundation
import FreshetCore
import FreshetData

/// What the messages of a topic are.
public struct TopicRule: Sendable, Equatable {
    /// What they speak of.
    public enum Kind: String, CaseIterable, Sendable {
        /// What users did: one event a message, or an array of them.
        case events
        /// Items of the catalogue; a message without a value removes the item that its key names.
        case items
        /// What users say of themselves.
        case users
    }

    /// How they are written.
    public enum Form: String, CaseIterable, Sendable {
        /// JSON, as HTTP takes it.
        case json
        /// Protocol buffers, in the form that `Documentation/Kafka.md` shows; events only.
        case protobuf
    }

    /// What they speak of.
    public var kind: Kind
    /// How they are written.
    public var form: Form

    /// Creates a rule.
    public init(_ kind: Kind, form: Form = .json) { (self.kind, self.form) = (kind, form) }
}

/// Reads what messages say.
struct MessageReader: Sendable {
    /// The most events that one message may hold.
    static let maximumEvents = 10_000

    /// The rule of each topic.
    let topics: [String: TopicRule]
    let identifiers: IdentifierRule

    /// What a message says.
    enum Content: Equatable {
        case events([Event])
        case change(CatalogueChange)
    }

    /// Reads a message whole: where a part of it is wrong, all of it is.
    /// - Throws: ``BadMessage`` with what is wrong.
    func content(of message: KafkaMessage) throws(BadMessage) -> Content {
        guard let rule = topics[message.topic] else {
            throw BadMessage("the settings say nothing of the topic '\(message.topic)'")
        }
        guard let value = message.value else { return .change(try removal(by: message.key, rule)) }
        switch (rule.kind, rule.form) {
        case (.events, .json): return .events(try events(value))
        case (.events, .protobuf): return .events([try event(value)])
        case (.items, .json): return .change(.item(try entry(value, id: \Item.id)))
        case (.users, .json): return .change(.user(try entry(value, id: \User.id)))
        case (.items, .protobuf), (.users, .protobuf): throw BadMessage("only events are read from Protocol buffers")
        }
    }

    private func removal(by key: [UInt8]?, _ rule: TopicRule) throws(BadMessage) -> CatalogueChange {
        guard rule.kind == .items else { throw BadMessage("it has no value") }
        guard let key, let id = String(validating: key, as: UTF8.self) else {
            throw BadMessage("neither a value nor a key that is UTF-8")
        }
        try check(id, "the key")
        return .removal(item: id)
    }

    private func events(_ value: [UInt8]) throws(BadMessage) -> [Event] {
        let body: Result<EventBody, JSONFault> = value.withUnsafeBufferPointer { bytes in
            Result { () throws(JSONFault) in
                try EventBody(bytes, form: .json, maximumCount: Self.maximumEvents, identifiers: identifiers)
            }
        }
        switch body {
        case .failure(let fault): throw BadMessage(fault.description)
        case .success(let body):
            guard let refusal = body.refusals.first else { return body.events }
            throw BadMessage(body.isSingle ? refusal.reason : "event \(refusal.index): \(refusal.reason)")
        }
    }

    private func event(_ value: [UInt8]) throws(BadMessage) -> Event {
        let event = try EventRecord.event(value)
        try check(event.user, "'user'")
        if event.text == nil { try check(event.item, "'item'") }
        return event
    }

    private func entry<Entry: Decodable>(_ value: [UInt8], id: KeyPath<Entry, String>) throws(BadMessage) -> Entry {
        let entry: Entry
        do {
            entry = try JSONDecoder().decode(Entry.self, from: Data(value))
        } catch let error {
            throw BadMessage("not an entry of the catalogue: \(Self.words(error))")
        }
        try check(entry[keyPath: id], "'id'")
        return entry
    }

    private func check(_ id: String, _ name: String) throws(BadMessage) {
        if let problem = identifiers.problem(with: id) { throw BadMessage("\(name) \(problem)") }
    }

    private static func words(_ error: any Error) -> String {
        switch error {
        case DecodingError.keyNotFound(let key, _): "'\(key.stringValue)' is missing"
        case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context),
            DecodingError.dataCorrupted(let context):
            (context.codingPath.last.map { "'\($0.stringValue)': " } ?? "") + context.debugDescription
        default: "\(error)"
        }
    }
}

/// What is wrong with a message.
struct BadMessage: Error, Equatable {
    let reason: String

    init(_ reason: String) { self.reason = reason }
}
