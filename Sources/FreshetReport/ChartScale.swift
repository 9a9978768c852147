import Foundation
import FreshetEvaluation

/// How values lie on an axis: evenly, or by their logarithm.
struct ChartScale: Sendable {
    /// The smallest and the largest value.
    let domain: ClosedRange<Double>
    /// Where they lie, in the chart's units; for a vertical axis the first is below.
    let range: (Double, Double)
    /// Whether equal factors take equal room.
    let isLogarithmic: Bool

    /// An even scale; a domain of one value gets some room.
    static func even(_ domain: ClosedRange<Double>, to range: (Double, Double)) -> ChartScale {
        let isPoint = domain.lowerBound == domain.upperBound
        let domain = isPoint ? domain.lowerBound...(domain.lowerBound + max(abs(domain.lowerBound), 1)) : domain
        return ChartScale(domain: domain, range: range, isLogarithmic: false)
    }

    /// A scale of factors; the domain lies above 0.
    static func logarithmic(_ domain: ClosedRange<Double>, to range: (Double, Double)) -> ChartScale {
        precondition(domain.lowerBound > 0, "a logarithmic scale from \(domain.lowerBound)")
        let isPoint = domain.lowerBound == domain.upperBound
        let domain = isPoint ? domain.lowerBound...(domain.lowerBound * 10) : domain
        return ChartScale(domain: domain, range: range, isLogarithmic: true)
    }

    /// Where a value lies; values outside lie at the nearer end.
    func position(_ value: Double) -> Double {
        let clamped = min(max(value, domain.lowerBound), domain.upperBound)
        let share =
            isLogarithmic
            ? log(clamped / domain.lowerBound) / log(domain.upperBound / domain.lowerBound)
            : (clamped - domain.lowerBound) / (domain.upperBound - domain.lowerBound)
        return range.0 + share * (range.1 - range.0)
    }

    /// Round values for the axis, about `count` of them.
    func ticks(_ count: Int = 4) -> [Double] {
        isLogarithmic ? powers(count) : Self.roundSteps(in: domain, count: count)
    }

    private func powers(_ count: Int) -> [Double] {
        let first = Int(ceil(log10(domain.lowerBound) - 1e-9))
        let last = Int(floor(log10(domain.upperBound) + 1e-9))
        guard first <= last else { return [domain.lowerBound, domain.upperBound] }
        let step = max(1, (last - first + count) / (count + 1))
        let tens = stride(from: first, through: last, by: step).map { pow(10, Double($0)) }
        guard tens.count < 3 else { return tens }
        let between = ([tens[0] / 10] + tens).flatMap { [$0, $0 * 2, $0 * 5] }
        return between.filter { domain.contains($0) }
    }

    private static func roundSteps(in domain: ClosedRange<Double>, count: Int) -> [Double] {
        let rough = (domain.upperBound - domain.lowerBound) / Double(max(count, 1))
        let magnitude = pow(10, floor(log10(rough)))
        // The round step whose ratio to the rough one is nearest to 1.
        let step = [1, 2, 5, 10].map { $0 * magnitude }.min { abs(log($0 / rough)) < abs(log($1 / rough)) } ?? rough
        let first = Int(ceil(domain.lowerBound / step - 1e-9))
        let last = Int(floor(domain.upperBound / step + 1e-9))
        return (first...max(first, last)).map { Double($0) * step }
    }

    /// The tick's text: no more decimals than the axis needs.
    static func label(_ value: Double, among ticks: [Double]) -> String {
        let needed = (0...5).first { decimals in
            let factor = pow(10, Double(decimals))
            return ticks.allSatisfy { abs(($0 * factor).rounded() - $0 * factor) < 1e-6 * max(1, abs($0 * factor)) }
        }
        guard let needed, needed > 0 else { return Figure.whole(value) }
        return String(format: "%.\(needed)f", value)
    }
}
