import Foundation
import FreshetCore
import FreshetTensor

/// The settings that a search varies, and the values it tries.
struct SearchSpace: Equatable {
    /// The settings, sorted by key so that the order of the options does not change what is drawn.
    let dimensions: [SearchDimension]

    /// Reads `key=a,b,c` (or `key=a;b;c`), `key=low..high` and `key=low..high(log)`.
    /// - Throws: ``FreshetError`` of kind `usage` that shows the forms.
    init(_ texts: [String]) throws {
        dimensions = try texts.map(SearchDimension.init(_:)).sorted { $0.key < $1.key }
        for (first, second) in zip(dimensions, dimensions.dropFirst()) where first.key == second.key {
            throw FreshetError(.usage, "--search gives '\(first.key)' twice.")
        }
    }

    /// Values for every setting; the same seed and trial give the same.
    func draw(seed: UInt64, trial: Int) -> [String: String] {
        var random = RandomSource.stream(seed: seed, 0x5EA7C4, UInt64(trial))
        return dimensions.reduce(into: [:]) { settings, dimension in
            settings[dimension.key] = dimension.draw(&random)
        }
    }
}

/// One setting of a search.
struct SearchDimension: Equatable {
    /// The values that are tried.
    enum Values: Equatable {
        case choices([String])
        case whole(ClosedRange<Int>, isLogarithmic: Bool)
        case real(ClosedRange<Double>, isLogarithmic: Bool)
    }

    private static let significantDigits = 4

    /// The setting's path in the configuration.
    let key: String
    /// The values.
    let values: Values

    /// Reads one dimension.
    init(_ text: String) throws {
        func wrong(_ why: String) -> FreshetError {
            FreshetError(
                .usage,
                "--search '\(text)': \(why).",
                remedy: "Forms: key=a,b,c or key=low..high or key=low..high(log)."
            )
        }
        guard let assignment = Assignment(argument: text) else { throw wrong("it has no '='") }
        key = assignment.key
        var value = assignment.value
        let isLogarithmic = value.hasSuffix("(log)")
        if isLogarithmic { value.removeLast("(log)".count) }
        guard let dots = value.firstRange(of: "..") else {
            let choices = value.split(separator: value.contains(";") ? ";" : ",").map(String.init)
            guard !choices.isEmpty, !isLogarithmic else { throw wrong("it gives no values") }
            values = .choices(choices)
            return
        }
        let ends = (low: String(value[..<dots.lowerBound]), high: String(value[dots.upperBound...]))
        guard let low = Double(ends.low), let high = Double(ends.high), low.isFinite, high.isFinite, low <= high else {
            throw wrong("its ends are not two numbers in order")
        }
        guard !isLogarithmic || low > 0 else { throw wrong("a logarithmic range begins above 0") }
        if let low = Int(ends.low), let high = Int(ends.high) {
            values = .whole(low...high, isLogarithmic: isLogarithmic)
        } else {
            values = .real(low...high, isLogarithmic: isLogarithmic)
        }
    }

    /// A value at random.
    func draw(_ random: inout RandomSource) -> String {
        switch values {
        case .choices(let choices):
            return choices[random.below(choices.count)]
        case .whole(let range, let isLogarithmic):
            // Half a step on both sides gives the ends the same share as the others.
            let ends = (Double(range.lowerBound) - 0.5)...(Double(range.upperBound) + 0.5)
            let lowest = isLogarithmic ? max(ends.lowerBound, 0.5) : ends.lowerBound
            let value = Self.draw(lowest...ends.upperBound, isLogarithmic, &random).rounded()
            return String(min(max(Int(value), range.lowerBound), range.upperBound))
        case .real(let range, let isLogarithmic):
            let value = Self.draw(range, isLogarithmic, &random)
            return String(min(max(Self.rounded(value), range.lowerBound), range.upperBound))
        }
    }

    private static func draw(_ range: ClosedRange<Double>, _ isLogarithmic: Bool, _ random: inout RandomSource)
        -> Double
    {
        let share = Double(random.next() >> 11) * 0x1p-53
        guard isLogarithmic else { return range.lowerBound + share * (range.upperBound - range.lowerBound) }
        return range.lowerBound * pow(range.upperBound / range.lowerBound, share)
    }

    /// A number that is short to read and write.
    private static func rounded(_ value: Double) -> Double {
        guard value != 0 else { return 0 }
        let scale = pow(10, Double(significantDigits - 1) - log10(value.magnitude).rounded(.down))
        return (value * scale).rounded() / scale
    }
}
