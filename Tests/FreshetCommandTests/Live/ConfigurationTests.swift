import Foundation
import FreshetCore
import FreshetEngine
import FreshetModels
import FreshetServer
import FreshetStorage
import Testing

@testable import freshet

@Suite struct ConfigurationTests {
    private static let example = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Documentation/freshet.example.json")

    private let reader = SettingsReader<ServeSettings>.serve

    @Test func theExampleShowsEverySettingAtItsDefault() throws {
        let text = try String(contentsOf: Self.example, encoding: .utf8)
        #expect(
            text == SettingsExample(settings: reader.settings, defaults: ServeSettings()).text,
            "renew it: freshet config example > Documentation/freshet.example.json"
        )
        let file = try SettingsFile(path: Self.example.path)
        let result = reader.read(into: ServeSettings(), file: file)
        #expect(result.problems.isEmpty, "\(result.problems)")
        #expect(result.values.allSatisfy { $0.source == Self.example.path })
        try result.configuration.validate()
        for (setting, value) in zip(reader.settings, result.values) {
            #expect(setting.get(ServeSettings()) == value.value, "\(setting.key)")
        }
    }

    /// What another setting decides is not offered in the loop's part, and refused there by that setting's name.
    @Test func whatIsDecidedElsewhereIsNotInTheLoop() throws {
        let loop = try #require(reader.settings.first { $0.key == "loop" })
        let text = SettingsExample(settings: [loop], defaults: ServeSettings()).text
        for name in [
            "micro_batch", "history_limit", "first_training_events", "micro_update_interval", "retrain_interval",
        ] {
            #expect(!text.contains("\"\(name)\""), "\(name)")
        }
        #expect(text.contains("retrain_growth"))
        let given: JSONValue = ["publication": ["retrainInterval": 5]]
        #expect(loop.problem(ServeSettings(), .document(given))?.contains("retraining.every_hours") == true)
        let other: JSONValue = ["publication": ["retrain_growth": 5]]
        #expect(loop.problem(ServeSettings(), .document(other)) == nil)
    }

    /// What `GET /v1/settings` and the dashboard show.
    @Test func whatIsInForceBearsTheNamesOfTheFile() throws {
        var settings = ServeSettings()
        settings.server.rateLimit.burst = 7
        settings.sources = ["server.rate_limit.burst": "flag"]
        let inForce = settings.inForce
        #expect(inForce.map(\.key) == reader.settings.map(\.key))
        let burst = try #require(inForce.first { $0.source != "default" })
        #expect(burst.key == "server.rate_limit.burst" && burst.source == "flag")
        #expect(burst.value as? SettingValue == .number(7))
    }

    /// What the guides call by the name of a setting must be one.
    @Test func theGuidesNameSettingsThatThereAre() throws {
        let folder = Self.example.deletingLastPathComponent()
        let guides = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .filter { $0.pathExtension == "md" }
        #expect(guides.count > 5)
        let known = reader.settings.map(\.key)
        let groups = Set(known.compactMap { $0.contains(".") ? $0.split(separator: ".").first.map(String.init) : nil })
        for guide in guides {
            let text = try String(contentsOf: guide, encoding: .utf8)
            for match in text.matches(of: #/`([a-z_]+)\.([A-Za-z_.]+)[^`]*`/#) where groups.contains(String(match.1)) {
                let name = "\(match.1).\(match.2)"
                let isThere = known.contains { $0 == name || $0.hasPrefix(name + ".") || name.hasPrefix($0 + ".") }
                #expect(isThere, "\(guide.lastPathComponent): \(name)")
            }
        }
    }

    @Test func keysAndVariablesAreUnique() {
        #expect(Set(reader.settings.map(\.key)).count == reader.settings.count)
        #expect(Set(reader.settings.map(\.variable)).count == reader.settings.count)
    }

    /// A setting that somebody adds to a configuration must come into the table.
    @Test func theTableHasEveryValueOfTheConfigurations() throws {
        let defaults = ServeSettings()
        var wanted = try leaves(of: defaults.engine).subtracting(["folder"])
        wanted.formUnion(try leaves(of: defaults.server).map { "server." + $0 })
        wanted.formUnion(try leaves(of: defaults.storage).map { "storage." + $0 })
        let known = reader.settings.map(\.key)
        // A document holds whatever lies below its key.
        let missing = wanted.filter { leaf in !known.contains { leaf == $0 || leaf.hasPrefix($0 + ".") } }
        #expect(missing.isEmpty, "\(missing.sorted())")
    }

    @Test func everySettingReachesTheConfiguration() {
        for setting in reader.settings {
            var changed = ServeSettings()
            let value: SettingValue =
                switch (setting.kind, setting.get(changed)) {
                case (.whole(let range), .whole(let old)):
                    .whole(old == range.lowerBound ? range.upperBound : range.lowerBound)
                case (.number(let range), .number(let old)):
                    .number(old == range.lowerBound ? range.upperBound : range.lowerBound)
                case (.flag, .flag(let old)): .flag(!old)
                case (.choice(let names), .text(let old)): .text(names.first { $0 != old } ?? old)
                case (.texts, _): .texts(["a=b"])
                case (.document, let old): old
                default: .text("other")
                }
            let before = setting.get(changed)
            setting.set(&changed, value)
            let after = setting.get(changed)
            // Of what may be secret only a part is to be read.
            #expect(setting.isSecret ? after != before : after == value, "\(setting.key)")
        }
    }

    /// A program that sets a value itself is held to the same ranges, under the same names.
    @Test func everyRangeHoldsWithoutTheFileToo() {
        for setting in reader.settings {
            let wrong: SettingValue
            switch setting.kind {
            case .whole(let range) where range.upperBound < Int.max: wrong = .whole(range.upperBound + 1)
            case .number(let range): wrong = .number(range.upperBound * 2)
            default: continue
            }
            var settings = ServeSettings()
            setting.set(&settings, wrong)
            let error = #expect(throws: FreshetError.self, "\(setting.key)") { try settings.validate() }
            #expect(error?.message == "\(setting.key) is \(wrong), but must be \(setting.kind.words).")
        }
    }

    @Test(arguments: [
        ("ingest.maximum_batch", "200000", "ingest.maximum_waiting"),
        ("serving.count", "2000", "serving.maximum_count"),
        ("server.limits.body_bytes", "536870912", "server.limits.body_bytes_in_flight"),
    ])
    func whatMustFitAnotherNamesIt(key: String, value: String, other: String) {
        let result = reader.read(into: ServeSettings(), flags: [key: value])
        #expect(result.problems.isEmpty)
        let error = #expect(throws: FreshetError.self) { try result.configuration.validate() }
        #expect(error?.message.hasPrefix("\(key) is \(value), but must be at most \(other), which is ") == true)
    }

    /// What a document holds is named by its place in the file.
    @Test(arguments: [
        ("loop", #"{"promotion": {"first": {"margin": 2}}}"#, "loop.promotion.first.margin is 2.0"),
        ("loop", #"{"streaming": {"opinions": {"prior": 0}}}"#, "loop.streaming.opinions.prior is 0.0"),
        ("recommender.scenarios", #"{"home": {"diversity": 3}}"#, "recommender.scenarios.home.diversity is 3.0"),
    ])
    func valuesWithinDocumentsBearTheirPlace(key: String, text: String, words: String) {
        let result = reader.read(into: ServeSettings(), flags: [key: text])
        #expect(result.problems.isEmpty, "\(result.problems)")
        let error = #expect(throws: FreshetError.self) { try result.configuration.validate() }
        #expect(error?.message.hasPrefix(words + ", but must be from ") == true, "\(error?.message ?? "")")
    }

    private func leaves(of configuration: some Encodable) throws -> Set<String> {
        func paths(_ value: JSONValue, _ prefix: String) -> [String] {
            guard case .object(let members) = value, !members.isEmpty else { return [prefix] }
            return members.flatMap { paths($0.value, prefix.isEmpty ? $0.name : prefix + "." + $0.name) }
        }
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        let value = try JSONDecoder().decode(JSONValue.self, from: encoder.encode(configuration))
        return Set(paths(value, ""))
    }
}
