// Quality: who predicts best, what was decided, and what was forgotten.

import { glyph, lineChart } from "./charts.js";
import { api } from "./api.js";
import { h, put, s, setText, whenChanged } from "./dom.js";
import * as format from "./format.js";
import { curveChart, defaultMetric, isComparable, metrics, tone } from "./figures.js";
import { decisionList } from "./decisions.js";
import { live } from "./live.js";
import { frame, learnerBadge } from "./status.js";

// Kept while the tab is open, so that a visit to another page loses no choice.
const choice = { metric: null, byTime: false, hidden: new Set(), kinds: "notable", cohort: "all" };

const cohortChoices = [["all", "All events"], ["new_users", "New users"], ["new_items", "New items"],
    ["items_under_a_day", "Items under a day"], ["items_under_a_week", "A week"], ["items_under_a_month", "A month"]];

const kindChoices = [["notable", "Without micro-updates"], ["all", "All"], ["promotion", "Promotions"], ["rollback", "Rollbacks"],
    ["drift", "Drift"], ["alert", "Alerts"], ["held_back", "Held back"], ["micro_update", "Micro-updates"], ["retrain", "Retrains"], ["discard", "Discards"]];

function open() {
    const metricSelect = h("select", { id: "metric", on: { change: () => { choice.metric = metricSelect.value; update(); } } });
    const axis = (byTime, label) => h("button", { type: "button", "aria-pressed": String(choice.byTime === byTime), on: { click: () => {
        choice.byTime = byTime;
        for (const button of axes.children) button.setAttribute("aria-pressed", String(button === axes.children[byTime ? 1 : 0]));
        update();
    } } }, label);
    const axes = h("div", { class: "segments", role: "group", "aria-label": "Horizontal axis" }, axis(false, "Events"), axis(true, "Time"));
    const legend = h("div", { class: "legend", role: "group", "aria-label": "Contenders shown" });
    const chart = lineChart({ title: "Prequential score of every contender", height: 320,
        empty: "No curve yet. Every event is predicted before it is learned; the first points appear after some dozens of events." });
    const marks = h("ul", { class: "legend legend-marks", "aria-label": "Marks" }, ["drift", "promotion", "rollback", "retrain"].map((kind) =>
        h("li", null, s("svg", { viewBox: "-7 -7 14 14", class: "mark-key", "aria-hidden": "true" }, glyph(kind)), format.name(kind))));
    const curves = h("section", { class: "panel" }, h("div", { class: "panel-head" }, h("h2", null, "Prequential curves"),
        h("div", { class: "controls" }, h("label", { for: "metric" }, "Metric"), metricSelect, axes)), legend, chart.element, marks);

    const figures = h("div", { class: "scroll" });
    const cohorts = h("div", { class: "segments", role: "group", "aria-label": "Whose events" }, cohortChoices.map(([key, label]) =>
        h("button", { type: "button", "aria-pressed": String(choice.cohort === key), on: { click: (event) => {
            choice.cohort = key;
            for (const button of cohorts.children) button.setAttribute("aria-pressed", String(button === event.currentTarget));
            update();
        } } }, label)));
    const figuresPanel = h("section", { class: "panel" }, h("div", { class: "panel-head" }, h("h2", null, "Now, over the sliding window"),
        h("div", { class: "controls" }, cohorts)), figures);
    const forgetting = h("div", { class: "scroll" });
    const transfer = h("p", { class: "panel-figure" });
    const forgettingPanel = h("section", { class: "panel" }, h("div", { class: "panel-head" }, h("h2", null, "Forgetting"), transfer),
        h("p", { class: "muted" }, "Recall@20 of what was live after each promotion and at the end of each period, on each period. Read a column downwards: what falls is being forgotten."), forgetting);
    const kinds = h("select", { id: "kinds", on: { change: () => { choice.kinds = kinds.value; showAll(); } } },
        kindChoices.map(([key, label]) => h("option", { value: key, selected: key === choice.kinds }, label)));
    const list = h("div");
    const decisionsPanel = h("section", { class: "panel" }, h("div", { class: "panel-head" }, h("h2", null, "Decisions"),
        h("div", { class: "controls" }, h("label", { for: "kinds" }, "Show"), kinds)), list);
    const badge = h("span");
    const page = frame("Quality", curves, figuresPanel, forgettingPanel, decisionsPanel);
    page.element.querySelector("h1").append(" ", badge);

    // The status carries the newest decisions; the log of them reaches further back.
    const known = new Map();
    const keyOf = (decision) => `${decision.time} ${decision.kind} ${decision.version} ${decision.offset}`;
    const controller = new AbortController();
    api.decisions(500, controller.signal).then((entries) => {
        for (const decision of entries) known.set(keyOf(decision), decision);
        update();
    }).catch(() => { /* Those of the status have to do. */ });
    const allDecisions = () => [...known.values()].sort((one, other) => other.time - one.time || other.offset - one.offset);

    const showMetrics = whenChanged((names) => {
        const chosen = choice.metric ?? names[0];
        put(metricSelect, names.map((metric) => h("option", { value: metric, selected: metric === chosen }, format.metricName(metric))));
    });
    const showLegend = whenChanged((contenders) => put(legend, contenders.map((contender) =>
        h("button", { type: "button", class: "legend-item", "aria-pressed": String(!choice.hidden.has(contender)), on: { click: (event) => {
            choice.hidden.has(contender) ? choice.hidden.delete(contender) : choice.hidden.add(contender);
            event.currentTarget.setAttribute("aria-pressed", String(!choice.hidden.has(contender)));
            update();
        } } }, h("span", { class: `swatch tone-${tone(contender)}`, "aria-hidden": "true" }), format.name(contender)))));
    const showFigures = whenChanged(({ table, names, metric }) => put(figures, figureTable(table, names, metric)));
    const showForgetting = whenChanged((matrix) => {
        put(forgetting, forgettingTable(matrix));
        const value = matrix.backward_transfer;
        setText(transfer, Number.isFinite(value) ? `Backward transfer ${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(3)}` : "");
        transfer.className = `panel-figure ${!Number.isFinite(value) ? "" : value < 0 ? "bad" : "good"}`;
    });
    const showDecisions = whenChanged((entries) => put(list, decisionList(entries, "No decision of this kind yet.")));
    const showBadge = whenChanged((state) => put(badge, learnerBadge(state)));

    function showAll() {
        showDecisions(allDecisions().filter((decision) => choice.kinds === "all" || decision.kind === choice.kinds
            || (choice.kinds === "notable" && decision.kind !== "micro_update")).slice(0, 100));
    }

    function update() {
        if (!page.isReady()) return;
        const { status } = live;
        for (const decision of status.decisions) known.set(keyOf(decision), decision);
        const names = metrics(status);
        if (choice.metric && !names.includes(choice.metric)) choice.metric = null;
        const metric = choice.metric ?? defaultMetric(status);
        showMetrics(names);
        showLegend(Object.keys({ ...status.curve.at(-1)?.figures, ...status.figures }).sort(format.byContender));
        chart.update(curveChart(status, metric, { byTime: choice.byTime, hidden: choice.hidden, decisions: allDecisions() }));
        showFigures({ table: choice.cohort === "all" ? status.figures : status.cohorts[choice.cohort] ?? {}, names, metric });
        showForgetting(status.forgetting);
        showAll();
        showBadge(status.learner.state);
        const waiting = status.learner.lag_events;
        setText(page.lead, status.learner.state === "waiting" ? "Nothing was learned yet: the learner waits for the first events."
            : `Every event is predicted by all contenders before it is learned. ${format.count(status.learner.offset)} events learned, ${
                waiting > 0 ? `${format.count(waiting)} wait for ${format.duration(status.learner.lag_seconds)}` : "none waits"}.`);
    }
    return { element: page.element, update, leave: () => controller.abort() };
}

function figureTable(table, names, chosen) {
    const contenders = Object.keys(table).sort(format.byContender);
    if (contenders.length === 0) return h("p", { class: "muted empty" }, "No figures yet.");
    // The two depths that people compare, and what was chosen.
    names = names.filter((metric) => metric === chosen || /@(10|20)$/.test(metric));
    const compared = contenders.filter((contender) => isComparable(table, contender));
    const best = Object.fromEntries(names.map((metric) => [metric, Math.max(...compared.map((contender) => table[contender][metric] ?? -Infinity))]));
    const others = contenders.filter((contender) => !compared.includes(contender));
    return [h("table", { class: "data data-figures" }, h("caption", { class: "visually-hidden" }, "Prequential figures by contender and metric"),
        h("thead", null, h("tr", null, h("th", { scope: "col" }, "Contender"), h("th", { scope: "col", class: "number" }, "Events"),
            names.map((metric) => h("th", { scope: "col", class: `number ${metric === chosen ? "chosen" : ""}` }, format.metricName(metric))))),
        h("tbody", null, [...compared, ...others].map((contender) => h("tr", { class: compared.includes(contender) ? null : "is-aside" },
            h("th", { scope: "row" }, h("span", { class: `swatch tone-${tone(contender)}`, "aria-hidden": "true" }), format.name(contender), compared.includes(contender) ? null : "*"),
            h("td", { class: "number" }, format.count(table[contender].count)),
            names.map((metric) => {
                const value = table[contender][metric];
                return h("td", { class: `number ${compared.includes(contender) && value === best[metric] ? "best" : ""}` }, format.score(value));
            }))))),
    h("p", { class: "muted" }, "Bold is the best among those who predicted the same events. ", others.map((contender) => contender === "last_good"
        ? "* The last good state predicts only the share of the events on which the guard compares it with the live version. "
        : `* ${format.name(contender)} has predicted only some of the events so far. `))];
}

function forgettingTable({ periods, versions, scores, backward_transfer: transfer }) {
    if (versions.length === 0 || periods.length === 0) {
        return h("p", { class: "muted empty" }, "Nothing to compare yet: the first row comes with the first trained version.");
    }
    const known = scores.flat().filter(Number.isFinite);
    const low = Math.min(...known);
    const high = Math.max(...known);
    return [h("table", { class: "data heat" }, h("caption", { class: "visually-hidden" }, "Recall@20 by version and period"),
        h("thead", null, h("tr", null, h("th", { scope: "col" }, "Version"), periods.map((period) => h("th", { scope: "col", class: "number" }, h("bdi", null, period))))),
        h("tbody", null, versions.map((version, row) => h("tr", null, h("th", { scope: "row" }, version),
            periods.map((_, column) => {
                const value = scores[row]?.[column];
                return Number.isFinite(value)
                    ? h("td", { class: "number", properties: { "--heat": `${(8 + 40 * (high > low ? (value - low) / (high - low) : 0.5)).toFixed(0)}%` } }, format.score(value))
                    : h("td", { class: "number none" }, h("span", { class: "visually-hidden" }, "did not exist yet"));
            }))))),
        Number.isFinite(transfer) ? h("p", { class: "muted" }, `Backward transfer is the mean change on old periods since they were learned: ${transfer < 0
            ? "it is negative, so something was forgotten." : "it is not negative, so nothing was forgotten."}`) : null];
}

export default { title: "Quality", open };
