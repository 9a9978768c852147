import Foundation

/// Numbers as people read them, the same in every locale.
package enum Figure {
    /// A figure with four decimals when it is a share, fewer when it is larger.
    package static func short(_ value: Double) -> String {
        switch abs(value) {
        case 0: "0"
        case ...1: String(format: "%.4f", value)
        case ..<10: String(format: "%.3f", value)
        case ..<100: String(format: "%.2f", value)
        default: whole(value)
        }
    }

    /// A whole number with a comma every three digits.
    package static func whole(_ value: Double) -> String {
        let digits = String(format: "%.0f", abs(value))
        var grouped = ""
        for (place, digit) in digits.enumerated() {
            if place > 0, (digits.count - place) % 3 == 0 { grouped.append(",") }
            grouped.append(digit)
        }
        return (value < 0 ? "-" : "") + grouped
    }

    /// A share in percent.
    package static func percent(_ share: Double) -> String {
        let percent = share * 100
        return String(format: abs(percent) < 10 && percent != 0 ? "%.1f%%" : "%.0f%%", percent)
    }

    /// A coordinate of a drawing.
    package static func coordinate(_ value: Double) -> String {
        let text = String(format: "%.1f", value)
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }
}
