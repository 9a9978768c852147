// What a new experiment is asked for with.

import { Problem } from "./api.js";
import { h, setText } from "./dom.js";

const kinds = [
    ["frozen", "Frozen: the version that serves now"], ["version", "A kept version"], ["scenario", "Other settings"],
    ["policy", "The settings of another scenario"], ["rule", "A rule that is switched off"],
];
const hints = { version: "3.17", rule: "summer", scenario: "{\"diversity\": 0.3}", policy: "cart" };
const metricNames = [["ctr", "Clicks per item seen"], ["acceptance", "Answers with a click"], ["conversion", "Purchases per answer"], ["value", "Value per answer"], ["profit", "Profit per answer"]];

/** The form; `start` sends what was filled in. */
export function experimentForm(start) {
    const field = (id, label, input, more = "") => h("div", { class: `field ${more}` }, h("label", { for: id }, label), input);
    const select = (id, entries) => h("select", { id }, entries.map(([value, text]) => h("option", { value }, text)));
    const text = (id, value = "", attributes = {}) => h("input", { type: "text", id, value, autocomplete: "off", spellcheck: "false", ...attributes });
    const name = text("experiment-id", "", { required: true, pattern: "[A-Za-z0-9._\\-]{1,64}", title: "Letters, digits, '-', '_' and '.'", placeholder: "frozen" });
    const [first, second] = [text("experiment-first", "today"), text("experiment-second", "new")];
    const kind = select("experiment-kind", kinds);
    const detail = text("experiment-detail");
    const detailField = field("experiment-detail", "Which", detail, "field-grow");
    const metric = select("experiment-metric", metricNames);
    const method = select("experiment-method", [["split", "Each user by one of them"], ["interleaving", "Every answer by both"], ["bandit", "More users to the better one"]]);
    const coverage = h("input", { type: "number", id: "experiment-coverage", min: "1", max: "100", step: "1", value: "100" });
    const scenarios = text("experiment-scenarios", "", { placeholder: "all" });
    const state = h("p", { class: "bad", role: "alert" });

    const showKind = () => {
        detailField.hidden = kind.value === "frozen";
        detail.placeholder = hints[kind.value] ?? "";
        detail.required = kind.value !== "frozen";
    };
    kind.addEventListener("change", showKind);
    showKind();

    function body() {
        let change = kind.value === "frozen" ? true : detail.value.trim();
        if (kind.value === "scenario") change = JSON.parse(change);
        return {
            id: name.value.trim(), method: method.value, coverage: Number(coverage.value) / 100, metrics: [metric.value], guardrails: ["latency", "empty"],
            scenarios: scenarios.value.split(",").map((one) => one.trim()).filter(Boolean),
            variants: [{ name: first.value.trim() }, { name: second.value.trim(), [kind.value]: change }],
        };
    }

    return h("form", { class: "panel", on: { submit: async (event) => {
        event.preventDefault();
        setText(state, "");
        try {
            await start(body());
        } catch (problem) {
            if (problem instanceof SyntaxError) setText(state, `The settings are no JSON such as ${hints.scenario}.`);
            else if (problem instanceof Problem) setText(state, [problem.message, problem.advice].filter(Boolean).join(" "));
            else throw problem;
        }
    } } }, h("div", { class: "panel-head" }, h("h2", null, "New experiment")),
    h("div", { class: "picker" }, field("experiment-id", "Name", name, "field-grow"), field("experiment-kind", "What is compared", kind), detailField,
        field("experiment-first", "Name of what is", first), field("experiment-second", "Name of the other", second),
        field("experiment-metric", "Judged by", metric), field("experiment-method", "How", method),
        field("experiment-coverage", "Percent of users", coverage), field("experiment-scenarios", "Scenarios, between commas", scenarios),
        h("button", { class: "button button-main", type: "submit" }, "Start")), state,
    h("p", { class: "muted" }, "What is served otherwise goes on for the one half. The latency of answers and empty answers are watched as guardrails. It runs from the next request on, also after a restart."));
}
