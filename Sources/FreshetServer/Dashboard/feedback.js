// Feedback: how well the answers do, told apart by what was shown, to whom, where and when; one period, or two beside each other.

import { Problem, api } from "./api.js";
import { h, loading, notice, put, setText, toast, visible, whenChanged } from "./dom.js";
import * as format from "./format.js";
import { live } from "./live.js";
import { frame } from "./status.js";

const seconds = 3;
const dimensions = [
    ["scenario", "Scenario"], ["version", "Version"], ["variant", "Variant"], ["segment", "Segment"], ["rule", "Rule"], ["position", "Position"], ["day", "Day"],
];
const unnamed = { scenario: "none named", variant: "no experiment", segment: "no segment", rule: "no rule" };
const periods = [["all", "All time"], ["7", "7 days and the 7 before"], ["28", "28 days and the 28 before"], ["two", "Two periods"]];
const noData = () => h("span", { class: "muted" }, "no data");

// Counts, shares with an interval, and figures without one.
const columns = [
    { text: "Answers", name: "answers", kind: "count" }, { text: "Seen", name: "seen", kind: "count" },
    { text: "Clicks per item seen", name: "ctr", kind: "share" }, { text: "Answers with a click", name: "acceptance", kind: "share" },
    { text: "Conversions per answer", name: "conversion", kind: "share" },
    { text: "Value per 1,000", name: "value_per_1000", kind: "mean" }, { text: "Profit per 1,000", name: "profit_per_1000", kind: "mean" },
];

const figure = (value, kind) => kind === "share" ? format.percent(value.value, 2) : kind === "count" ? format.count(value) : format.figure(value);
const interval = ({ low, high }) => `${format.percent(low, 2)} to ${format.percent(high, 2)}`;
const points = (value) => `${value < 0 ? "−" : "+"}${Math.abs(value * 100).toFixed(2)}`;

/** A figure with its interval; 0 is a figure, and a missing one says so. */
function cell(row, { name, kind }) {
    const value = row?.[name];
    if (value === undefined) return noData();
    return [figure(value, kind), kind === "share" ? h("span", { class: "was" }, interval(value)) : null];
}

/** A figure, what it was before, and how far it went: coloured where the interval of the difference is on one side of 0. */
function comparedCell({ now, before, changes }, { name, kind }) {
    const [value, old, change] = [now?.[name], before?.[name], changes[name]];
    const was = h("span", { class: "was" }, "before: ", old === undefined ? "no data" : figure(old, kind));
    if (!change) return [value === undefined ? noData() : figure(value, kind), was];
    const hasInterval = change.low !== undefined;
    const tone = hasInterval ? change.low > 0 ? "good" : change.high < 0 ? "bad" : "muted" : "muted";
    const size = change.relative === undefined ? hasInterval ? `${points(change.difference)} points` : format.figure(change.difference) : format.change(change.relative);
    const range = hasInterval ? h("span", { class: "was" }, `${points(change.low)} to ${points(change.high)}`) : null;
    return [figure(value, kind), was, h("span", { class: `changed ${tone}` }, size), range];
}

/** The table of one period's rows, or of two. */
function table({ dimension, rows, caption, isCompared }) {
    if (rows.length === 0) return h("p", { class: "muted empty" }, caption ? `Nothing was recommended: ${caption}` : "Nothing was recommended yet.");
    const name = (group) => group[dimension] ? visible(group[dimension]) : unnamed[dimension] ?? format.none;
    return h("div", { class: "scroll" }, h("table", { class: "data data-labelled data-feedback" },
        h("caption", { class: caption ? null : "visually-hidden" }, caption ?? `What came of the answers by ${dimension}`),
        h("thead", null, h("tr", null, h("th", { scope: "col" }, format.name(dimension)), columns.map(({ text }) => h("th", { scope: "col", class: "number" }, text)))),
        h("tbody", null, rows.map((row) => h("tr", null, h("th", { scope: "row" }, name(row.group)), columns.map((column) => h("td", { class: "number", "data-label": column.text },
            h("span", null, isCompared ? comparedCell(row, column) : cell(row, column)))))))));
}

/** How much of what was done in a period is not known yet, in words. */
function toComeWords(rows) {
    const most = (name) => Math.max(0, ...rows.map((row) => row?.[name] ?? 0));
    const [clicks, conversions] = [most("clicks_to_come"), most("conversions_to_come")];
    if (Math.max(clicks, conversions) < 0.005) return "";
    return `Still to come, by how long they take: up to ${format.percent(clicks, 1)} of clicks and ${format.percent(conversions, 1)} of conversions. `;
}

/** Days before today, in UTC, as a date field has them. */
const dayBefore = (count) => new Date(Date.now() - count * 86400e3).toISOString().slice(0, 10);

function open(parameters) {
    const controller = new AbortController();
    const select = (id, options, chosen) => {
        const element = h("select", { id }, options.map(([value, text]) => h("option", { value }, text)));
        element.value = options.some(([value]) => value === chosen) ? chosen : options[0][0];
        return element;
    };
    const by = select("feedback-by", dimensions, parameters.get("by"));
    const period = select("feedback-period", periods, parameters.get("period"));
    const dates = Object.fromEntries([["from", 6], ["to", 0], ["before_from", 13], ["before_to", 7]].map(([name, age]) =>
        [name, h("input", { type: "date", id: `feedback-${name}`, value: parameters.get(name) ?? dayBefore(age), required: true })]));
    const field = (label, input) => h("div", { class: "field" }, h("label", { for: input.id }, label), input);
    const chosen = Object.entries({ from: "From", to: "to", before_from: "Before: from", before_to: "to" }).map(([name, label]) => field(label, dates[name]));
    const body = h("div", null, loading(3));
    const note = h("p", { class: "muted" });
    const download = h("button", { type: "button", class: "button", on: { click: keepTable } }, "Download CSV");
    const page = frame("Feedback", h("section", { class: "panel" }, h("div", { class: "panel-head" }, h("h2", null, "What came of the answers"),
        h("div", { class: "controls" }, download)), h("div", { class: "picker periods" }, field("By", by), field("Period", period), chosen), body, note));
    setText(page.lead, "Clicks, conversions and what they bring, by what was shown. Intervals are 95% and clustered by user.");

    /** The days that are asked for; `null` while a date is missing. */
    function days() {
        if (period.value === "all") return {};
        if (period.value !== "two") return { from: dayBefore(Number(period.value) - 1), to: dayBefore(0) };
        const days = Object.fromEntries(Object.entries(dates).map(([name, input]) => [name, input.value]));
        return Object.values(days).every(Boolean) ? days : null;
    }

    const show = whenChanged(({ dimension, rows, caption, isCompared }) => {
        put(body, table({ dimension, rows, caption, isCompared }));
        setText(note, toComeWords(isCompared ? rows.map((row) => row.now) : rows)
            + "A user in two segments counts in the rows of both. A figure without data is missing; 0 is a figure.");
    });

    async function load() {
        const [dimension, isCompared, asked] = [by.value, period.value !== "all", days()];
        const key = JSON.stringify([dimension, period.value, asked]);
        if (asked === null) return;
        try {
            const report = isCompared ? await api.compareFeedback(dimension, controller.signal, asked) : { rows: await api.feedback(dimension, controller.signal) };
            if (key !== JSON.stringify([by.value, period.value, days()])) return;
            const words = ({ from, to }) => from === to ? from : `${from} to ${to}`;
            show({ dimension, isCompared, rows: report.rows, caption: isCompared ? `${words(report.now)}, and before: ${words(report.before)} (days in UTC). Below each change is the 95% interval of the difference, in percentage points.` : null });
        } catch (problem) {
            if (problem.name === "AbortError") return;
            if (!(problem instanceof Problem)) throw problem;
            show({ dimension, problem: problem.message, rows: [] });
            put(body, notice("bad", problem.message, problem.advice));
        }
    }

    async function keepTable() {
        try {
            const isCompared = period.value !== "all";
            const blob = await api.feedbackTable(isCompared ? "feedback/comparison" : "feedback", by.value, days() ?? {});
            const address = URL.createObjectURL(blob);
            h("a", { href: address, download: `feedback-by-${by.value}.csv` }).click();
            setTimeout(() => URL.revokeObjectURL(address), 60e3);
        } catch (problem) {
            if (!(problem instanceof Problem)) throw problem;
            toast([problem.message, problem.advice].filter(Boolean).join(" "), "bad");
        }
    }

    /** Keeps what was chosen in the address, and asks anew. */
    function choose() {
        const isCompared = period.value !== "all";
        // Two periods have no day in common.
        by.querySelector("option[value=day]").disabled = isCompared;
        if (isCompared && by.value === "day") by.value = dimensions[0][0];
        for (const element of chosen) element.hidden = period.value !== "two";
        const wanted = new URLSearchParams({ by: by.value, period: period.value, ...(period.value === "two" ? days() : {}) });
        history.replaceState(null, "", `#/feedback?${wanted}`);
        load();
    }
    for (const input of [by, period, ...Object.values(dates)]) input.addEventListener("change", choose);
    choose();
    const timer = setInterval(() => { if (live.connection !== "lost" && !document.hidden) load(); }, seconds * 1000);
    return {
        element: page.element,
        update() { page.isReady(); },
        leave() {
            clearInterval(timer);
            controller.abort();
        },
    };
}

export default { title: "Feedback", open };
