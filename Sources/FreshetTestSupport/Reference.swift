import Foundation
import FreshetTensor

/// The operations as obvious loops in `Double`: what the fast ones are compared with.
public enum Reference {
    /// `A · B`, row-major, `[M, K] · [K, N]`.
    public static func multiply(_ a: [Double], _ b: [Double], _ M: Int, _ K: Int, _ N: Int) -> [Double] {
        var c = [Double](repeating: 0, count: M * N)
        for m in 0..<M {
            for n in 0..<N {
                for k in 0..<K { c[m * N + n] += a[m * K + k] * b[k * N + n] }
            }
        }
        return c
    }

    /// Layer normalisation of one row.
    public static func layerNorm(_ x: [Double], gain: [Double], bias: [Double], epsilon: Double) -> [Double] {
        let mean = x.reduce(0, +) / Double(x.count)
        let variance = x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(x.count)
        return x.indices.map { (x[$0] - mean) / (variance + epsilon).squareRoot() * gain[$0] + bias[$0] }
    }

    /// The softmax of one row.
    public static func softmax(_ x: [Double]) -> [Double] {
        let maximum = x.max() ?? 0
        let powers = x.map { exp($0 - maximum) }
        let sum = powers.reduce(0, +)
        return powers.map { $0 / sum }
    }

    /// Attention of one head over one sequence, `[T, d]` each, with a bias by distance (the last is shared); a query sees
    /// itself and what came before it, or all.
    public static func attention(
        queries: [[Double]],
        keys: [[Double]],
        values: [[Double]],
        bias: [Double],
        isCausal: Bool = true
    ) -> [[Double]] {
        let width = Double(queries[0].count)
        return queries.indices.map { t in
            let last = isCausal ? t : keys.count - 1
            let scores = (0...last).map { s in
                let product = zip(queries[t], keys[s]).reduce(0) { $0 + $1.0 * $1.1 }
                return product / width.squareRoot() + (bias.isEmpty ? 0 : bias[min(abs(t - s), bias.count - 1)])
            }
            let weights = softmax(scores)
            return values[0].indices.map { c in (0...last).reduce(0) { $0 + weights[$1] * values[$1][c] } }
        }
    }

    /// An activation at one number.
    public static func activate(_ x: Double, _ activation: Activation) -> Double {
        switch activation {
        case .relu: max(x, 0)
        case .gelu: 0.5 * x * (1 + tanh((2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)))
        case .exactGelu: 0.5 * x * (1 + erf(x / 2.0.squareRoot()))
        case .tanh: tanh(x)
        case .silu: x / (1 + exp(-x))
        case .sigmoid: 1 / (1 + exp(-x))
        }
    }
}
