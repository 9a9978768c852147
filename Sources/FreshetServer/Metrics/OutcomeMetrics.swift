import FreshetCore
import FreshetEngine
import FreshetExperiments
import FreshetFeedback

/// What came of the answers, and what experiments show, as Prometheus text, read at the moment of a scrape.
///
/// All of them are gauges: they are added up from the logs, and fall when old answers are removed.
struct OutcomeMetrics {
    private let registry: PrometheusRegistry
    private let tenant: Tenant

    /// Adds the figures, each series with the name of a tenant that is not the default one.
    ///
    /// - Parameters:
    ///   - feedback: figures by scenario.
    ///   - experiments: those that run, with what they show as far as it is known.
    ///   - tenant: whose they are.
    ///   - registry: where they go.
    static func add(
        _ feedback: FeedbackReport,
        _ experiments: [(served: ServedExperiment, figures: ExperimentFigures?)],
        of tenant: Tenant,
        to registry: PrometheusRegistry
    ) {
        let metrics = OutcomeMetrics(registry: registry, tenant: tenant)
        for row in feedback.rows { metrics.add(row) }
        metrics.set("freshet_experiments_running", "Experiments that run.", Double(experiments.count), [])
        for (served, figures) in experiments {
            switch figures {
            case .comparison(let report): metrics.add(report, of: served)
            case .preference(let report): metrics.add(report)
            case .allocation(let report): metrics.add(report)
            case nil: break
            }
        }
    }

    private func set(_ name: String, _ help: String, _ value: Double, _ labels: [(String, String)]) {
        registry.describe(name, help)
        registry.gauge(name, tenant.labels + labels).set(value)
    }

    private func add(_ row: FeedbackRow) {
        let labels = [("scenario", row.group["scenario"] ?? "")]
        let counts = [
            ("answers", "Answers that are kept.", row.answers ?? 0),
            ("items_served", "Items in them.", row.served), ("items_seen", "Those that were seen.", row.seen),
            ("clicks", "Those that were clicked.", row.clicks),
            ("conversions", "Conversions credited to them.", row.conversions),
        ]
        for (name, help, count) in counts { set("freshet_feedback_\(name)", help, Double(count), labels) }
    }

    private func add(_ report: ExperimentReport, of served: ServedExperiment) {
        for variant in served.experiment.variants {
            let labels = [("experiment", report.id), ("variant", variant.name)]
            let users = Double(report.units[variant.name] ?? 0)
            set("freshet_experiment_users", "Users that a variant has answered.", users, labels)
        }
        set(
            "freshet_experiment_shares_p_value",
            "Of the variants' shares of users.",
            report.ratioPValue,
            [
                ("experiment", report.id)
            ]
        )
        for metric in report.metrics + report.guardrails {
            let labels = [("experiment", report.id), ("variant", metric.variant), ("metric", metric.metric)]
            let figures = [
                ("lift", "How much a variant is above the first, as a share.", metric.lift),
                ("lift_low", "The lower end of the interval of that.", metric.low),
                ("lift_high", "The upper end.", metric.high),
                ("p_value", "The chance of as much by accident, at every look.", metric.pValue),
            ]
            for (name, help, value) in figures {
                if let value { set("freshet_experiment_\(name)", help, value, labels) }
            }
        }
    }

    private func add(_ report: BanditReport) {
        for arm in report.arms {
            let labels = [("experiment", report.id), ("variant", arm.variant)]
            set("freshet_experiment_share", "The share of its users that a bandit's variant has.", arm.share, labels)
            set("freshet_experiment_users", "Users that a variant has answered.", Double(arm.units), labels)
        }
    }

    private func add(_ report: InterleavingReport) {
        for ranker in report.rankers {
            let labels = [("experiment", report.id), ("variant", ranker.variant)]
            if let preference = ranker.preference {
                let help = "The share of answers that a variant won against the first, above one half."
                set("freshet_experiment_preference", help, preference, labels)
            }
            let help = "The chance of as much by accident, at every look."
            set("freshet_experiment_p_value", help, ranker.pValue, labels + [("metric", "preference")])
        }
    }
}
