// Recommendations: what somebody would see now, why, and how it changes with what they do.

import { Problem, api, itemsByID } from "./api.js";
import { afterPause, h, idText, loading, notice, put, setText, titleText, whenChanged } from "./dom.js";
import * as format from "./format.js";
import { live } from "./live.js";
import { searchField } from "./search.js";
import { frame } from "./status.js";

const historyLimit = 50;

// Kept while the tab is open. The session is told to the server with each question and is never in its log.
const choice = { session: [], count: 10, diversity: null, seen: null, needs: false, follow: true };

function open(parameters) {
    const user = parameters.get("user");
    const controller = new AbortController();
    const { signal } = controller;
    let before = null;
    let asked = 0;
    let running = false;
    let askedAbout = "";
    const whatMatters = (events) => `${live.status?.live.split(".")[0]} ${JSON.stringify(events)}`;

    const go = (id) => { location.hash = `#/recommendations?${new URLSearchParams({ user: id })}`; };
    const users = searchField({
        label: "User", placeholder: "Search by id, or type one and press Enter", choose: (entry) => go(entry.id), chooseText: go,
        find: async (text, abort) => (await api.users(text, null, 8, abort)).entries, show: (entry) => idText(entry.id),
    });
    if (user) users.input.value = user;
    const anonymous = h("a", { class: "button", href: "#/recommendations", "aria-current": user ? null : "true" }, "Anonymous session");
    const items = searchField({
        label: "Add to the session", placeholder: "Search the catalogue", clearsOnChoice: true, choose: (entry) => add(entry.id),
        find: async (text, abort) => (await api.items(text, null, 8, abort)).entries,
        show: (entry) => [titleText(entry.title, entry.id), entry.title ? h("span", { class: "muted small" }, idText(entry.id)) : null],
    });

    const session = h("ol", { class: "history session" });
    const history = h("div", null, user ? loading(5) : null);
    const results = h("div", null, loading(6));
    const meta = h("p", { class: "meta muted" });
    const diversityText = h("output", { for: "diversity" });
    const diversity = h("input", { type: "range", id: "diversity", min: "-0.05", max: "1", step: "0.05", value: String(choice.diversity ?? -0.05), on: { input: () => {
        choice.diversity = Number(diversity.value) < 0 ? null : Number(diversity.value);
        describeDiversity();
        askSoon();
    } } });
    function describeDiversity() {
        const text = choice.diversity === null ? "as configured" : `${choice.diversity.toFixed(2)}${choice.diversity === 0 ? ", best first" : choice.diversity === 1 ? ", most varied" : ""}`;
        setText(diversityText, text);
        diversity.setAttribute("aria-valuetext", text);
    }
    describeDiversity();
    const select = (id, options, value, change) => h("select", { id, on: { change: (event) => { change(event.currentTarget.value); ask(); } } },
        options.map(([key, label]) => h("option", { value: key, selected: key === value }, label)));
    const counts = select("count", ["5", "10", "20", "50"].map((number) => [number, number]), String(choice.count), (value) => { choice.count = Number(value); });
    const seen = select("seen", [["", "As configured"], ["true", "Shown"], ["false", "Left out"]], choice.seen === null ? "" : String(choice.seen),
        (value) => { choice.seen = value === "" ? null : value === "true"; });
    const follow = h("input", { type: "checkbox", id: "follow", checked: choice.follow, on: { change: () => { choice.follow = follow.checked; } } });
    const needs = h("input", { type: "checkbox", id: "needs", checked: choice.needs, on: { change: () => { choice.needs = needs.checked; ask(); } } });
    const controls = h("div", { class: "control-row" },
        h("div", { class: "field" }, h("label", { for: "count" }, "Items"), counts),
        h("div", { class: "field" }, h("label", { for: "seen" }, "Seen items"), seen),
        h("div", { class: "field field-grow" }, h("label", { for: "diversity" }, "Diversity ", diversityText), diversity),
        h("div", { class: "field field-check" }, needs, h("label", { for: "needs", title: "Up to 500 lists are computed for it." }, "What each needs")),
        user ? h("div", { class: "field field-check" }, follow, h("label", { for: "follow" }, "Follow live")) : null);

    const left = h("section", { class: "panel history-panel" }, h("div", { class: "panel-head" }, h("h2", null, user ? "History" : "Session")),
        user ? h("details", { class: "session-box", open: choice.session.length > 0 }, h("summary", null, "What if they looked at something now?"), items.element, session)
            : h("div", null, items.element, session), user ? history : null);
    const right = h("section", { class: "panel" }, h("div", { class: "panel-head" }, h("h2", null, "Recommended now"), meta), controls, results);
    const page = frame("Recommendations", h("div", { class: "picker" }, users.element, anonymous), h("div", { class: "grid grid-history" }, left, right));

    function add(item) {
        choice.session = [...choice.session.filter((event) => event.item !== item), { item, type: "view" }].slice(-20);
        showSession();
        ask();
    }

    async function showSession() {
        if (user && choice.session.length > 0) left.querySelector("details").open = true;
        const entries = [...choice.session].reverse();
        const known = await itemsByID(entries.map((event) => event.item), signal).catch(() => () => null);
        put(session, entries.map((event) => h("li", null, h("div", { class: "history-what" }, titleText(known(event.item)?.title, event.item)),
            h("button", { type: "button", class: "button button-small", "aria-label": `Take ${event.item} out of the session`, on: { click: () => {
                choice.session = choice.session.filter((other) => other.item !== event.item);
                showSession();
                ask();
            } } }, "Remove"))),
        entries.length === 0 ? h("li", { class: "muted empty" }, user
            ? "Items added here go with the question and are not kept."
            : "Add an item to see what a stranger gets after one look. Nothing of it is kept.") : null);
    }

    let isWhole = false;
    const drawHistory = async (events, whole) => {
        isWhole = whole;
        const all = [...events].reverse();
        const newest = isWhole ? all : all.slice(0, 15);
        const known = await itemsByID(newest.map((event) => event.item), signal).catch(() => () => null);
        put(history, newest.length === 0 ? h("p", { class: "muted empty" }, "No event of this user is in the log. They get what is popular now; one event is enough to change that.")
            : h("ol", { class: "history" }, newest.map((event) => h("li", null,
                h("div", { class: "history-what" }, h("a", { href: itemLink(event.item) }, titleText(known(event.item)?.title, event.item))),
                h("span", { class: "history-type" }, h("bdi", null, format.name(event.type ?? "view")), Number.isFinite(event.value) ? ` ${format.figure(event.value)}` : ""),
                event.time ? h("time", { datetime: new Date(event.time * 1000).toISOString(), title: format.dateAndTime(event.time * 1000) }, format.dateAndTime(event.time * 1000)) : null))));
        if (all.length > newest.length) {
            history.append(h("button", { type: "button", class: "button button-small", on: { click: () => drawHistory(events, true) } }, `Show all ${all.length}`));
        }
    };
    const showHistory = whenChanged((events) => drawHistory(events, isWhole));

    async function ask() {
        if (signal.aborted) return;
        const turn = asked += 1;
        running = true;
        // The impression of this answer is kept like any other; its scenario says that it was only looked at here.
        const request = { count: choice.count, explain: true, scenario: "dashboard" };
        if (user) request.user = user;
        if (choice.session.length > 0) request.events = choice.session;
        if (choice.needs) request.counterfactual = true;
        if (choice.diversity !== null) request.diversity = choice.diversity;
        if (choice.seen !== null) request.include_seen = choice.seen;
        try {
            const [answer, events] = await Promise.all([api.recommend(request, signal), user ? api.history(user, historyLimit, signal) : []]);
            askedAbout = whatMatters(events);
            const known = await itemsByID(answer.items.flatMap((item) => [item.id, ...(item.reasons ?? []).map((reason) => reason.item).filter(Boolean)]), signal);
            if (turn !== asked) return;
            if (user) showHistory(events);
            showAnswer(answer, known);
        } catch (problem) {
            if (problem.name === "AbortError" || turn !== asked) return;
            if (!(problem instanceof Problem)) throw problem;
            setText(meta, "");
            put(results, notice(problem.status === 503 ? "warn" : "bad", problem.message, problem.advice));
            if (user) put(history);
        } finally {
            if (turn === asked) running = false;
        }
    }
    const askSoon = afterPause(ask, 150);

    function showAnswer(answer, known) {
        setText(meta, `Version ${answer.model}`);
        meta.title = `recommendation_id ${answer.recommendation_id}`;
        if (answer.items.length === 0) {
            put(results, h("p", { class: "muted empty" }, "No item can be recommended: the catalogue is empty, or every item is filtered out."));
            return;
        }
        const places = new Map(before?.map((id, index) => [id, index]));
        const highest = Math.max(...answer.items.map((item) => item.score));
        const lowest = Math.min(0, ...answer.items.map((item) => item.score));
        put(results, h("ol", { class: "results" }, answer.items.map((item, index) => {
            const moved = before === null ? null : !places.has(item.id) ? h("span", { class: "moved moved-new" }, "new")
                : places.get(item.id) === index ? null
                    : h("span", { class: `moved ${places.get(item.id) > index ? "moved-up" : "moved-down"}` },
                        h("span", { "aria-hidden": "true" }, places.get(item.id) > index ? "▲" : "▼"),
                        h("span", { class: "visually-hidden" }, places.get(item.id) > index ? "up" : "down"), String(Math.abs(places.get(item.id) - index)));
            const share = highest > lowest ? (item.score - lowest) / (highest - lowest) : 1;
            return h("li", null, h("div", { class: "rank" }, String(index + 1), moved),
                h("div", { class: "result-what" }, h("a", { href: itemLink(item.id) }, titleText(known(item.id)?.title, item.id)),
                    known(item.id)?.categories?.length ? h("span", { class: "muted small" }, h("bdi", null, known(item.id).categories.join(", "))) : null,
                    reasons(item.reasons), need(item.because_without)),
                h("div", { class: "result-score" }, h("span", { class: "bar-track", "aria-hidden": "true" }, h("span", { class: "bar-fill", properties: { width: format.percent(share, 1) } })),
                    h("span", { class: "number" }, format.figure(item.score))),
                h("button", { type: "button", class: "button button-small", title: "Ask again as if they had just viewed this. Not kept.",
                    "aria-label": `Add ${known(item.id)?.title ?? item.id} to the session`, on: { click: () => add(item.id) } }, "+ View"));
        })));
        before = answer.items.map((item) => item.id);
    }

    // Follows the user while they act, by looking at their history: a question is an impression, so none is asked in vain.
    let seconds = 0;
    let newest = -1;
    async function followUser() {
        newest = live.status.log.newest_offset;
        const events = await api.history(user, historyLimit, signal).catch(() => null);
        if (events !== null && !running && whatMatters(events) !== askedAbout) ask();
    }
    showSession();
    ask();
    return {
        element: page.element,
        update() {
            if (!page.isReady()) return;
            setText(page.lead, user ? "What this user would see now, and which of their own events carried it. Answers are logged under the scenario “dashboard”."
                : "What a stranger would see now, from the items of a session that is not kept.");
        },
        tick() {
            seconds += 1;
            if (choice.follow && user && !running && seconds % 3 === 0 && live.status.log.newest_offset !== newest) followUser();
        },
        leave: () => controller.abort(),
    };
}

const itemLink = (id) => `#/catalogue?${new URLSearchParams({ tab: "items", id })}`;

function reasons(entries) {
    if (!entries?.length) return null;
    return h("ul", { class: "reasons" }, entries.slice(0, 3).map((reason) => h("li", null, h("bdi", null, reason.text),
        reason.weight >= 0.005 ? h("span", { class: "number" }, ` ${format.percent(reason.weight)}`) : null)));
}

function need(found) {
    if (!found) return null;
    return h("p", { class: "muted small" }, h("bdi", null, found.text), found.status === "found" ? " (a smaller set may do)" : "");
}

export default { title: "Recommendations", open };
