// What can be changed of an experiment that runs: who takes part, and how they are shared out.

import { Problem } from "./api.js";
import { h, setText } from "./dom.js";

/** The form for an experiment; `send` sends what was changed. */
export function changeForm(entry, send) {
    const percent = (id, share, minimum) => {
        const input = h("input", { type: "number", id, min: minimum, max: "100", step: "any", value: String(Number((share * 100).toFixed(2))), required: true });
        input.defaultValue = input.value;
        return input;
    };
    const field = (id, label, input) => h("div", { class: "field" }, h("label", { for: id }, label), input);
    const coverage = percent("change-coverage", entry.coverage, "0.01");
    const weights = entry.method === "split" ? entry.variants.map((variant, place) => [variant.name, percent(`change-weight-${place}`, variant.weight, "0.01")]) : [];
    const state = h("p", { class: "bad", role: "alert" });
    return h("form", { class: "panel", on: { submit: async (event) => {
        event.preventDefault();
        setText(state, "");
        // What stands there is rounded: only what was changed is sent as it stands.
        const share = (input, known) => input.value === input.defaultValue ? known : Number(input.value) / 100;
        const body = {};
        if (coverage.value !== coverage.defaultValue) body.coverage = Number(coverage.value) / 100;
        if (weights.some(([, input]) => input.value !== input.defaultValue))
            body.weights = Object.fromEntries(weights.map(([name, input], place) => [name, share(input, entry.variants[place].weight)]));
        if (Object.keys(body).length === 0) return setText(state, "Nothing was changed.");
        try {
            await send(body);
        } catch (problem) {
            if (!(problem instanceof Problem)) throw problem;
            setText(state, [problem.message, problem.advice].filter(Boolean).join(" "));
        }
    } } }, h("div", { class: "panel-head" }, h("h2", null, "Who takes part")),
    h("div", { class: "picker" }, field("change-coverage", "Percent of users", coverage),
        weights.map(([name, input], place) => field(`change-weight-${place}`, `Percent of those for “${name}”`, input)),
        h("button", { class: "button", type: "submit" }, "Change")), state,
    h("p", { class: "muted" }, "Users come in or drop out; nobody goes from one variant to another. Answers of before count as they did."));
}
