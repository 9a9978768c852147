import Foundation
import Testing

/// `freshet evaluate --logged`: policies judged from what others showed by chance.
@Suite("Logged policies")
struct LoggedPolicyTests {
    private static func fixture(_ name: String) throws -> String {
        try #require(Bundle.module.url(forResource: "Fixtures", withExtension: nil)).appendingPathComponent(name).path
    }

    private static func evaluate(_ log: String, policy: String) throws -> Executable.Result {
        let arguments = ["evaluate", "--logged", try fixture(log), "--policy", policy, "--json"]
        return try Executable.run(arguments, in: TemporaryFolder())
    }

    private static func value(_ json: [String: Any], _ name: String) throws -> Double {
        try #require((json[name] as? [String: Any])?["value"] as? Double)
    }

    /// A random log judges Bernoulli Thompson sampling, as in the first notebook of Open Bandit Pipeline.
    @Test func randomLogJudgesThompsonSampling() throws {
        let json = try Self.evaluate("random-all.tsv.xz", policy: Self.fixture("bts_policy.tsv")).json()
        #expect(abs(try Self.value(json, "ips") - 0.004552880) < 5e-10)
        #expect(abs(try Self.value(json, "snips") - 0.004775833) < 5e-10)
        #expect(abs(try Self.value(json, "doubly_robust") - 0.004730278) < 5e-10)
        #expect(abs(try #require(json["effective_events"] as? Double) - 1639.5) < 0.05)
        #expect(abs(try #require(json["logged"] as? Double) - 0.0038) < 1e-12)
        // What Thompson sampling was worth when it showed: 42 clicks of 10,000.
        let estimate = try #require(json["doubly_robust"] as? [String: Double])
        let (low, high) = (try #require(estimate["low"]), try #require(estimate["high"]))
        #expect(low < 0.0042 && 0.0042 < high)
    }

    @Test(arguments: [
        ("bts-all.tsv.xz", 0.0023596395, 0.0023337139, 340.38, 277.8),
        ("bts-men.tsv.xz", 0.0030086263, 0.0031894232, 655.71, 178.3),
    ])
    func thompsonLogJudgesUniformChoice(
        log: String,
        ips: Double,
        snips: Double,
        effective: Double,
        largest: Double
    ) throws {
        let json = try Self.evaluate(log, policy: "uniform").json()
        #expect(abs(try Self.value(json, "ips") - ips) < 5e-11)
        #expect(abs(try Self.value(json, "snips") - snips) < 5e-11)
        #expect(abs(try #require(json["effective_events"] as? Double) - effective) < 0.005)
        #expect(abs(try #require(json["largest_weight"] as? Double) - largest) < 0.05)
    }

    /// IPS would say .0074 where .0046 is true: one event has 69% of all weights.
    @Test func aLogThatSaysTooLittleIsRefused() throws {
        let result = try Self.evaluate("bts-women.tsv.xz", policy: "uniform")
        #expect(result.code == 1 && result.output.isEmpty)
        #expect(result.errors.contains("2.1 events") && result.errors.contains("100 are needed"), "\(result.errors)")
    }

    /// What `freshet export --what feedback` writes: an event counts once, and answers of several variants do not.
    @Test func exportedFeedbackIsRead() throws {
        let folder = try TemporaryFolder()
        var lines = ["recommendation_id,user,position,item,propensity,variant,type,value,event_time"]
        for number in 0..<400 {
            lines.append("r\(number),u,1,i\(number % 2),0.5,,\(number % 4 == 0 ? "click,,1" : ",,")")
            if number % 8 == 0 { lines.append("r\(number),u,1,i0,0.5,,purchase,5,2") }
            lines.append("s\(number),u,1,i1,0.001,e:interleaved,click,,1")
        }
        try folder.write(lines.joined(separator: "\n") + "\n", to: "feedback.csv")
        let json = try folder.freshet("evaluate", "--logged", "feedback.csv", "--policy", "uniform", "--json").json()
        #expect(json["events"] as? Int == 400)
        // A hundred clicks, each with the weight 1.
        #expect(abs(try Self.value(json, "ips") - 0.25) < 1e-9)
        #expect(abs(try #require(json["logged"] as? Double) - 0.25) < 1e-9)
    }

    @Test func aColumnMayHoldTheJudgedPolicy() throws {
        let folder = try TemporaryFolder()
        let rows = (0..<400).map { "\($0 % 4 == 0 ? 1 : 0),0.5,\($0 % 2 == 0 ? 0.75 : 0.25)\n" }.joined()
        try folder.write("click,propensity,target\n" + rows, to: "log.csv")
        let json = try folder.freshet("evaluate", "--logged", "log.csv", "--json").json()
        #expect(abs(try Self.value(json, "snips") - 0.375) < 1e-12)
        let words = try folder.freshet("evaluate", "--logged", "log.csv")
        #expect(words.code == 0 && words.output.contains("self-normalized"))
    }

    @Test(arguments: [
        ("click,propensity\n1,0.5\n0,0.5\n", "no column 'target'"),
        ("click,propensity,target\n1,0,0.5\n", "above 0"),
        ("click,propensity,target\n1,0.5,1.5\n", "target is '1.5'"),
        ("click,target\n1,0.5\n0,0.5\n", "no column 'propensity'"),
    ])
    func badLogsAreRefused(text: String, says: String) throws {
        let folder = try TemporaryFolder()
        try folder.write(text, to: "log.csv")
        let result = try folder.freshet("evaluate", "--logged", "log.csv")
        #expect(result.code != 0 && result.errors.contains(says), "\(result.errors)")
    }

    @Test func optionsThatDoNotGoTogetherAreRefused() throws {
        let folder = try TemporaryFolder()
        for arguments in [
            ["--logged", "a", "--truth", "b"], ["--snapshot", "a", "--truth", "b", "--policy", "c"], [],
        ] {
            #expect(try Executable.run(["evaluate"] + arguments, in: folder).code == 64)
        }
    }
}
