import FreshetCore
import FreshetEngine
import Testing

@testable import freshet

/// What people are told of a trained version.
@Suite struct StatusWordsTests {
    @Test func saysWhatIsMissingThenWhatItAdds() {
        var learner = EngineStatus.Learner()
        #expect(StatusWords.trained(learner).isEmpty)
        var first = EngineStatus.FirstVersion()
        first.message = "The first version is being trained: 40% done, about 50 s until it serves."
        learner.firstVersion = first
        #expect(StatusWords.trained(learner) == [first.message])
        learner.firstVersion = nil
        var gain = EngineStatus.Gain()
        learner.gain = gain
        #expect(StatusWords.trained(learner).isEmpty)
        (gain.events, gain.live, gain.counts, gain.low, gain.high) = (1_200, 0.206, 0.2, -0.004, 0.016)
        learner.gain = gain
        #expect(
            StatusWords.trained(learner) == [
                "The trained version adds +3.0% to the counts' reciprocal rank "
                    + "(.206 against .200 on 1,200 events; between -2.0% and +8.0%)."
            ]
        )
    }
}
