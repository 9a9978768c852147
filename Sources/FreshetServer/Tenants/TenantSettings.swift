import FreshetCore
import FreshetEngine

/// What is set for one tenant apart from the others: any setting of its engine, and the requests of all its keys together.
struct TenantSettings: Configurable {
    /// How its engine works.
    var engine: EngineConfiguration
    /// How many requests all its keys together may make.
    var rateLimit = ServerConfiguration.RateLimit()
    /// What was given, by key, beside what the server's own settings say.
    private(set) var given: JSONValue = .object([])

    static var settings: [Setting<TenantSettings>] {
        part("rate_limit", \.rateLimit) + part("", \.engine)
    }

    /// Lays what is given over the settings of the server's own engine.
    /// - Throws: ``FreshetError`` of kind `usage` that names a key that no setting has, or a value that it does not take.
    init(_ given: JSONValue, over engine: EngineConfiguration) throws {
        self.engine = engine
        guard case .object(let members) = given else {
            throw FreshetError(.usage, "The settings of a tenant are an object of values by key, such as quota.items.")
        }
        let known = Dictionary(uniqueKeysWithValues: Self.settings.map { ($0.key, $0) })
        let defaults = self
        for member in members {
            guard let setting = known[member.name] else {
                throw FreshetError(
                    .usage,
                    "There is no setting '\(member.name)'.\(Spelling.question(for: member.name, among: known.keys.sorted()))",
                    remedy:
                        "Keys are those of freshet config example, with points: quota.items, serving.cached_results."
                )
            }
            guard let value = setting.kind.value(of: member.value) else {
                throw FreshetError(.usage, "\(member.name) is \(member.value.text), but must be \(setting.kind.words).")
            }
            if let problem = setting.problem(defaults, value) {
                throw FreshetError(.usage, "\(member.name) \(problem).")
            }
            setting.set(&self, value)
        }
        self.given = given
        try self.engine.validate()
        try checkSettings()
    }

    /// What the tenant's administrators see as settings: not those of texts, which name files of the server.
    var inForce: [SettingInForce] {
        Self.settings.filter { !$0.key.hasPrefix("language.") }.map { setting in
            let source = given[setting.key] == nil ? "default" : "tenant"
            return SettingInForce(key: setting.key, value: setting.get(self), source: source)
        }
    }
}

extension SettingKind {
    /// The value that JSON stands for; `nil` when it is not of this kind, or not allowed.
    fileprivate func value(of json: JSONValue) -> SettingValue? {
        let value: SettingValue? =
            switch (self, json) {
            case (.whole, .number(let number)): Int(exactly: number).map(SettingValue.whole)
            case (.number, .number(let number)): .number(number)
            case (.flag, .bool(let flag)): .flag(flag)
            case (.text, .string(let text)), (.choice, .string(let text)): .text(text)
            case (.texts, .array(let values)): Self.texts(values)
            case (.document, .object): .document(json)
            default: nil
            }
        return value.flatMap { takes($0) ? $0 : nil }
    }

    private static func texts(_ values: [JSONValue]) -> SettingValue? {
        let texts = values.compactMap { if case .string(let text) = $0 { text } else { nil } }
        return texts.count == values.count ? .texts(texts) : nil
    }
}
