// Rules: what the operator wants of answers, what each would do to one, and what it costs in clicks.

import { Problem, api } from "./api.js";
import { confirmed } from "./dialog.js";
import { h, loading, notice, put, setText, titleText, toast, visible, whenChanged } from "./dom.js";
import * as format from "./format.js";
import { live } from "./live.js";
import { searchField } from "./search.js";
import { frame } from "./status.js";

const address = (id) => `#/rules?id=${encodeURIComponent(id)}`;
const seconds = 5;
const example = { then: { boost: [{ filter: "tags = 'spring'", by: 1.5 }] }, holdout: 0.1 };

/** The state of a rule as a badge. */
function stateBadge(rule) {
    const now = Date.now() / 1000;
    const [tone, text] = !rule.enabled ? ["idle", "Off"] : rule.until <= now ? ["idle", "Over"] : rule.from > now ? ["warn", "Later"] : ["good", "In force"];
    return h("span", { class: `badge badge-${tone}` }, text);
}

/** For which questions a rule is, in words. */
function whenWords({ when = {}, holdout }) {
    const parts = [when.scenario ? `in “${when.scenario}”` : null, when.segment ? `for “${when.segment}”` : null, when.item ? `about “${when.item}”` : null,
        holdout ? `not for ${format.percent(holdout)} of users` : null].filter(Boolean);
    return visible(parts.join(", ") || "always");
}

/** What a rule does, in words. */
function whatWords({ then }) {
    const number = (list, one, many) => list?.length ? `${list.length === 1 ? one : `${list.length} ${many}`}` : null;
    return [number(then.pin, "a pin", "pins"), number(then.boost, "a boost", "boosts"), number(then.bury, "buries", "burials"), then.hide ? "hides" : null,
        then.filter ? "filters" : null, number(then.share, "a share of places", "shares of places"), then.objective ? `weighs ${Object.keys(then.objective).map(visible).join(", ")}` : null,
    ].filter(Boolean).join(", ");
}

/** Clicks per item seen of some rows of feedback, with the variance of that share. */
function clicks(rows) {
    const seen = rows.reduce((sum, row) => sum + row.seen, 0);
    if (seen === 0) return null;
    const variance = rows.reduce((sum, row) => sum + (row.ctr ? ((row.seen / seen) * (row.ctr.high - row.ctr.low) / 3.92) ** 2 : 0), 0);
    return { share: rows.reduce((sum, row) => sum + row.clicks, 0) / seen, variance };
}

/** What the figures say of a rule: those who had it beside those who were left out of it, who are drawn by chance. */
export function cost(id, rows) {
    const named = (name) => clicks(rows.filter((row) => (row.group.rule ?? "").split(",").includes(name)));
    const [having, without] = [named(id), named(`!${id}`)];
    if (!having || !without) return { having, without, difference: null };
    const value = having.share - without.share;
    const reach = 1.96 * Math.sqrt(having.variance + without.variance);
    return { having, without, difference: { value, low: value - reach, high: value + reach } };
}

const points = (value) => `${value < 0 ? "−" : "+"}${Math.abs(value * 100).toFixed(2)}`;

function costCell({ difference, without }, rule) {
    if (!difference) return rule.holdout ? without ? format.none : "no clicks to compare yet" : "needs a holdout";
    const tone = difference.low > 0 ? "good" : difference.high < 0 ? "bad" : null;
    return h("span", { class: tone }, `${points(difference.value)} points (${points(difference.low)} to ${points(difference.high)})`);
}

function open(parameters) {
    const asked = parameters.get("id");
    const controller = new AbortController();
    const list = h("div", null, loading(3));
    const editor = h("section", { class: "panel", hidden: true });
    const create = h("button", { type: "button", class: "button button-main", on: { click: () => edit(null) } }, "New rule");
    const page = frame("Rules", h("section", { class: "panel" }, h("div", { class: "panel-head" }, h("h2", null, "All rules"),
        h("div", { class: "controls" }, create)), list), editor);
    setText(page.lead, "What you want of the answers: promotions, what is hidden, shares of the places. A change is in force for the next answer.");
    let edited;

    async function load() {
        try {
            const [entries, rows] = await Promise.all([api.rules(controller.signal), api.feedback("rule", controller.signal)]);
            showList(entries, rows);
            if (asked !== null && edited === undefined) {
                const entry = entries.find((one) => one.rule.id === asked);
                if (entry) edit(entry);
                else { edited = null; editor.hidden = false; put(editor, notice("warn", "There is no such rule", `“${visible(asked)}” was removed, or never was.`)); }
            }
        } catch (problem) {
            if (problem.name === "AbortError") return;
            if (!(problem instanceof Problem)) throw problem;
            put(list, notice("bad", problem.message, problem.advice));
        }
    }

    const showRows = whenChanged(([entries, rows]) => put(list, entries.length === 0
        ? h("p", { class: "muted empty" }, "None so far. The model decides alone; a rule gives you a say, and with a holdout you see what that costs.")
        : h("div", { class: "scroll" }, h("table", { class: "data data-rules" }, h("caption", { class: "visually-hidden" }, "Rules by their ids"),
            h("thead", null, h("tr", null, ["Rule", "State", "When", "What", "Clicks with it", "Without", "What it brings"].map((text) => h("th", { scope: "col" }, text)))),
            h("tbody", null, entries.map(({ rule }) => {
                const figures = cost(rule.id, rows);
                return h("tr", null, h("th", { scope: "row" }, h("a", { href: address(rule.id) }, rule.id)), h("td", null, stateBadge(rule)),
                    h("td", null, whenWords(rule)), h("td", null, whatWords(rule)),
                    h("td", null, figures.having ? format.percent(figures.having.share, 2) : format.none),
                    h("td", null, figures.without ? format.percent(figures.without.share, 2) : format.none), h("td", null, costCell(figures, rule)));
            }))))));
    const showList = (entries, rows) => showRows([entries, rows]);

    /** Shows a rule, or an empty one, to change and to try. */
    function edit(entry) {
        edited = entry;
        editor.hidden = false;
        const { id, ...rest } = entry?.rule ?? { id: "", ...example };
        for (const moment of ["from", "until"]) if (rest[moment] !== undefined) rest[moment] = new Date(rest[moment] * 1000).toISOString();
        const name = h("input", { type: "text", id: "rule-id", value: id, required: true, pattern: "[A-Za-z0-9._\\-]{1,64}", title: "Letters, digits, '-', '_' and '.'",
            autocomplete: "off", spellcheck: "false", placeholder: "spring", readonly: entry !== null });
        const text = h("textarea", { id: "rule-text", rows: "12", spellcheck: "false" }, JSON.stringify(rest, null, 2));
        const state = h("p", { class: "bad", role: "alert" });
        const results = h("div", { class: "grid grid-even" });
        const scenario = h("input", { type: "text", id: "rule-scenario", value: rest.when?.scenario ?? "", autocomplete: "off", placeholder: "none" });
        const users = searchField({
            label: "For this user", placeholder: "Nobody in particular", choose: () => {}, chooseText: () => {},
            find: async (typed, abort) => (await api.users(typed, null, 8, abort)).entries, show: (one) => visible(one.id),
        });

        const read = () => JSON.parse(text.value);
        async function attempt(action) {
            setText(state, "");
            try {
                await action();
            } catch (problem) {
                if (problem.name === "AbortError") return;
                if (problem instanceof SyntaxError) setText(state, `This is no JSON: ${problem.message}`);
                else if (problem instanceof Problem) setText(state, [problem.message, problem.advice].filter(Boolean).join(" "));
                else throw problem;
            }
        }
        const keep = (rule) => attempt(async () => {
            const kept = await api.putRule(name.value.trim(), rule());
            for (const warning of kept.warnings ?? []) toast(warning, "bad");
            toast(`“${kept.rule.id}” is kept, version ${kept.version}`);
            edit(kept);
            await load();
        });
        const tryOut = () => attempt(async () => {
            const body = { rule: { ...read(), id: name.value.trim() || "new" }, count: 10, fields: ["title"] };
            if (users.input.value.trim()) body.user = users.input.value.trim();
            if (scenario.value.trim()) body.scenario = scenario.value.trim();
            const trial = await api.tryRule(body, controller.signal);
            const old = trial.before.map((item) => item.id);
            const column = (title, items, isChanged) => h("section", null, h("h3", null, title), items.length === 0 ? h("p", { class: "muted empty" }, "Nothing.")
                : h("ol", { class: "trial" }, items.map((item, place) => h("li", { class: isChanged(item.id, place) ? "is-changed" : null }, titleText(item.title, item.id)))));
            put(results, column("Without it", trial.before, () => false), column("With it", trial.after, (item, place) => old[place] !== item));
            if (!trial.in_force) results.prepend(h("p", { class: "muted" }, "This question is none that the rule is for."));
            for (const warning of trial.warnings) results.prepend(h("p", { class: "bad" }, warning));
        });
        const remove = async () => {
            if (!await confirmed({ title: `Remove “${id}”?`, text: "It is in force no more from the next answer on. Its versions are kept.", action: "Remove", isDangerous: true })) return;
            await attempt(async () => {
                await api.deleteRule(id);
                toast(`“${id}” is removed`);
                location.hash = "#/rules";
                dispatchEvent(new Event("hashchange"));
            });
        };
        const button = (words, act, kind = "") => h("button", { type: "button", class: `button ${kind}`, on: { click: act } }, words);
        put(editor, h("div", { class: "panel-head" }, h("h2", null, entry ? id : "New rule"), entry ? h("span", { class: "muted" }, `version ${entry.version}, ${format.shortDateAndTime(entry.changed_at * 1000)}`) : null,
            h("div", { class: "controls" }, entry ? button(rest.enabled ? "Switch off" : "Switch on", () => keep(() => ({ ...rest, enabled: !rest.enabled }))) : null,
                entry ? button("Remove", remove) : null)),
        h("form", { on: { submit: (event) => { event.preventDefault(); keep(read); } } },
            h("div", { class: "field" }, h("label", { for: "rule-id" }, "Name"), name),
            h("div", { class: "field" }, h("label", { for: "rule-text" }, "What it says"), text), state,
            h("div", { class: "picker" }, h("button", { class: "button button-main", type: "submit" }, "Keep"), users.element,
                h("div", { class: "field" }, h("label", { for: "rule-scenario" }, "Scenario"), scenario), button("Try it", tryOut))),
        results);
    }

    load();
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

export default { title: "Rules", open };
