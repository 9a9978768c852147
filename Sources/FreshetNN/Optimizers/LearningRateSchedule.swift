import Foundation
import FreshetCore

/// How the learning rate goes from the first step to the last.
public struct LearningRateSchedule: Sendable, Codable, Equatable {
    /// The shape after the warm-up.
    public enum Decay: String, Sendable, Codable, CaseIterable {
        /// Stays.
        case constant
        /// Falls on a straight line to `floor`.
        case linear
        /// Falls on half a cosine to `floor` (Loshchilov and Hutter, 2017).
        case cosine
    }

    /// The highest rate.
    public var peak: Float
    /// Steps in which the rate rises from zero.
    public var warmUpSteps: Int
    /// The shape after them.
    public var decay: Decay
    /// The share of `peak` that is left at the end.
    public var floor: Float

    /// Creates a schedule.
    public init(peak: Float, warmUpSteps: Int = 0, decay: Decay = .constant, floor: Float = 0) {
        self.peak = peak
        self.warmUpSteps = warmUpSteps
        self.decay = decay
        self.floor = floor
    }

    /// The rate of a step, numbered from 0, of a run of `total` steps.
    public func rate(at step: Int, of total: Int) -> Float {
        if step < warmUpSteps { return peak * Float(step + 1) / Float(warmUpSteps) }
        let progress = min(1, Float(step - warmUpSteps) / Float(max(1, total - warmUpSteps)))
        switch decay {
        case .constant: return peak
        case .linear: return peak * (1 - (1 - floor) * progress)
        case .cosine: return peak * (floor + (1 - floor) * 0.5 * (1 + cos(Float.pi * progress)))
        }
    }
}
