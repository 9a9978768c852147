// What the status says about quality: metrics, contenders, and the curve as a chart's data.

import * as format from "./format.js";

const tones = {
    "live": "live", "learning": "learning", "candidate": "candidate", "frozen": "frozen", "last_good": "good", "counts": "counts", "retrain": "candidate",
    "popularity": "popularity", "co-visitation": "covisitation", "co_visitation": "covisitation",
};

/** The class of a contender's colour and dash. */
export const tone = (contender) => tones[contender] ?? "other";

/** Whether a contender only sets the bar. */
const isYardstick = (contender) => ["popularity", "co-visitation", "co_visitation"].includes(contender);

/** The metrics that there are, most read first. */
export function metrics(status) {
    const names = new Set(Object.values(status.figures).flatMap(Object.keys));
    const newest = status.curve.at(-1);
    if (newest) Object.values(newest.figures).flatMap(Object.keys).forEach((metric) => names.add(metric));
    return [...names].filter((metric) => metric.includes("@")).sort(format.byMetric);
}

/** The metric shown when nobody chose one. */
export const defaultMetric = (status) => metrics(status)[0] ?? "recall@10";

/** Whether a contender saw the same events as the live version: only then do their figures stand side by side. */
export function isComparable(table, contender) {
    if (contender === "last_good") return false;
    return (table[contender].count ?? 0) >= (table.live?.count ?? 0);
}

/**
 * How far the live version is ahead of the best yardstick, as a share of it. They are level when the difference rounds
 * to nothing, or is within the standard error of two shares of as many events.
 */
export function yardstickGain(status, metric) {
    const own = status.figures.live?.[metric];
    const others = Object.entries(status.figures).filter(([contender, figures]) => isYardstick(contender) && figures[metric] > 0);
    if (!Number.isFinite(own) || others.length === 0) return null;
    const [contender, figures] = others.reduce((best, one) => one[1][metric] > best[1][metric] ? one : best);
    const other = figures[metric];
    const gain = own / other - 1;
    const events = Math.min(status.figures.live.count ?? Infinity, figures.count ?? Infinity);
    const error = Math.sqrt(Math.max(own * (1 - own) + other * (1 - other), 0) / events);
    return { contender, gain, events, isLevel: Math.abs(gain) < 0.0005 || Math.abs(own - other) <= error };
}

// A contender that begins anew has figures of a handful of events at first: they would draw a spike.
const enoughEvents = 100;

function drawn(figures, metric) {
    return figures === undefined || figures.count < enoughEvents ? NaN : figures[metric] ?? NaN;
}

const markKinds = { drift: "drift", promotion: "promotion", rollback: "rollback", retrain: "retrain" };

// Decisions are timed by the clock, the curve by its events, which a replay takes from the past: they meet in the log.
function timeAt(curve, offset) {
    const after = curve.findIndex((point) => point.offset >= offset);
    if (after <= 0) return after === 0 && curve[0].offset === offset ? curve[0].time : NaN;
    const [one, other] = [curve[after - 1], curve[after]];
    return one.time + (other.time - one.time) * (offset - one.offset) / (other.offset - one.offset || 1);
}

/** The curve of one metric for `lineChart`, with what was decided as marks. */
export function curveChart(status, metric, { byTime, hidden = new Set(), decisions = status.decisions }) {
    const contenders = [...new Set([...Object.keys(status.figures), ...status.curve.flatMap((point) => Object.keys(point.figures))])].sort(format.byContender);
    // Event times may run backwards; then only the order of the log makes sense.
    const isByTime = byTime && status.curve.every((point, index) => index === 0 || point.time >= status.curve[index - 1].time);
    const place = (point) => isByTime ? point.time : point.offset;
    const span = status.curve.length > 0 ? place(status.curve.at(-1)) - place(status.curve[0]) : 0;
    const series = contenders.filter((contender) => !hidden.has(contender)).map((contender) => ({
        key: contender, label: format.name(contender), tone: tone(contender),
        points: status.curve.map((point) => [place(point), drawn(point.figures[contender], metric)]),
    })).filter((line) => line.points.some(([, value]) => Number.isFinite(value)));
    const marks = decisions.filter((decision) => markKinds[decision.kind]).map((decision) => ({
        x: isByTime ? timeAt(status.curve, decision.offset) : decision.offset, kind: markKinds[decision.kind],
        label: `${format.name(decision.kind)} of ${decision.version}, ${format.timeOfDay(decision.time)}`,
    }));
    const newest = contenders.map((contender) => [contender, status.figures[contender]?.[metric]]).filter(([, value]) => Number.isFinite(value));
    const description = `${format.metricName(metric)} over the sliding window. Now: ${newest.map(([contender, value]) =>
        `${format.name(contender)} ${format.score(value)}`).join(", ") || "no figure"}. ${marks.length} marked decisions.`;
    return {
        series, marks, description, xIsTime: isByTime, xTitle: isByTime ? null : "events",
        yFormat: (value, exact) => exact ? format.score(value) : format.figure(Number(value.toFixed(4))),
        xFormat: isByTime ? format.timeTick : format.shortCount,
        xLabel: isByTime ? (value) => span > 43200e3 ? format.dateAndTime(value) : format.timeOfDay(value) : (value) => `Event ${format.count(value)}`,
    };
}
