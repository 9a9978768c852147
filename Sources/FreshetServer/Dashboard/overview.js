// Overview: is it fresh, fast, well, and winning?

import { lineChart, sparkline } from "./charts.js";
import { h, put, setText, whenChanged } from "./dom.js";
import * as format from "./format.js";
import { curveChart, defaultMetric, yardstickGain } from "./figures.js";
import { decisionList } from "./decisions.js";
import { firstVersionPanel, gainSentence } from "./firstversion.js";
import { live } from "./live.js";
import { firstEvents, frame, learnerBadge } from "./status.js";

/** A figure with its unit, a second line, and a line of the last minutes. */
function tile(label, help) {
    const value = h("span", { class: "tile-value" }, format.none);
    const unit = h("span", { class: "tile-unit" });
    const note = h("p", { class: "tile-note" });
    const spark = sparkline();
    const element = h("div", { class: "tile", title: help }, h("h2", { class: "tile-label" }, label),
        h("p", { class: "tile-figure" }, value, unit), note, spark.element);
    return {
        element,
        update([text, unitText], noteText, samples) {
            setText(value, text);
            setText(unit, unitText);
            setText(note, noteText);
            if (samples) spark.update(samples);
        },
    };
}

// "p95 4.1 · p99 8.9 ms": the unit once where it is the same.
function tailText(p95, p99) {
    const [[one, oneUnit], [other, otherUnit]] = [p95, p99].map((number) => format.milliseconds(number, 1));
    return `p95 ${one}${oneUnit === otherUnit ? "" : ` ${oneUnit}`} · p99 ${other} ${otherUnit}`;
}

// What a decision did to the live version.
const verbs = { micro_update: "updated", promotion: "promoted", rollback: "rolled back" };

function open() {
    const events = tile("Events", "Events received a second, over the last ten seconds.");
    const freshness = tile("Freshness", "From an event's receipt to weights that learned it serving: the median.");
    const latency = tile("Latency", "What the engine took for a recommendation: the median.");
    const requests = tile("Requests", "Recommendation requests a second, over the last ten seconds.");
    const lag = tile("Learner lag", "Events that wait to be learned.");
    const version = tile("Live version", "The version that answers requests.");
    const tiles = h("section", { class: "tiles", "aria-label": "Key figures" },
        [events, freshness, latency, requests, lag, version].map((one) => one.element));

    const chart = lineChart({ title: "Prequential score over time", height: 220,
        empty: "No prequential figures yet. They begin with the first events that the model predicts before it learns them." });
    const gain = h("p", { class: "panel-figure" });
    const adds = h("p", { class: "muted" });
    const winning = h("section", { class: "panel" }, h("div", { class: "panel-head" }, h("h2", null, "Is it winning?"), gain,
        h("a", { class: "more", href: "#/quality" }, "All figures")), adds, chart.element);
    const legend = h("ul", { class: "legend", "aria-label": "Legend" });
    winning.insertBefore(legend, chart.element);

    const health = h("ul", { class: "health" });
    const facts = h("dl", { class: "facts" });
    const healthPanel = h("section", { class: "panel" }, h("div", { class: "panel-head" }, h("h2", null, "Health")), health, facts);
    const list = h("div");
    const decisions = h("section", { class: "panel" }, h("div", { class: "panel-head" }, h("h2", null, "Latest decisions"),
        h("a", { class: "more", href: "#/quality" }, "All decisions")), list);
    const learner = h("dl", { class: "facts" });
    const badge = h("span");
    const learnerPanel = h("section", { class: "panel" }, h("div", { class: "panel-head" }, h("h2", null, "Learner"), badge), learner);
    const begin = h("div");
    const first = firstVersionPanel();
    const page = frame("Overview", begin, first.element, tiles, h("div", { class: "grid" },
        h("div", { class: "stack" }, winning, decisions), h("div", { class: "stack" }, healthPanel, learnerPanel)));

    const showHealth = whenChanged((parts) => put(health, parts.length === 0
        ? h("li", { class: "muted" }, "No part has reported yet.")
        : parts.map((part) => h("li", { class: part.is_well ? "is-well" : "is-ill" },
            h("span", { class: "dot", "aria-hidden": "true" }), h("span", { class: "health-part" }, format.name(part.part)),
            h("span", { class: "health-state" }, part.is_well ? "Well" : "Needs attention"),
            part.message ? h("p", null, part.message) : null))));
    const showFacts = whenChanged((entries) => put(facts, entries.map(([term, text]) => [h("dt", null, term), h("dd", null, text)])));
    const showLearner = whenChanged((entries) => put(learner, entries.map(([term, text]) => [h("dt", null, term), h("dd", null, text)])));
    const showBadge = whenChanged((state) => put(badge, learnerBadge(state)));
    const showBegin = whenChanged((isEmpty) => put(begin, isEmpty ? firstEvents() : null));
    const showDecisions = whenChanged((entries) => put(list, decisionList(entries, "No decision yet: the first follows the first events learned.")));
    const showLegend = whenChanged((lines) => put(legend, lines.map(([tone, label]) =>
        h("li", null, h("span", { class: `swatch tone-${tone}`, "aria-hidden": "true" }), label))));

    // What moves with the clock alone: the lines of the last minutes, how long ago, how long up.
    function tick() {
        if (!page.isReady()) return;
        const { status, samples, now: time } = live;
        const { log, learner: now } = status;
        events.update([format.rate(log.events_per_second), "/s"], `${format.shortCount(log.events)} in the log`, samples.map((one) => one.events));
        freshness.update(status.freshness.count ? format.seconds(status.freshness.p50) : [format.none, ""],
            status.freshness.count ? `p95 ${format.duration(status.freshness.p95)}` : "no publication yet", samples.map((one) => one.freshness));
        latency.update(status.latency.count ? format.milliseconds(status.latency.p50) : [format.none, ""],
            status.latency.count ? tailText(status.latency.p95, status.latency.p99) : "no request yet",
            samples.map((one) => one.latency));
        requests.update([format.rate(status.requests_per_second), "/s"], `${format.shortCount(status.latency.count)} measured`, samples.map((one) => one.requests));
        lag.update([format.shortCount(now.lag_events), now.lag_events === 1 ? "event" : "events"],
            now.lag_events > 0 ? `oldest waits ${format.duration(now.lag_seconds)}` : "all learned", samples.map((one) => one.lag));
        const published = status.decisions.find((decision) => verbs[decision.kind]);
        version.update([status.live, ""], published ? `${verbs[published.kind]} ${format.ago(published.time, time)}`
            : status.live.startsWith("0.") ? "the floor without training" : "");
        first.update(log.events > 0 ? now.first_version ?? null : null, (time - status.time) / 1000);
        showFacts([["Up for", format.duration((time - status.started) / 1000)], ["Users with events", format.count(log.users)], ["Items", format.count(log.items)],
            ["Events", format.count(log.events)], ...botFacts(status.bots)]);
    }

    function update() {
        if (!page.isReady()) return;
        const { status } = live;
        const { learner: now } = status;
        tick();
        showBegin(status.log.events === 0);
        const metric = defaultMetric(status);
        const best = yardstickGain(status, metric);
        setText(gain, best ? gainText(best, metric) : "");
        gain.title = best && Number.isFinite(best.events) ? `On the newest ${format.count(best.events)} events.` : "";
        gain.className = `panel-figure ${!best || best.isLevel ? "" : best.gain > 0 ? "good" : "bad"}`;
        setText(adds, gainSentence(now.gain));
        adds.hidden = adds.textContent === "";
        const drawn = curveChart(status, metric, { byTime: false });
        chart.update(drawn);
        showLegend(drawn.series.map((line) => [line.tone, line.label]));
        showHealth(status.health);
        showBadge(now.state);
        showLearner([["Learns", `${format.rate(now.events_per_second)} events/s`], ["Learned to", `event ${format.count(now.offset)}`],
            ["Loss", Number.isFinite(now.loss) ? format.figure(now.loss) : format.none],
            ["Learning rate", Number.isFinite(now.learning_rate) ? format.figure(now.learning_rate) : format.none],
            ...(Number.isFinite(now.retraining) ? [["Full training", format.percent(now.retraining)]] : []),
            ...(Number.isFinite(now.candidate_lag_events)
                ? [["New version catches up", `${format.count(now.candidate_lag_events)} events`]] : [])]);
        showDecisions(status.decisions.slice(0, 12));
        setText(page.lead, sentence(status, metric, best));
    }
    return { element: page.element, update, tick };
}

// Who acts like a machine, where anybody does.
function botFacts(bots) {
    if (!bots?.users) return [];
    const users = `${format.count(bots.users)} ${bots.users === 1 ? "user" : "users"}`;
    return [["Act like machines", `${users}, ${format.count(bots.events)} events ${bots.policy === "leave_out" ? "left out" : "counted"}`]];
}

function gainText({ contender, gain, isLevel }, metric) {
    const [name, other] = [format.metricName(metric), format.name(contender).toLowerCase()];
    return isLevel ? `Level with ${other} in ${name}` : `${format.change(gain)} ${name} ${gain > 0 ? "over" : "against"} ${other}`;
}

function sentence(status, metric, best) {
    if (status.log.events === 0) return "The server is ready and has not received an event.";
    const ill = status.health.filter((part) => !part.is_well).length;
    const parts = [`Version ${status.live} answers requests.`];
    if (status.freshness.count) parts.push(`Half of all events are in the serving weights ${format.duration(status.freshness.p50)} after they arrive.`);
    if (best) {
        const other = format.name(best.contender).toLowerCase();
        parts.push(best.isLevel ? `On the newest events it is level with ${other}.`
            : best.gain > 0 ? `On the newest events it beats ${other} by ${format.percent(best.gain)} ${format.metricName(metric)}.`
                : `On the newest events ${other} is still ahead.`);
    }
    if (ill > 0) parts.push(`${ill} ${ill === 1 ? "part needs" : "parts need"} attention.`);
    return parts.join(" ");
}

export default { title: "Overview", open };
