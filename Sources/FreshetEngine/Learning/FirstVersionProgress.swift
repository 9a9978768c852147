import FreshetLearning

/// What is known of a first trained version on its way, and what the status says of it.
struct FirstVersionProgress: Sendable {
    /// How many events a second are tried and learned, as long as it was not measured: less than two busy cores do.
    private static let assumedRate = 400.0

    /// From how many events on the first training begins.
    var firstEvents: Int64 = 0
    /// Whether there was a training.
    var wasTrained = false
    /// At which event the log has grown enough for the next one.
    var nextTraining: Int64?
    /// What the candidate has shown; `nil` without one.
    var candidate: PromotionGate?
    /// How many events the candidate has yet to learn; `nil` when it competes.
    var candidateLag: Int64?
    /// Whether learner and trainings run.
    var isEnabled = true
    /// The newest event of the log.
    var newest: Int64 = 0
    /// Events learned a second.
    var eventsPerSecond = 0.0
    /// How far the running training is; `nil` when none runs.
    var stage: FullTraining.Stage?
    /// What is being trained.
    var order: FullTraining.Order?

    /// What the status says.
    var status: EngineStatus.FirstVersion {
        var status = EngineStatus.FirstVersion()
        status.events = newest
        if !isEnabled {
            status.stage = .off
            status.message = "No trained version serves, and full trainings are switched off."
        } else if let stage {
            describe(stage, &status)
        } else if let candidate {
            describe(candidate, &status)
        } else {
            describeWaiting(&status)
        }
        return status
    }

    private func describeWaiting(_ status: inout EngineStatus.FirstVersion) {
        let needed = wasTrained ? nextTraining : firstEvents
        (status.stage, status.eventsNeeded) = (wasTrained ? .rejected : .waiting, needed)
        let why =
            wasTrained
            ? "The last training gave nothing better than the counts; the next one"
            : "No trained version serves yet: the first training"
        guard let needed else { return status.message = "\(why) comes by the clock or by hand." }
        let missing = max(0, needed - newest)
        guard missing > 0 else { return status.message = "\(why) begins as soon as the learner has read the log." }
        status.message = "\(why) begins with event \(needed): \(missing) are missing"
        if eventsPerSecond > 0 { status.message += ", \(Self.time(Double(missing) / eventsPerSecond)) at this rate" }
        status.message += "."
    }

    private func describe(_ stage: FullTraining.Stage, _ status: inout EngineStatus.FirstVersion) {
        switch stage {
        case .training(let share):
            status.stage = .training
            status.training = share
            let left = (1 - share) * 60 * (order?.minutes ?? 0)
            let toLearn = Double(max(0, newest - (order?.newest ?? newest) + (order?.heldOut ?? 0)) + LogTrial.practice)
            // An import pours in faster than anything is learned, and is over before the training is.
            let arriving = left * min(eventsPerSecond, Self.assumedRate)
            status.secondsLeft = left + (toLearn + arriving) / Self.assumedRate
            status.message = "The first version is being trained: \(Int(share * 100))% done"
        case .trying(let events, let most):
            (status.stage, status.judgedEvents, status.judgedEventsAtMost) = (.trying, events, most)
            status.secondsLeft =
                Double(max(0, Int(newest - (order?.newest ?? newest)) + most - events)) / Self.assumedRate
            status.message = "The first version is tried on the newest events of the log: \(events) of at most \(most)"
        case .followingUp(let events):
            (status.stage, status.eventsToLearn) = (.catchingUp, Int64(events))
            status.secondsLeft = Double(events) / Self.assumedRate
            status.message = "The first version learns what came while it was trained: \(events) events to go"
        }
        if let left = status.secondsLeft { status.message += ", about \(Self.time(left)) until it serves." }
    }

    private func describe(_ gate: PromotionGate, _ status: inout EngineStatus.FirstVersion) {
        (status.judgedEvents, status.judgedEventsAtMost) = (gate.evidence.count, gate.horizon)
        if let candidateLag {
            (status.stage, status.eventsToLearn) = (.catchingUp, candidateLag)
            status.secondsLeft = Double(candidateLag) / Self.assumedRate
            status.message = "The first version learns what came while it was trained: \(candidateLag) events to go."
            return
        }
        status.stage = .judging
        status.message =
            "The first version is judged on live events: \(gate.evidence.count) of at most \(gate.horizon)"
        if eventsPerSecond > 0 {
            let left = Double(gate.horizon - gate.evidence.count) / eventsPerSecond
            status.secondsLeft = left
            status.message += ", \(Self.time(left)) at this rate at most."
        } else {
            status.message += "; it waits for events."
        }
    }

    private static func time(_ seconds: Double) -> String {
        switch seconds {
        case ..<90: "\(Int(seconds.rounded(.up))) s"
        case ..<5_400: "\(Int((seconds / 60).rounded())) min"
        case ..<172_800: "\(Int((seconds / 3_600).rounded())) h"
        default: "\(Int((seconds / 86_400).rounded())) days"
        }
    }
}
