import FreshetCore
import FreshetEngine

/// The engine's status as Prometheus text, read at the moment of a scrape.
enum StatusMetrics {
    /// Adds the figures, each series with the name of a tenant that is not the default one.
    static func add(
        _ status: EngineStatus,
        _ serving: ServingCounts,
        of tenant: Tenant,
        to registry: PrometheusRegistry
    ) {
        func count(_ name: String, _ help: String, _ value: Int) {
            registry.describe(name, help)
            registry.counter(name, tenant.labels).set(Int64(value))
        }
        count("freshet_answers", "Recommendations and rankings that were given.", serving.answers)
        count("freshet_empty_answers", "Those of them without any item.", serving.emptyAnswers)
        count("freshet_feedback_events", "Events that named an answer.", serving.feedback)
        count("freshet_cache_hits", "Questions that were answered from memory.", serving.cacheHits)
        count("freshet_cache_misses", "Questions that were not.", serving.cacheMisses)
        count("freshet_bot_events", "Events of users who act like machines.", status.bots.events)
        registry.describe("freshet_quarantined_events", "Events that the intake guard speaks against.")
        for (rule, events) in status.quarantine.events {
            registry.counter("freshet_quarantined_events", tenant.labels + [("rule", rule)]).set(Int64(events))
        }
        func set(_ name: String, _ help: String, _ value: Double, _ labels: [(String, String)] = []) {
            registry.describe(name, help)
            registry.gauge(name, tenant.labels + labels).set(value)
        }
        set("freshet_start_time_seconds", "When the engine started, since 1970.", Double(status.started) / 1000)
        set("freshet_live_version", "The version that answers.", Double(status.live.number))
        set("freshet_live_update", "Micro-updates of it since.", Double(status.live.update))
        set("freshet_log_events", "Events in the log.", Double(status.log.events))
        set("freshet_log_newest_offset", "The newest event's offset.", Double(status.log.newestOffset))
        set("freshet_log_events_per_second", "Events a second.", status.log.eventsPerSecond)
        set("freshet_users", "Users that are known.", Double(status.log.users))
        set("freshet_items", "Items that are known.", Double(status.log.items))
        set("freshet_bots", "Users who act like machines now.", Double(status.bots.users))
        set("freshet_impressions_waiting", "Impressions that are not written yet.", Double(status.impressions.waiting))
        set("freshet_impressions_written", "Impressions written since the start.", Double(status.impressions.written))
        set("freshet_impressions_dropped", "Impressions not kept: too many waited.", Double(status.impressions.dropped))
        set("freshet_texts_read", "Items whose texts have a vector.", Double(status.content.items))
        set("freshet_texts_waiting", "Texts that wait to be read.", Double(status.content.waiting))
        set("freshet_learner_offset", "The newest event learned.", Double(status.learner.offset))
        set("freshet_learner_lag_events", "Events that wait to be learned.", Double(status.learner.lagEvents))
        set("freshet_learner_lag_seconds", "How long the oldest has waited.", status.learner.lagSeconds)
        set("freshet_learner_events_per_second", "Events learned a second.", status.learner.eventsPerSecond)
        if let lag = status.learner.candidateLagEvents {
            set("freshet_candidate_lag_events", "Events that a new version has yet to learn.", Double(lag))
        }
        if let publication = status.publication {
            set("freshet_publication_lease", "The lease of the learner that published last.", Double(publication.lease))
            set("freshet_publication_number", "The newest publication in it.", Double(publication.number))
            set("freshet_publication_offset", "The newest event that its weights know.", Double(publication.offset))
            set(
                "freshet_publication_time_seconds",
                "When it was published, since 1970.",
                Double(publication.time) / 1000
            )
        }
        set("freshet_trained_version", "Whether a trained version answers.", status.live.number > 0 ? 1 : 0)
        if let gain = status.learner.gain {
            let help = "Mean reciprocal rank on sampled events of what answers, and of the counts alone."
            set("freshet_gain_mrr", help, gain.live, [("contender", "live")])
            set("freshet_gain_mrr", help, gain.counts, [("contender", "counts")])
        }
        if let loss = status.learner.loss { set("freshet_learner_loss", "Loss of the newest micro-update.", loss) }
        set("freshet_requests_per_second", "Recommendation requests a second.", status.requestsPerSecond)
        for (name, help, quantiles) in [
            ("freshet_recent_freshness_seconds", "From an event's receipt to serving weights.", status.freshness),
            ("freshet_recent_latency_milliseconds", "The engine's time for a recommendation.", status.latency),
        ] {
            for (quantile, value) in [("0.5", quantiles.p50), ("0.95", quantiles.p95), ("0.99", quantiles.p99)] {
                set(name, help, value, [("quantile", quantile)])
            }
        }
        for (cohort, contenders) in status.cohorts.merging(["all": status.figures], uniquingKeysWith: { $1 }) {
            for (contender, figures) in contenders {
                for (metric, value) in figures {
                    let labels = [("cohort", cohort), ("contender", contender), ("metric", metric)]
                    set("freshet_prequential", "Prequential figures over the sliding window.", value, labels)
                }
            }
        }
        for health in status.health {
            set("freshet_part_well", "Whether a part works.", health.isWell ? 1 : 0, [("part", health.part)])
        }
    }
}
