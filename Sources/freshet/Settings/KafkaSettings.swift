import Foundation
import FreshetCore
import FreshetKafka

/// What `freshet serve` reads of topics of Kafka, and tells others.
struct KafkaSettings: Sendable {
    /// Brokers to begin with; empty for no Kafka.
    var brokers = ""
    /// The consumer group.
    var group = "freshet"
    /// What the source is called in the store.
    var source = "kafka"
    /// Topics of events, of items and of users.
    var (events, items, users) = (["events"], [String](), [String]())
    /// How events are written.
    var form = TopicRule.Form.json
    /// The most messages of one transaction.
    var batch = 1_000
    /// The topic of messages that are of no use; empty for none.
    var deadLetters = ""
    /// The topic that is told what was shown; empty for none.
    var shown = ""
    /// The topic that is told what was decided about versions; empty for none.
    var decisions = ""
    /// A file of librdkafka's properties; empty for none.
    var properties = ""

    /// Whether topics are read, or told, at all.
    var isOn: Bool { !brokers.isEmpty }

    /// What each topic that is read holds.
    var rules: [String: TopicRule] {
        let all =
            events.map { ($0, TopicRule(.events, form: form)) } + items.map { ($0, TopicRule(.items)) }
            + users.map { ($0, TopicRule(.users)) }
        return Dictionary(all, uniquingKeysWith: { first, _ in first })
    }

    /// Checks each value, and that no topic is two things.
    /// - Throws: ``FreshetError`` of kind `usage`.
    func validate() throws {
        try checkSettings(of: "kafka")
        guard isOn else { return }
        #if !Kafka
        throw FreshetError(
            .usage,
            "This freshet was built without Kafka, and kafka.brokers is '\(brokers)'.",
            remedy:
                "Build it with 'swift build -c release --product freshet --traits Kafka' (librdkafka-dev is needed)."
        )
        #else
        let topics = events + items + users + [deadLetters, shown, decisions].filter { !$0.isEmpty }
        if let twice = Dictionary(grouping: topics, by: \.self).first(where: { $0.value.count > 1 })?.key {
            throw FreshetError(
                .usage,
                "The topic '\(twice)' is named twice in the settings of kafka.",
                remedy: "Give each thing a topic of its own."
            )
        }
        #endif
    }

    /// The properties of librdkafka: those of the file, the brokers and the group.
    ///
    /// They lie in a file since passwords are among them, which are shown nowhere so.
    /// - Throws: ``FreshetError`` that names the file and the line.
    func readProperties() throws -> [String: String] {
        var read = try properties.isEmpty ? [:] : Self.read(properties)
        read["bootstrap.servers"] = brokers
        return read
    }

    private static func read(_ path: String) throws -> [String: String] {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw FreshetError(
                .external,
                "The properties '\(path)' cannot be read.",
                remedy:
                    "Give kafka.properties a file with a property of librdkafka a line, such as security.protocol=ssl."
            )
        }
        var properties: [String: String] = [:]
        let lines = String(decoding: data, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        for (number, line) in lines.enumerated() {
            let text = line.trimmingCharacters(in: .whitespaces)
            guard !text.isEmpty, !text.hasPrefix("#") else { continue }
            let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                .map { $0.trimmingCharacters(in: .whitespaces) }
            guard parts.count == 2, !parts[0].isEmpty else {
                throw FreshetError(
                    .invalidData,
                    "'\(path)', line \(number + 1): there is no '=' between a name and a value.",
                    remedy: "Each line is a property of librdkafka, such as security.protocol=ssl."
                )
            }
            properties[parts[0]] = parts[1]
        }
        return properties
    }
}

extension KafkaSettings: Configurable {
    /// Every setting there is.
    static var settings: [Setting<KafkaSettings>] {
        [
            .text(
                "brokers",
                \.brokers,
                "Brokers of Kafka to begin with, host:port between commas; empty for no Kafka."
            ),
            .text("group", \.group, "The consumer group; servers of one group share the partitions."),
            .text(
                "source",
                \.source,
                "What the source is called in the store, which keeps how far it was read: under another name all is read again."
            ),
            .texts("events", \.events, "Topics of events."),
            .texts(
                "items",
                \.items,
                "Topics of items: JSON as PUT /v1/items takes it; a message without value removes its key."
            ),
            .texts("users", \.users, "Topics of users: JSON as PUT /v1/users takes it."),
            .choice("form", \.form, "How events are written: json, or protobuf as in Documentation/Kafka.md."),
            .whole("batch", \.batch, 1...100_000, "The most messages of one transaction."),
            .text(
                "dead_letters",
                \.deadLetters,
                "The topic for messages that are of no use, with the reason; without one, reading stops before the first."
            ),
            .text("shown", \.shown, "The topic that is told what was shown; empty for none."),
            .text(
                "decisions",
                \.decisions,
                "The topic that is told of promotions, rollbacks and the like; empty for none."
            ),
            .text(
                "properties",
                \.properties,
                "A file of librdkafka's properties, name=value a line, for TLS, SASL and what else there is; empty for none."
            ),
        ]
    }
}
