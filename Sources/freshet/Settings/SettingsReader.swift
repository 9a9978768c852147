import Configuration
import FreshetCore

/// Reads settings from flags, the environment and a file: the first that has a value wins, then the default.
struct SettingsReader<Root: Sendable> {
    /// A setting with its value and where that came from.
    struct Resolved: Sendable, Encodable {
        let key: String
        let value: SettingValue
        /// `flag`, the name of the environment variable, the file, or `default`.
        let source: String
    }

    /// What was read.
    struct Result: Sendable {
        /// The configuration.
        let configuration: Root
        /// Every setting in the order of the table.
        let values: [Resolved]
        /// What is wrong, a sentence each; empty when all is well.
        let problems: [String]
        /// What is odd but does no harm.
        let warnings: [String]
    }

    /// The table of all settings.
    let settings: [Setting<Root>]
    /// Environment variables that begin like settings but are none.
    var otherVariables: Set<String> = []

    /// Reads every setting.
    ///
    /// - Parameters:
    ///   - defaults: what is left where nothing says otherwise.
    ///   - flags: values from the command line by key.
    ///   - environment: the process environment.
    ///   - file: the configuration file, if any.
    /// - Returns: the configuration and every problem, not only the first.
    func read(
        into defaults: Root,
        flags: [String: String] = [:],
        environment: [String: String] = [:],
        file: SettingsFile? = nil
    ) -> Result {
        var problems: [String] = []
        var providers: [(source: (Setting<Root>) -> String, provider: any ConfigProvider)] = [
            ({ _ in "flag" }, flagProvider(flags, problems: &problems)),
            (
                { $0.variable },
                EnvironmentVariablesProvider(environmentVariables: environment).prefixKeys(with: "freshet")
            ),
        ]
        if let file { providers.append(({ _ in file.path }, file.provider(of: settings))) }

        var configuration = defaults
        var values: [Resolved] = []
        for setting in settings {
            var resolved = Resolved(key: setting.key, value: setting.get(defaults), source: "default")
            for (source, provider) in providers {
                let place = source(setting)
                do {
                    let found = try provider.value(forKey: setting.configKey, type: setting.kind.type).value
                    guard let found else { continue }
                    if let value = setting.kind.value(of: found.content) {
                        if let problem = setting.problem(defaults, value) {
                            problems.append("\(setting.key) (\(place)) \(problem).")
                        }
                        setting.set(&configuration, value)
                        // As the setting shows it: without a password.
                        let shown = setting.isSecret ? setting.get(configuration) : value
                        resolved = Resolved(key: setting.key, value: shown, source: place)
                    } else {
                        problems.append(
                            "\(setting.key) (\(place)) is \(found.content.words), but must be \(setting.kind.words)."
                        )
                    }
                } catch let error {
                    let text = environment[setting.variable].map { "'\($0)'" } ?? "\(error)"
                    problems.append("\(setting.key) (\(place)) is \(text), but must be \(setting.kind.words).")
                }
                break
            }
            values.append(resolved)
        }
        problems += file.map(problems(in:)) ?? []
        return Result(
            configuration: configuration,
            values: values,
            problems: problems,
            warnings: unknownVariables(in: environment)
        )
    }

    private func flagProvider(_ flags: [String: String], problems: inout [String]) -> InMemoryProvider {
        var values: [AbsoluteConfigKey: ConfigValue] = [:]
        for (key, text) in flags.sorted(by: { $0.key < $1.key }) {
            guard let setting = settings.first(where: { $0.key == key }) else {
                problems.append("There is no setting '\(key)' (flag).\(suggestion(for: key))")
                continue
            }
            guard let content = setting.kind.content(of: text) else {
                problems.append("\(key) (flag) is '\(text)', but must be \(setting.kind.words).")
                continue
            }
            values[setting.configKey] = ConfigValue(content, isSecret: false)
        }
        return InMemoryProvider(name: "flags", values: values)
    }

    /// Keys of the file that no setting has, and values of a wrong kind.
    private func problems(in file: SettingsFile) -> [String] {
        let known = Dictionary(uniqueKeysWithValues: settings.map { ($0.key, $0.kind) })
        return file.values(of: settings).sorted { $0.key < $1.key }.compactMap { key, value in
            guard let kind = known[key] else {
                return "There is no setting '\(key)' (\(file.path)).\(suggestion(for: key))"
            }
            guard kind.content(of: value) == nil else { return nil }
            return "\(key) (\(file.path)) is of another kind: it must be \(kind.words)."
        }
    }

    /// A warning and no error: a cluster may put variables of its own under the name of a service.
    private func unknownVariables(in environment: [String: String]) -> [String] {
        let known = Set(settings.map(\.variable)).union(otherVariables)
        return environment.keys.filter { $0.hasPrefix("FRESHET_") && !known.contains($0) }.sorted()
            .map { "The environment variable \($0) is not a setting and is ignored." }
    }

    private func suggestion(for key: String) -> String {
        let last = key.split(separator: ".").last.map(String.init) ?? key
        let same = settings.map(\.key).first { $0.split(separator: ".").last.map(String.init) == last }
        return same.map { " Did you mean '\($0)'?" } ?? Spelling.question(for: key, among: settings.map(\.key))
    }
}

extension ConfigContent {
    /// The value as a person writes it.
    fileprivate var words: String {
        switch self {
        case .string(let text): "'\(text)'"
        case .int(let number): "\(number)"
        case .double(let number): "\(number)"
        case .bool(let flag): "\(flag)"
        case .bytes(let bytes): "\(bytes.count) bytes"
        case .stringArray(let values): "\(values)"
        case .intArray(let values): "\(values)"
        case .doubleArray(let values): "\(values)"
        case .boolArray(let values): "\(values)"
        case .byteChunkArray(let chunks): "\(chunks.count) pieces of bytes"
        }
    }
}
