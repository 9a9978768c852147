// Experiments: what is compared on live users, what it has shown, and how it ends.

import { Problem, api } from "./api.js";
import { confirmed } from "./dialog.js";
import { h, loading, notice, put, setText, toast, whenChanged } from "./dom.js";
import { changeForm } from "./experimentchange.js";
import { experimentForm } from "./experimentform.js";
import * as format from "./format.js";
import { live } from "./live.js";
import { frame } from "./status.js";

const tones = { running: "busy", stopped: "idle", concluded: "good", shipped: "good" };
const verdicts = {
    too_early: ["idle", "Too early"], shares_are_off: ["bad", "Shares are off"], harmful: ["bad", "Harmful"], better: ["good", "Better"],
    worse: ["bad", "Worse"], no_difference: ["idle", "No difference"], undecided: ["idle", "Nothing shown yet"],
};
/** Which part of a namespace's users an experiment has, in words. */
const partWords = (part) => part && part.to - part.from < 1 ? ` between ${format.percent(part.from)} and ${format.percent(part.to)} of “${part.name}”` : "";
const badge = ([tone, text]) => h("span", { class: `badge badge-${tone}` }, text);
const stateBadge = (state) => badge([tones[state] ?? "idle", format.name(state)]);
const verdictBadge = (verdict) => verdict ? badge(verdicts[verdict] ?? ["idle", format.name(verdict)]) : format.none;
const address = (id) => `#/experiments?id=${encodeURIComponent(id)}`;
const seconds = 3;

/** What a variant changes, in words. */
function changeWords(variant) {
    if (variant.frozen) return `frozen at ${variant.frozen}`;
    if (variant.version) return `version ${variant.version}`;
    if (variant.policy) return `the settings of “${variant.policy}”`;
    if (variant.rule) return `the rule “${variant.rule}”`;
    if (variant.scenario) return Object.entries(variant.scenario).map(([name, value]) => `${name} ${JSON.stringify(value)}`).join(", ");
    return "as everybody else";
}

function open(parameters) {
    const asked = parameters.get("id");
    const controller = new AbortController();
    const list = h("div", null, loading(3));
    const detail = h("section", { class: "panel detail", hidden: true });
    const change = h("div", { hidden: true });
    const form = experimentForm(async (body) => {
        const made = await api.startExperiment(body);
        toast(`“${made.id}” runs`);
        location.hash = address(made.id).slice(1);
    });
    form.hidden = true;
    const create = h("button", { type: "button", class: "button button-main", "aria-expanded": "false", on: { click: () => {
        form.hidden = !form.hidden;
        create.setAttribute("aria-expanded", String(!form.hidden));
        if (!form.hidden) form.querySelector("input").focus();
    } } }, "New experiment");
    const page = frame("Experiments", h("section", { class: "panel" }, h("div", { class: "panel-head" }, h("h2", null, "All experiments"),
        h("div", { class: "controls" }, create)), list), form, detail, change,
        h("p", { class: "muted" }, "What came of all answers, of variants too: ", h("a", { href: "#/feedback?by=variant" }, "Feedback"), "."));
    setText(page.lead, "Two versions, or two settings, answer users side by side. Look as often as you like: the verdicts hold at every look.");

    async function load() {
        try {
            const entries = await api.experiments(controller.signal);
            showList(entries);
            const id = asked ?? entries.find((entry) => entry.state === "running")?.id ?? entries[0]?.id;
            const entry = id ? await api.experiment(id, controller.signal) : null;
            if (entry) showDetail(entry);
            else detail.hidden = true;
            showChange(entry?.state === "running" ? { id, method: entry.method, coverage: entry.coverage, variants: entry.variants } : null);
        } catch (problem) {
            if (problem.name === "AbortError") return;
            if (!(problem instanceof Problem)) throw problem;
            if (problem.status === 404) put(detail, notice("warn", "There is no such experiment", problem.message));
            else put(list, notice("bad", problem.message, problem.advice));
        }
    }

    const showList = whenChanged((entries) => put(list, entries.length === 0
        ? h("p", { class: "muted empty" }, "None so far. A good first one: let half of the users be answered by the version that serves now, frozen, and see what going on learning is worth.")
        : h("div", { class: "scroll" }, h("table", { class: "data" }, h("caption", { class: "visually-hidden" }, "Experiments, newest first"),
            h("thead", null, h("tr", null, ["Experiment", "State", "Since", "Verdict"].map((text) => h("th", { scope: "col" }, text)))),
            h("tbody", null, entries.map((entry) => h("tr", null,
                h("th", { scope: "row" }, h("a", { href: address(entry.id) }, entry.id)), h("td", null, stateBadge(entry.state)),
                h("td", null, h("time", { datetime: new Date(entry.started).toISOString() }, format.shortDateAndTime(entry.started))),
                h("td", null, verdictBadge(entry.decision?.verdict ?? entry.verdict)))))))));

    const showChange = whenChanged((entry) => {
        change.hidden = !entry;
        put(change, entry ? changeForm(entry, async (body) => {
            await api.changeExperiment(entry.id, body);
            toast(`“${entry.id}” goes on`);
            await load();
        }) : null);
    });

    const showDetail = whenChanged((entry) => {
        detail.hidden = false;
        const first = entry.variants[0].name;
        put(detail, h("div", { class: "panel-head" }, h("h2", null, entry.id), stateBadge(entry.state),
            entry.verdict ? verdictBadge(entry.verdict) : null, h("div", { class: "controls" }, levers(entry))),
        h("p", { class: "verdict", role: "status" }, entry.decision ? `Decided for “${entry.decision.winner}”. ${entry.decision.words}`
            : entry.words ?? (entry.state === "running" ? "Reading what its users were like before." : "What it has shown is not added up any more.")),
        h("dl", { class: "facts" },
            entry.variants.flatMap((variant, place) => [h("dt", null, `${variant.name}${place === 0 ? ", compared with" : ""}`),
                h("dd", null, `${changeWords(variant)}${entry.comparison ? `; ${format.count(entry.comparison.units[variant.name])} users` : ""}`)]),
            h("dt", null, "Takes part"), h("dd", null, `${format.percent(entry.coverage, 1)} of users${partWords(entry.namespace)}${entry.scenarios.length > 0 ? `, in ${entry.scenarios.join(", ")}` : ""}`)),
        entry.comparison ? comparison(entry.comparison, first) : null,
        entry.preference ? preference(entry.preference, first) : null,
        entry.allocation ? allocation(entry.allocation) : null);
    });

    function levers(entry) {
        const button = (text, act, kind = "") => h("button", { type: "button", class: `button ${kind}`, on: { click: act } }, text);
        const isNamed = entry.verdict === "better" || entry.method === "bandit";
        const winner = entry.decision?.winner ?? ((isNamed ? entry.variant : null) ?? entry.variants[0].name);
        const ends = [];
        if (entry.state === "running") {
            ends.push(button("Stop", () => carryOut({
                title: `Stop “${entry.id}”?`, text: "Everybody is answered as before it from the next request on. Nothing is decided; what it has shown is kept.",
                action: "Stop", isDangerous: true,
            }, () => api.endExperiment(entry.id, "stop"), `“${entry.id}” is stopped`)));
            ends.push(button("Conclude", () => carryOut({
                title: `Conclude for “${winner}”?`, text: `The experiment ends. What is known now is kept as the evidence: ${entry.words ?? "nothing yet."}`, action: "Conclude",
            }, () => api.endExperiment(entry.id, "conclude", winner), `Decided for “${winner}”`)));
        }
        if (entry.state !== "shipped") {
            ends.push(button(`Ship “${winner}”`, () => carryOut({
                title: `Let everybody have “${winner}”?`,
                text: `From the next request on everybody is answered by “${winner}”: ${changeWords(entry.variants.find((one) => one.name === winner))}.`, action: "Ship",
            }, () => api.endExperiment(entry.id, "ship", winner), `“${winner}” answers everybody`), "button-main"));
        }
        if (entry.state !== "running") {
            ends.push(button("Delete", () => carryOut({
                title: `Delete “${entry.id}”?`,
                text: entry.state === "shipped" ? "Settings that it was shipped with end with it." : "What it has shown is no longer kept together.", action: "Delete", isDangerous: true,
            }, () => {
                // Nobody asks for it while it goes.
                leave();
                return api.deleteExperiment(entry.id);
            }, `“${entry.id}” is gone`, "#/experiments")));
        }
        return ends;
    }

    async function carryOut(question, action, done, then) {
        if (!await confirmed(question)) return;
        try {
            await action();
            toast(done);
            if (then) history.replaceState(null, "", then);
        } catch (problem) {
            if (!(problem instanceof Problem)) throw problem;
            toast([problem.message, problem.advice].filter(Boolean).join(" "), "bad");
        }
        if (then) dispatchEvent(new Event("hashchange"));
        else await load();
    }

    function leave() {
        clearInterval(timer);
        controller.abort();
    }

    load();
    const timer = setInterval(() => { if (live.connection !== "lost" && !document.hidden) load(); }, seconds * 1000);
    return {
        element: page.element,
        update() { page.isReady(); },
        leave,
    };
}

/** An interval as a bar around the middle, which stands for no difference. */
function interval(value, low, high, reach, isHigherBetter = true) {
    if (![value, low, high].every(Number.isFinite)) return h("span", { class: "muted" }, "no data to compare");
    const place = (number) => `${(50 + 50 * Math.max(-1, Math.min(1, number / reach))).toFixed(2)}%`;
    const isGood = isHigherBetter ? low > 0 : high < 0;
    const isBad = isHigherBetter ? high < 0 : low > 0;
    return h("span", { class: `interval ${isGood ? "is-good" : isBad ? "is-bad" : ""}`, "aria-hidden": "true", properties: {
        "--low": place(low), "--high": place(high), "--value": place(value),
    } });
}

function comparison(report, first) {
    const entries = [...report.metrics.map((entry) => [entry, false]), ...report.guardrails.map((entry) => [entry, true])];
    const reach = Math.max(0.01, ...entries.flatMap(([entry]) => [entry.low, entry.high]).filter(Number.isFinite).map(Math.abs).map((size) => Math.min(size, 1)));
    return [
        h("div", { class: "scroll" }, h("table", { class: "data data-experiment data-labelled" },
            h("caption", null, `How far each variant is from “${first}”, with the interval that holds at every look; the scale ends at ${format.percent(reach)}.`),
            h("thead", null, h("tr", null, h("th", { scope: "col" }, "Metric"), h("th", { scope: "col" }, "Variant"), h("th", { scope: "col", class: "number" }, `“${first}”`),
                h("th", { scope: "col", class: "number" }, "Variant's"), h("th", { scope: "col", class: "number" }, "Difference"), h("th", { scope: "col" }, "Interval"), h("th", { scope: "col", class: "number" }, "p"))),
            h("tbody", null, entries.map(([entry, isGuardrail]) => h("tr", null,
                h("th", { scope: "row" }, format.name(entry.metric), isGuardrail ? h("span", { class: "version-note" }, "guardrail") : null),
                h("td", { "data-label": "Variant" }, entry.variant), h("td", { class: "number", "data-label": `“${first}”` }, format.figure(entry.control_value)),
                h("td", { class: "number", "data-label": "Variant's" }, format.figure(entry.value)),
                h("td", { class: "number", "data-label": "Difference" }, Number.isFinite(entry.lift) ? `${format.change(entry.lift)} (${format.change(entry.low)} to ${format.change(entry.high)})` : format.none),
                h("td", { class: "wide" }, entry.value === 0 && entry.control_value === 0 ? h("span", { class: "muted" }, "none in either") : interval(entry.lift, entry.low, entry.high, reach, entry.is_higher_better)), h("td", { class: "number", "data-label": "p" }, format.pValue(entry.p_value))))))),
        h("p", { class: "muted" }, `Running for ${report.days.toFixed(1)} days. The shares of users are as they should be with p ${format.pValue(report.ratio_p_value)}.`),
    ];
}

function preference(report, first) {
    const reach = 0.5;
    return [
        h("div", { class: "scroll" }, h("table", { class: "data data-experiment data-labelled" },
            h("caption", null, `Every answer is put together from all variants. Of those with clicks, how many had more on the places of each than on those of “${first}”.`),
            h("thead", null, h("tr", null, h("th", { scope: "col" }, "Variant"), ["Won", "Lost", "Tied", "Above one half"].map((text) => h("th", { scope: "col", class: "number" }, text)),
                h("th", { scope: "col" }, "Interval"), h("th", { scope: "col", class: "number" }, "p"))),
            h("tbody", null, report.rankers.map((entry) => h("tr", null, h("th", { scope: "row" }, entry.variant),
                [["Won", entry.wins], ["Lost", entry.losses], ["Tied", entry.ties]].map(([label, number]) => h("td", { class: "number", "data-label": label }, format.count(number))),
                h("td", { class: "number", "data-label": "Above one half" }, Number.isFinite(entry.preference) ? `${format.change(entry.preference)} (${format.change(entry.low)} to ${format.change(entry.high)})` : format.none),
                h("td", { class: "wide" }, interval(entry.preference, entry.low, entry.high, reach)), h("td", { class: "number", "data-label": "p" }, format.pValue(entry.p_value))))))),
        h("p", { class: "muted" }, `Running for ${report.days.toFixed(1)} days.`),
    ];
}

function allocation(report) {
    return [
        h("div", { class: "scroll" }, h("table", { class: "data data-experiment data-labelled" },
            h("caption", null, `Who gets how many of the users now, by ${format.name(report.metric)} over the newest ${format.count(report.windows)} windows.`),
            h("thead", null, h("tr", null, h("th", { scope: "col" }, "Variant"), ["Share of users", "Users", "Figure", "Chance to be the best"].map((text) => h("th", { scope: "col", class: "number" }, text)))),
            h("tbody", null, report.arms.map((arm) => h("tr", null, h("th", { scope: "row" }, arm.variant), h("td", { class: "number", "data-label": "Share of users" }, format.percent(arm.share, 1)),
                h("td", { class: "number", "data-label": "Users" }, format.count(arm.units)), h("td", { class: "number", "data-label": "Figure" }, format.figure(arm.value)),
                h("td", { class: "number", "data-label": "Chance to be the best" }, format.percent(arm.chance, 1))))))),
        h("p", { class: "muted" }, `Running for ${report.days.toFixed(1)} days.`),
    ];
}

export default { title: "Experiments", open };
