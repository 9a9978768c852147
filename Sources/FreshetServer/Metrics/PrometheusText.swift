/// Names, labels and numbers as Prometheus' text format writes them.
///
/// https://prometheus.io/docs/instrumenting/exposition_formats/
enum PrometheusText {
    /// A metric's name: letters, digits, `_` and `:`, not beginning with a digit.
    static func name(_ label: String) -> String {
        var name = String(label.unicodeScalars.map { isSound($0) || $0 == ":" ? Character($0) : "_" })
        if name.first?.isNumber ?? true { name = "_" + name }
        return name
    }

    /// `name="value",…`, ordered by name.
    static func labels(_ dimensions: [(String, String)]) -> String {
        dimensions.sorted { $0.0 < $1.0 }.map { dimension in
            let name = Self.name(dimension.0).replacing(":", with: "_")
            return "\(name)=\"\(escaped(dimension.1))\""
        }.joined(separator: ",")
    }

    /// A number; whole ones without a fraction.
    static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        return Int64(exactly: value).map { String($0) } ?? value.description
    }

    static func escapedHelp(_ text: String) -> String {
        text.replacing("\\", with: "\\\\").replacing("\n", with: "\\n")
    }

    private static func escaped(_ text: String) -> String { escapedHelp(text).replacing("\"", with: "\\\"") }

    private static func isSound(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", "_": true
        default: false
        }
    }
}
