import Foundation
import FreshetCore
import FreshetEngine

/// The status of an engine that has learned for a while, and a script that has a page receive it.
enum SampleStatus {
    static let status: EngineStatus = {
        var status = EngineStatus()
        status.time = 1_700_000_600_000
        status.started = 1_700_000_000_000
        status.live = ModelVersion(3, update: 17)
        status.log.events = 30_000
        status.log.newestOffset = 30_000
        status.log.eventsPerSecond = 498
        status.bots.users = 2
        status.bots.events = 412
        status.learner.state = "learning"
        status.learner.offset = 29_900
        status.learner.lagEvents = 100
        status.learner.candidateLagEvents = 4_321
        status.freshness.count = 10
        status.freshness.p50 = 2.1
        status.freshness.p95 = 4.3
        status.curve = (0..<50).map { index in
            let share = Double(index) / 1000
            let figures = { (recall: Double) in ["recall@10": recall, "mrr@10": recall / 3] }
            return .init(
                time: 1_700_000_000_000 + Int64(index) * 12_000,
                offset: Int64(index) * 600,
                figures: ["live": figures(0.15 + share), "learning": figures(0.16 + share), "popularity": figures(0.1)]
            )
        }
        status.figures = [
            "live": ["recall@10": 0.15, "mrr@10": 0.05], "popularity": ["recall@10": 0.1, "mrr@10": 0.04],
            "last_good": ["recall@10": 0.2, "mrr@10": 0.06],
        ]
        status.cohorts = ["new_users": ["live": ["recall@10": 0.07], "popularity": ["recall@10": 0.08]]]
        status.decisions = [
            decision(.promotion, 20_000, "The candidate <b>won</b>.", ["lower_bound": 0.002]),
            decision(.drift, 10_000, "It drifted.", [:]),
        ]
        status.forgetting.periods = ["May", "June"]
        status.forgetting.versions = [ModelVersion(2), ModelVersion(3)]
        status.forgetting.scores = [[0.2, nil], [0.19, 0.25]]
        status.forgetting.backwardTransfer = -0.01
        status.health = [.init(part: "storage", isWell: false, message: "The disk is full.")]
        return status
    }()

    private static let versions = [
        VersionRecord(
            version: ModelVersion(4),
            state: .candidate,
            created: 1_700_000_500_000,
            offset: 25_000,
            folder: "snapshots/4"
        ),
        VersionRecord(
            version: ModelVersion(3, update: 17),
            state: .live,
            created: 1_700_000_000_000,
            offset: 29_900,
            folder: "snapshots/3"
        ),
    ]

    /// Answers the page's questions about status and models from here.
    ///
    /// What the page wants changed is noted in `asked`, how often it asked for the versions in `questions`; `send` sends
    /// a patch.
    static func script() throws -> String {
        let encoder = JSONEncoder()
        let status = String(decoding: try encoder.encode(status), as: UTF8.self)
        let versions = String(decoding: try encoder.encode(versions), as: UTF8.self)
        return """
            window.asked = [];
            window.questions = 0;
            const realFetch = window.fetch;
            const status = \(status);
            const versions = \(versions);
            window.fetch = async (address, options) => {
                const path = new URL(address).pathname;
                if (options.method !== "GET") asked.push(`${options.method} ${path}`);
                if (path === "/v1/status/stream") {
                    return new Response(new ReadableStream({ start(stream) {
                        const say = (event, data) =>
                            stream.enqueue(new TextEncoder().encode(`event: ${event}\\ndata: ${JSON.stringify(data)}\\n\\n`));
                        window.send = (operations) => say("patch", operations);
                        say("status", status);
                    } }));
                }
                if (path === "/v1/models") questions += 1;
                if (path === "/v1/models") return Response.json({ live: status.live, versions });
                if (path === "/v1/decisions") return Response.json({ decisions: status.decisions });
                if (path.endsWith("/promote")) return Response.json({ live: "4.0" });
                return realFetch(address, options);
            };
            """
    }

    private static func decision(_ kind: Decision.Kind, _ offset: Int64, _ reason: String, _ evidence: [String: Double])
        -> Decision
    {
        Decision(
            kind: kind,
            version: ModelVersion(3),
            time: 1_700_000_400_000,
            offset: offset,
            reason: reason,
            evidence: evidence
        )
    }
}
