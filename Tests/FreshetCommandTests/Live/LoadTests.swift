import Foundation
import FreshetCore
import NIOCore
import Testing

@testable import freshet

@Suite struct LoadTests {
    @Test func latencyCountsFromTheMomentThatARequestWasDue() {
        let recorder = LoadRecorder()
        recorder.record(due: 1, sent: 3, ended: 4, units: 1, outcome: .answered(status: 200, model: "1.0"))
        recorder.record(due: 1.5, sent: 2, ended: 2.5, units: 1, outcome: .answered(status: 503, model: nil))
        recorder.record(due: 2, sent: 2, ended: 2.5, units: 1, outcome: .failed("closed"))
        recorder.record(due: 3, sent: 3, ended: 3.5, units: 1, outcome: .answered(status: 200, model: "1.1"))
        let report = recorder.report(name: "x", intended: 1)
        #expect(report.requests == 2 && report.failed == 2 && report.units == 2)
        #expect(report.statuses == ["200": 2, "503": 1, "closed": 1])
        #expect(report.latency.max == 3000 && report.sendLag.max == 2000)
        #expect(report.seconds.map(\.count) == [0, 1, 0, 1])
        #expect(report.models.map(\.model) == ["1.0", "1.1"])
    }

    @Test func requestsRepeatAndCanBeRead() throws {
        let workload = LoadWorkload(users: ["u\"1", "u2"], items: ["a", "b"], count: 7, batch: 3, seed: 4)
        let body = workload.recommendation(5).body
        #expect(body == workload.recommendation(5).body)
        #expect(try JSONDecoder().decode(RecommendationRequest.self, from: Data(String(buffer: body).utf8)).count == 7)
        let lines = String(buffer: workload.events(1).body).split(separator: "\n")
        #expect(lines.count == 3)
        for line in lines { _ = try JSONDecoder().decode(Event.self, from: Data(line.utf8)) }
    }

    @Test func theVersionIsFoundInAnAnswer() {
        #expect(
            LoadClient.model(in: ByteBuffer(string: #"{"recommendation_id":"x","model":"3.17","items":[]}"#)) == "3.17"
        )
        #expect(LoadClient.model(in: ByteBuffer(string: "{}")) == nil)
    }
}
