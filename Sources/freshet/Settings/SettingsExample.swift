import FreshetCore

/// A configuration file that shows every setting at its default, each under a comment that says what it does.
struct SettingsExample<Root: Sendable> {
    let settings: [Setting<Root>]
    let defaults: Root

    /// The file's text.
    var text: String {
        let head = """
            // Every setting of freshet serve, at its default. Take over what you change; the rest may be left out.
            // What is said on the command line (--set server.port=9000) wins over the environment
            // (FRESHET_SERVER_PORT=9000), that over this file, that over the default.
            // freshet config check --config FILE shows where each value comes from, and names what is wrong.

            """
        return head + object(settings[...], depth: 0) + "\n"
    }

    /// The settings that share the first `depth` parts of their keys, as an object.
    private func object(_ settings: ArraySlice<Setting<Root>>, depth: Int) -> String {
        let indent = String(repeating: "  ", count: depth + 1)
        var entries: [String] = []
        var rest = settings
        while let first = rest.first {
            let parts = first.key.split(separator: ".").map(String.init)
            if parts.count == depth + 1 {
                let value = text(first.get(defaults), depth: depth + 1)
                entries.append("\(indent)// \(first.meaning)\n\(indent)\"\(parts[depth])\": \(value)")
                rest = rest.dropFirst()
            } else {
                let prefix = parts[...depth].joined(separator: ".") + "."
                let group = rest.prefix { $0.key.hasPrefix(prefix) }
                entries.append("\(indent)\"\(parts[depth])\": " + object(group, depth: depth + 1))
                rest = rest[group.endIndex...]
            }
        }
        return "{\n" + entries.joined(separator: ",\n") + "\n" + String(repeating: "  ", count: depth) + "}"
    }

    private func text(_ value: SettingValue, depth: Int) -> String {
        if case .document(let tree) = value { text(tree, depth: depth) } else { value.description }
    }

    /// An object with objects in it takes a line a field, any other value one line.
    private func text(_ tree: JSONValue, depth: Int) -> String {
        guard case .object(let members) = tree, !members.isEmpty else { return tree.text }
        let indent = String(repeating: "  ", count: depth + 1)
        let lines = members.map {
            "\(indent)\"\($0.name)\": \(text($0.value, depth: depth + 1))"
        }
        return "{\n" + lines.joined(separator: ",\n") + "\n" + String(repeating: "  ", count: depth) + "}"
    }
}
