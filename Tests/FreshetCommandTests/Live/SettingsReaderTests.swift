import Configuration
import FreshetCore
import Testing

@testable import freshet

@Suite struct SettingsReaderTests {
    private enum Mode: String, CaseIterable {
        case normal, full
    }

    private struct Root {
        var port = 8080
        var share = 0.5
        var isOn = true
        var mode = Mode.normal
        var name = "a"
        var origins = ["x"]
        var policies = Policies()
    }

    private struct Policies: Codable, Equatable {
        struct Inner: Codable, Equatable {
            var retrainInterval = 5.0
        }
        var longTail = 0.5
        var limit: Int?
        var inner = Inner()
    }

    private let reader = SettingsReader<Root>(
        settings: [
            .whole("server.port", \.port, 0...65_535, "The port."),
            .number("server.maximum_share", \.share, 0...1, "A share."),
            .flag("learning.is_on", \.isOn, "Whether."),
            .choice("storage.mode", \.mode, "How."),
            .text("name", \.name, "Who."),
            .texts("server.origins", \.origins, "Where from."),
            .document("policies", \.policies, "What."),
        ],
        otherVariables: ["FRESHET_KEY"]
    )

    private func source(of key: String, in result: SettingsReader<Root>.Result) -> String? {
        result.values.first { $0.key == key }?.source
    }

    @Test func aPasswordIsNotShown() throws {
        let reader = SettingsReader<Root>(
            settings: [.secretText("address", \.name, "Where.") { String($0.name.prefix { $0 != ":" }) }]
        )
        let result = reader.read(into: Root(), flags: ["address": "shop:secret"])
        #expect(result.configuration.name == "shop:secret")
        #expect(result.values.map(\.value) == [.text("shop")])
    }

    @Test func flagsWinOverTheEnvironmentAndThatOverTheFile() throws {
        let file = try SettingsFile(
            path: "f.json",
            text: #"{"server": {"port": 1, "maximum_share": 0.25, "origins": ["b", "c"]}, "name": "file"}"#
        )
        let result = reader.read(
            into: Root(),
            flags: ["server.port": "3"],
            environment: [
                "FRESHET_SERVER_PORT": "2", "FRESHET_SERVER_MAXIMUM_SHARE": "0.75", "FRESHET_LEARNING_IS_ON": "false",
            ],
            file: file
        )
        #expect(result.problems.isEmpty && result.warnings.isEmpty)
        #expect(result.configuration.port == 3 && source(of: "server.port", in: result) == "flag")
        #expect(result.configuration.share == 0.75)
        #expect(source(of: "server.maximum_share", in: result) == "FRESHET_SERVER_MAXIMUM_SHARE")
        #expect(!result.configuration.isOn)
        #expect(result.configuration.name == "file" && source(of: "name", in: result) == "f.json")
        #expect(result.configuration.origins == ["b", "c"])
        #expect(result.configuration.mode == .normal && source(of: "storage.mode", in: result) == "default")
    }

    @Test func everyProblemIsNamed() throws {
        let file = try SettingsFile(
            path: "f.json",
            text:
                #"{"server": {"prot": 1, "port": "x", "maximum_share": 2}, "storage": {"mode": "fast"}, "learning": {"is_on": 1}}"#
        )
        let result = reader.read(
            into: Root(),
            flags: ["nam": "x", "server.origins": ""],
            environment: ["FRESHET_NAMES": "x", "FRESHET_KEY": "secret", "HOME": "/"],
            file: file
        )
        let all = result.problems.joined(separator: "\n")
        for part in [
            "'nam' (flag). Did you mean 'name'?", "'server.prot' (f.json). Did you mean 'server.port'?",
            "server.port (f.json) is of another kind: it must be a whole number from 0 to 65535.",
            "server.maximum_share (f.json) is", "storage.mode (f.json) is", "one of normal, full",
            "learning.is_on (f.json) is of another kind: it must be true or false.",
        ] {
            #expect(all.contains(part), "\(part)\n in\n\(all)")
        }
        #expect(result.problems.count == 6, "\(all)")
        #expect(result.configuration.origins.isEmpty)
        #expect(result.warnings.count == 1 && result.warnings[0].contains("FRESHET_NAMES"))
        #expect(!result.warnings[0].contains("secret"))
    }

    @Test func aBadVariableIsNamedWithItsText() {
        let result = reader.read(into: Root(), environment: ["FRESHET_SERVER_PORT": "eighty"])
        #expect(
            result.problems == [
                "server.port (FRESHET_SERVER_PORT) is 'eighty', but must be a whole number from 0 to 65535."
            ]
        )
    }

    @Test func namesOfVariablesAreThoseOfTheProvider() throws {
        let provider = EnvironmentVariablesProvider(environmentVariables: [:]).prefixKeys(with: "freshet")
        for setting in reader.settings {
            let result = try provider.value(forKey: setting.configKey, type: setting.kind.type)
            #expect(result.encodedKey == setting.variable)
        }
    }

    @Test func commentsAreNoPartOfTheFile() throws {
        let text = """
            // The head.
            {
              "name": "http://x // no comment \\" // still none", // a comment with "quotes"
              "server": { "port": 5 } // the end
            }
            """
        let result = reader.read(into: Root(), file: try SettingsFile(path: "f", text: text))
        #expect(result.problems.isEmpty)
        #expect(result.configuration.name == "http://x // no comment \" // still none")
        #expect(result.configuration.port == 5)
    }

    @Test(arguments: ["", "{", "[]", "{\"a\": }"]) func damagedFilesSaySo(text: String) {
        #expect(throws: FreshetError.self) { try SettingsFile(path: "f.json", text: text) }
    }

    @Test func documentsAreLaidOverTheirDefaults() throws {
        let text = #"{"policies": {"limit": 3, "inner": {"retrain_interval": 7}}}"#
        let result = reader.read(into: Root(), file: try SettingsFile(path: "f", text: text))
        #expect(result.problems.isEmpty, "\(result.problems)")
        #expect(result.configuration.policies == Policies(limit: 3, inner: .init(retrainInterval: 7)))
        let flag = reader.read(into: Root(), flags: ["policies": #"{"longTail": 1}"#])
        #expect(flag.configuration.policies == Policies(longTail: 1), "\(flag.problems)")
    }

    @Test(arguments: [
        (#"{"policies": {"long_tial": 1}}"#, "has no 'long_tial'"),
        (#"{"policies": {"inner": {"x": 1}}}"#, "has no 'inner.x'"),
        (#"{"policies": {"longTail": "a"}}"#, "is wrong at 'longTail'"),
        (#"{"policies": 3}"#, "must be a JSON object"),
    ])
    func mistakesInDocumentsAreNamed(text: String, problem: String) throws {
        let result = reader.read(into: Root(), file: try SettingsFile(path: "f", text: text))
        #expect(result.problems.count == 1 && result.problems[0].contains(problem), "\(result.problems)")
    }
}
