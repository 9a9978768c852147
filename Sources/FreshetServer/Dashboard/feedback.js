// Feedback: how well the answers do, told apart by what was shown, to whom, where and when.

import { Problem, api } from "./api.js";
import { h, loading, notice, put, visible, whenChanged } from "./dom.js";
import * as format from "./format.js";

const dimensions = [
    ["scenario", "Scenario"], ["version", "Version"], ["variant", "Variant"], ["segment", "Segment"], ["rule", "Rule"], ["position", "Position"], ["day", "Day"],
];
const unnamed = { scenario: "none named", variant: "no experiment", segment: "no segment", rule: "no rule" };

const share = (rate) => rate ? h("span", { title: `${format.percent(rate.low, 2)} to ${format.percent(rate.high, 2)}` }, format.percent(rate.value, 2)) : format.none;

const columns = [
    ["Answers", (row) => row.answers === undefined ? format.none : format.count(row.answers)], ["Seen", (row) => format.count(row.seen)],
    ["Clicks per item seen", (row) => share(row.ctr)], ["Answers with a click", (row) => share(row.acceptance)], ["Conversions per answer", (row) => share(row.conversion)],
    ["Value per 1,000", (row) => format.figure(row.value_per_1000)], ["Profit per 1,000", (row) => format.figure(row.profit_per_1000)],
];

/** A panel of figures by a dimension that is chosen; `load` reads them again. */
export function feedbackPanel(signal) {
    const by = h("select", { id: "feedback-by" }, dimensions.map(([value, text]) => h("option", { value }, text)));
    const body = h("div", null, loading(3));
    const show = whenChanged(({ dimension, rows }) => put(body, rows.length === 0 ? h("p", { class: "muted empty" }, "Nothing was recommended yet.") : h("div", { class: "scroll" },
        h("table", { class: "data data-labelled" }, h("caption", { class: "visually-hidden" }, `What came of the answers by ${dimension}`),
            h("thead", null, h("tr", null, h("th", { scope: "col" }, format.name(dimension)), columns.map(([text]) => h("th", { scope: "col", class: "number" }, text)))),
            h("tbody", null, rows.map((row) => h("tr", null, h("th", { scope: "row" }, row.group[dimension] ? visible(row.group[dimension]) : unnamed[dimension] ?? format.none),
                columns.map(([text, cell]) => h("td", { class: "number", "data-label": text }, cell(row))))))))));

    async function load() {
        const dimension = by.value;
        try {
            const rows = await api.feedback(dimension, signal);
            if (dimension === by.value) show({ dimension, rows });
        } catch (problem) {
            if (problem.name === "AbortError") return;
            if (!(problem instanceof Problem)) throw problem;
            put(body, notice("bad", problem.message, problem.advice));
        }
    }
    by.addEventListener("change", load);
    const element = h("section", { class: "panel feedback" }, h("div", { class: "panel-head" }, h("h2", null, "What came of the answers"),
        h("div", { class: "controls" }, h("label", { for: "feedback-by" }, "By"), by)), body,
    h("p", { class: "muted" }, "A user in two segments counts in the rows of both. A figure without data is missing; 0 is a figure."));
    return { element, load };
}
