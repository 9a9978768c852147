extension Setting {
    /// A whole number.
    package static func whole<Number: FixedWidthInteger & Sendable>(
        _ key: String,
        _ path: any WritableKeyPath<Root, Number> & Sendable,
        _ range: ClosedRange<Int>,
        _ meaning: String
    ) -> Setting {
        Setting(key: key, kind: .whole(range), meaning: meaning) {
            .whole(Int(clamping: $0[keyPath: path]))
        } set: { root, value in
            if case .whole(let number) = value { root[keyPath: path] = Number(clamping: number) }
        }
    }

    /// A number.
    package static func number(
        _ key: String,
        _ path: any WritableKeyPath<Root, Double> & Sendable,
        _ range: ClosedRange<Double>,
        _ meaning: String
    ) -> Setting {
        Setting(key: key, kind: .number(range), meaning: meaning) {
            .number($0[keyPath: path])
        } set: { root, value in
            if case .number(let number) = value { root[keyPath: path] = number }
        }
    }

    /// Yes or no.
    package static func flag(
        _ key: String,
        _ path: any WritableKeyPath<Root, Bool> & Sendable,
        _ meaning: String
    ) -> Setting {
        Setting(key: key, kind: .flag, meaning: meaning) {
            .flag($0[keyPath: path])
        } set: { root, value in
            if case .flag(let flag) = value { root[keyPath: path] = flag }
        }
    }

    /// Any text.
    package static func text(
        _ key: String,
        _ path: any WritableKeyPath<Root, String> & Sendable,
        _ meaning: String
    ) -> Setting {
        Setting(key: key, kind: .text, meaning: meaning) {
            .text($0[keyPath: path])
        } set: { root, value in
            if case .text(let text) = value { root[keyPath: path] = text }
        }
    }

    /// A text that may hold a password, of which only a part is shown.
    ///
    /// - Parameters:
    ///   - key: its place in the file.
    ///   - path: where it goes.
    ///   - meaning: what it does, in a sentence.
    ///   - shown: what is shown of it.
    /// - Returns: the setting.
    package static func secretText(
        _ key: String,
        _ path: any WritableKeyPath<Root, String> & Sendable,
        _ meaning: String,
        shown: @escaping @Sendable (Root) -> String
    ) -> Setting {
        var setting = Setting(key: key, kind: .text, meaning: meaning) {
            .text(shown($0))
        } set: { root, value in
            if case .text(let text) = value { root[keyPath: path] = text }
        }
        setting.isSecret = true
        return setting
    }

    /// Texts between commas on the command line and in the environment, an array in the file.
    package static func texts(
        _ key: String,
        _ path: any WritableKeyPath<Root, [String]> & Sendable,
        _ meaning: String
    ) -> Setting {
        Setting(key: key, kind: .texts, meaning: meaning) {
            .texts($0[keyPath: path])
        } set: { root, value in
            if case .texts(let texts) = value { root[keyPath: path] = texts }
        }
    }

    /// One of a few names.
    package static func choice<Choice: RawRepresentable<String> & CaseIterable & Sendable>(
        _ key: String,
        _ path: any WritableKeyPath<Root, Choice> & Sendable,
        _ meaning: String
    ) -> Setting {
        Setting(key: key, kind: .choice(Choice.allCases.map(\.rawValue)), meaning: meaning) {
            .text($0[keyPath: path].rawValue)
        } set: { root, value in
            if case .text(let text) = value, let choice = Choice(rawValue: text) { root[keyPath: path] = choice }
        }
    }

    /// One of some names that a table holds.
    package static func name(
        _ key: String,
        _ path: any WritableKeyPath<Root, String> & Sendable,
        among names: [String],
        _ meaning: String
    ) -> Setting {
        Setting(key: key, kind: .choice(names), meaning: meaning) {
            .text($0[keyPath: path])
        } set: { root, value in
            if case .text(let name) = value { root[keyPath: path] = name }
        }
    }

    /// A part of the file with a form of its own, whose checks are its own too.
    ///
    /// - Parameters:
    ///   - key: its place in the file.
    ///   - path: where it goes.
    ///   - meaning: what it does, in a sentence.
    ///   - elsewhere: names within it that other settings decide, by those settings: they are not shown, and refused.
    /// - Returns: the setting.
    package static func document<Value: Codable & Sendable>(
        _ key: String,
        _ path: any WritableKeyPath<Root, Value> & Sendable,
        _ meaning: String,
        elsewhere: [String: String] = [:]
    ) -> Setting {
        Setting(key: key, kind: .document, meaning: meaning) {
            .document(SettingDocument.tree(of: $0[keyPath: path]).without(elsewhere.keys))
        } set: { root, value in
            guard case .document(let tree) = value else { return }
            root[keyPath: path] = (try? SettingDocument.decode(tree, over: root[keyPath: path])) ?? root[keyPath: path]
        } problem: { defaults, value in
            guard case .document(let tree) = value else { return nil }
            for (name, other) in elsewhere.sorted(by: { $0.key < $1.key }) where tree.has(name) {
                return "has '\(name)', which is \(other) here"
            }
            return SettingDocument.problem(with: tree, over: defaults[keyPath: path])
        }
    }
}
