/// One setting of a configuration: its name, what it means, which values it takes, and where they go.
///
/// Its default stands at the property that it goes to, and nowhere else.
package struct Setting<Root: Sendable>: Sendable {
    /// Its place in the file, such as `server.port`; `FRESHET_SERVER_PORT` in the environment.
    package let key: String
    /// Which values it takes.
    package let kind: SettingKind
    /// What it does, in a sentence.
    package let meaning: String
    /// Reads it from a configuration.
    package let get: @Sendable (Root) -> SettingValue
    /// Writes it into a configuration.
    package let set: @Sendable (inout Root, SettingValue) -> Void

    /// Whether what was given may hold a password: only what ``get`` reads is shown then.
    package var isSecret = false

    /// What is wrong with a value of the right kind, if anything.
    package var problem: @Sendable (_ defaults: Root, SettingValue) -> String? = { _, _ in nil }

    /// The name of the environment variable: `server.rate_limit.burst` is `FRESHET_SERVER_RATE_LIMIT_BURST`.
    package var variable: String { "FRESHET_" + key.uppercased().replacing(".", with: "_") }

    /// The same setting of a whole that this configuration is a part of.
    fileprivate func within<Whole: Sendable>(
        _ path: any WritableKeyPath<Whole, Root> & Sendable,
        _ name: String
    ) -> Setting<Whole> {
        let (get, set, problem) = (get, set, problem)
        var whole = Setting<Whole>(key: name.isEmpty ? key : "\(name).\(key)", kind: kind, meaning: meaning) {
            get($0[keyPath: path])
        } set: {
            set(&$0[keyPath: path], $1)
        } problem: {
            problem($0[keyPath: path], $1)
        }
        whole.isSecret = isSecret
        return whole
    }
}

/// A configuration whose values are declared once each: the default at the property, key, range and meaning in a table.
package protocol Configurable: Sendable {
    /// Every setting, in the order in which the file shows them.
    static var settings: [Setting<Self>] { get }
}

extension Configurable {
    /// The settings of a part under its name; an empty one leaves their keys as they are.
    package static func part<Part: Configurable>(
        _ name: String,
        _ path: any WritableKeyPath<Self, Part> & Sendable
    ) -> [Setting<Self>] {
        Part.settings.map { $0.within(path, name) }
    }

    /// Checks that each value is one that its setting takes.
    ///
    /// - Parameter name: what the file calls the whole configuration, if anything.
    /// - Throws: ``FreshetError`` of kind `usage` that names the setting, its value and what it may be.
    package func checkSettings(of name: String = "") throws {
        for setting in Self.settings {
            let value = setting.get(self)
            guard !setting.kind.takes(value) else { continue }
            let key = name.isEmpty ? setting.key : "\(name).\(setting.key)"
            throw FreshetError(.usage, "\(key) is \(value), but must be \(setting.kind.words).")
        }
    }
}
