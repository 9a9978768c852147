// What the status says about quality: metrics, contenders, and the curve as a chart's data.

import * as format from "./format.js";

const tones = {
    "live": "live", "learning": "learning", "candidate": "candidate", "frozen": "frozen", "last_good": "frozen", "retrain": "candidate",
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

/** How far the live version is ahead of the best yardstick, as a share of it. */
export function yardstickGain(status, metric) {
    const own = status.figures.live?.[metric];
    const others = Object.entries(status.figures).filter(([contender, figures]) => isYardstick(contender) && figures[metric] > 0);
    if (!Number.isFinite(own) || others.length === 0) return null;
    const [contender, figures] = others.reduce((best, one) => one[1][metric] > best[1][metric] ? one : best);
    return { contender, gain: own / figures[metric] - 1 };
}

const markKinds = { drift: "drift", promotion: "promotion", rollback: "rollback", retrain: "retrain" };

/** The curve of one metric for `lineChart`, with what was decided as marks. */
export function curveChart(status, metric, { byTime, hidden = new Set(), decisions = status.decisions }) {
    const contenders = [...new Set([...Object.keys(status.figures), ...status.curve.flatMap((point) => Object.keys(point.figures))])].sort(format.byContender);
    const place = (point) => byTime ? point.time : point.offset;
    const series = contenders.filter((contender) => !hidden.has(contender)).map((contender) => ({
        key: contender, label: format.name(contender), tone: tone(contender),
        points: status.curve.map((point) => [place(point), point.figures[contender]?.[metric] ?? NaN]),
    })).filter((line) => line.points.some(([, value]) => Number.isFinite(value)));
    const marks = decisions.filter((decision) => markKinds[decision.kind]).map((decision) => ({
        x: place(decision), kind: markKinds[decision.kind],
        label: `${format.name(decision.kind)} of ${decision.version}, ${format.timeOfDay(decision.time)}`,
    }));
    const newest = contenders.map((contender) => [contender, status.figures[contender]?.[metric]]).filter(([, value]) => Number.isFinite(value));
    const description = `${format.metricName(metric)} over the sliding window. Now: ${newest.map(([contender, value]) =>
        `${format.name(contender)} ${format.score(value)}`).join(", ") || "no figure"}. ${marks.length} marked decisions.`;
    return {
        series, marks, description, xIsTime: byTime,
        yFormat: (value, exact) => exact ? format.score(value) : format.figure(Number(value.toFixed(4))),
        xFormat: byTime ? format.timeTick : format.shortCount,
        xLabel: byTime ? format.timeOfDay : (value) => `Event ${format.count(value)}`,
    };
}
