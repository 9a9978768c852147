import FreshetCore
import FreshetData
import FreshetLearning
import FreshetModels
import FreshetTensor

/// Has a first trained version tried on the newest events of the log, which it was not trained on, and then learn what
/// came meanwhile: so it can go live without waiting for traffic, or for a learner that is busy with it.
struct LogTrial {
    /// How many events the counts learn their worth on before the trial.
    static let practice: Int64 = 5_000
    /// How many events before that are counted; what came before them hardly counts any more.
    private static let remembered: Int64 = 1_000_000
    /// How many events are read at once while they are only counted, and while they are learned.
    private static let (page, piece) = (10_000, 256)
    /// With fewer events left the learner's thread takes over.
    private static let leftToLearner = 256

    let log: any EventLog
    let loop: LearningLoop.Settings
    let evidence: [any CandidateEvidence]
    let content: ContentView?
    let seed: UInt64
    let threads: Int

    /// How many of a log's newest events a first version is not trained on but tried on.
    ///
    /// As many as the gate needs at most and a rehearsal before, but never more than a quarter of the log.
    static func heldOut(of newest: Int64, by settings: LearningLoop.Settings) -> Int64 {
        min(Int64(settings.promotion.first.horizon + settings.rehearsal), newest / 4)
    }

    /// Tries a model.
    ///
    /// - Parameters:
    ///   - trained: the model.
    ///   - start: the newest event that it was trained on.
    ///   - heldOut: how many events were left for the trial.
    ///   - isCancelled: asked between pieces.
    ///   - report: called with how far the trial is.
    /// - Returns: the candidate, which has learned all but the very newest events.
    /// - Throws: ``FreshetError`` when the log cannot be read, or the trial was cancelled.
    func run(
        _ trained: TrainedModel,
        after start: Int64,
        heldOut: Int,
        isCancelled: () -> Bool,
        report: (FullTraining.Stage) -> Void
    ) throws -> TriedCandidate {
        var settings = loop
        // Of few events most must count.
        settings.rehearsal = min(settings.rehearsal, heldOut / 5)
        let trial = try FirstVersionTrial(
            settings: settings,
            evidence: evidence,
            content: content,
            seed: seed,
            pool: ThreadPool(threads: threads)
        )
        let practice = max(0, start - Self.practice)
        try read(after: max(0, practice - Self.remembered), upTo: practice, by: Self.page, isCancelled) {
            trial.remember($0)
        }
        try read(after: practice, upTo: start, by: Self.piece, isCancelled) { trial.practise($0) }
        try trial.begin(trained)
        try judge(trial, after: start, atMost: heldOut, isCancelled, report)
        // One that is discarded need not learn the rest.
        if trial.gate?.verdict == .waiting || trial.gate?.verdict == .notWorse {
            try followUp(trial, isCancelled, report)
        }
        return trial.finish()
    }

    /// Until there is a verdict or no event is left.
    private func judge(
        _ trial: FirstVersionTrial,
        after start: Int64,
        atMost count: Int,
        _ isCancelled: () -> Bool,
        _ report: (FullTraining.Stage) -> Void
    ) throws {
        while trial.gate?.verdict == .waiting {
            report(.trying(Int(trial.offset - start), of: max(count, Int(trial.offset - start))))
            try Self.check(isCancelled)
            let events = try log.events(after: max(start, trial.offset), limit: Self.piece)
            guard !events.isEmpty else { return }
            trial.judge(events)
        }
    }

    /// Round by round, each for the events of the round before, as long as they become fewer.
    private func followUp(
        _ trial: FirstVersionTrial,
        _ isCancelled: () -> Bool,
        _ report: (FullTraining.Stage) -> Void
    ) throws {
        var before = Int.max
        while true {
            let end = log.newestOffset
            let left = Int(end - trial.offset)
            guard left > Self.leftToLearner, left < before else { return }
            before = left
            try read(after: trial.offset, upTo: end, by: Self.piece, isCancelled) { events in
                trial.follow(events)
                report(.followingUp(Int(end - trial.offset)))
            }
        }
    }

    private func read(
        after start: Int64,
        upTo end: Int64,
        by limit: Int,
        _ isCancelled: () -> Bool,
        _ take: ([LoggedEvent]) -> Void
    ) throws {
        var offset = start
        while offset < end {
            try Self.check(isCancelled)
            let events = try log.events(after: offset, limit: limit).prefix { $0.offset <= end }
            guard let last = events.last else { return }
            take(Array(events))
            offset = last.offset
        }
    }

    private static func check(_ isCancelled: () -> Bool) throws {
        if isCancelled() { throw FreshetError(.cancelled, "The trial of the first version was stopped.") }
    }
}
