// Catalogue and users: search, detail, and how attention is spread.

import { Problem, api, itemsByID } from "./api.js";
import { barChart } from "./charts.js";
import { afterPause, h, idText, loading, notice, put, setText, titleText, visible, whenChanged } from "./dom.js";
import * as format from "./format.js";
import { live } from "./live.js";
import { frame } from "./status.js";

const pageSize = 25;
const spreadSize = 1000;
const drawnSize = 150;

function open(parameters) {
    const tab = parameters.get("tab") === "users" ? "users" : "items";
    const id = parameters.get("id");
    const controller = new AbortController();
    const { signal } = controller;
    const link = (values) => `#/catalogue?${new URLSearchParams({ tab, ...values })}`;
    let search = parameters.get("q") ?? "";
    let turn = 0;

    const tabs = h("div", { class: "segments", role: "group", "aria-label": "What to list" }, ["items", "users"].map((one) =>
        h("a", { href: `#/catalogue?tab=${one}`, "aria-current": one === tab ? "true" : null }, format.name(one))));
    const input = h("input", { type: "search", id: "list-search", value: search, autocomplete: "off", spellcheck: "false", maxlength: "256",
        placeholder: tab === "items" ? "Id or title" : "Id", on: { input: afterPause(() => { search = input.value.trim(); load(null); }) } });
    const body = h("tbody");
    const state = h("div", null, loading(6));
    const more = h("button", { type: "button", class: "button", hidden: true }, "Show more");
    const head = tab === "items" ? ["Item", "Id", "Categories"] : ["User", "Attributes"];
    const table = h("table", { class: `data data-${tab}`, hidden: true }, h("caption", { class: "visually-hidden" }, format.name(tab)),
        h("thead", null, h("tr", null, head.map((text) => h("th", { scope: "col" }, text)))), body);
    const list = h("section", { class: "panel" }, h("div", { class: "panel-head" }, tabs,
        h("div", { class: "controls" }, h("label", { for: "list-search" }, "Search"), input)), h("div", { class: "scroll" }, table), state, more);
    const detail = h("section", { class: "panel detail", "aria-live": "polite" });
    const spread = h("section", { class: "panel" });
    const side = h("div", { class: "stack" }, id === null ? null : detail, tab === "items" ? spread : null);
    const page = frame("Catalogue and users", h("div", { class: `grid ${side.childElementCount ? "grid-detail" : ""}` }, list, side.childElementCount ? side : null));

    async function load(cursor) {
        const mine = turn += 1;
        try {
            const { entries, cursor: next } = await api[tab](search, cursor, pageSize, signal);
            if (mine !== turn) return;
            const rows = entries.map(tab === "items" ? itemRow : userRow);
            cursor ? body.append(...rows) : put(body, rows);
            table.hidden = body.childElementCount === 0;
            put(state, body.childElementCount > 0 ? null : emptyList());
            more.hidden = next === null;
            more.onclick = () => load(next);
        } catch (problem) {
            if (problem.name === "AbortError") return;
            if (!(problem instanceof Problem)) throw problem;
            put(state, notice("bad", problem.message, problem.advice));
        }
    }

    const emptyList = () => h("p", { class: "muted empty" }, search ? `Nothing matches “${visible(search)}”.`
        : tab === "items" ? "The catalogue is empty. Items appear with the first event that names them, and with POST /v1/items."
            : "No users yet. They appear with the first event that names them, and with POST /v1/users.");
    const itemRow = (item) => h("tr", { class: item.id === id ? "is-chosen" : null },
        h("th", { scope: "row" }, h("a", { href: link({ id: item.id, ...(search ? { q: search } : {}) }), "aria-current": item.id === id ? "true" : null }, titleText(item.title, item.id)),
            item.available === false ? h("span", { class: "badge badge-idle" }, "Not available") : null),
        h("td", { class: "muted" }, item.title ? idText(item.id) : ""), h("td", null, h("bdi", null, (item.categories ?? []).join(", "))));
    const userRow = (user) => h("tr", { class: user.id === id ? "is-chosen" : null },
        h("th", { scope: "row" }, h("a", { href: link({ id: user.id, ...(search ? { q: search } : {}) }), "aria-current": user.id === id ? "true" : null }, idText(user.id))),
        h("td", null, attributesText(user.attributes)));

    async function showDetail() {
        put(detail, loading(4));
        try {
            put(detail, tab === "items" ? await itemDetail(id, signal) : await userDetail(id, signal));
        } catch (problem) {
            if (problem.name === "AbortError") return;
            if (!(problem instanceof Problem)) throw problem;
            put(detail, h("div", { class: "panel-head" }, h("h2", null, idText(id))), problem.status === 404
                ? h("p", { class: "muted empty" }, "Nothing is known of this id but what the log says.") : notice("bad", problem.message, problem.advice));
        }
    }

    async function showSpread() {
        try {
            const popular = await api.popular(spreadSize, signal);
            const known = await itemsByID(popular.slice(0, 20).map((item) => item.id), signal);
            put(spread, h("div", { class: "panel-head" }, h("h2", null, "Attention now")), spreadContent(popular, known));
        } catch (problem) {
            if (problem.name === "AbortError") return;
            if (!(problem instanceof Problem)) throw problem;
            put(spread, h("div", { class: "panel-head" }, h("h2", null, "Attention now")), h("p", { class: "muted empty" }, `${problem.message} ${problem.advice}`));
        }
    }

    load(null);
    if (id !== null) showDetail();
    if (tab === "items") showSpread();
    const showLead = whenChanged(([items, users]) => setText(page.lead, `${format.count(items)} items are known, and ${format.count(users)} users have had events.`));
    return {
        element: page.element,
        update() {
            if (page.isReady()) showLead([live.status.log.items, live.status.log.users]);
        },
        leave: () => controller.abort(),
    };
}

function spreadContent(popular, known) {
    const drawing = popular.filter((item) => item.score > 0);
    if (drawing.length < 2) return h("p", { class: "muted empty" }, "Coverage and long tail show after the first events.");
    const values = drawing.map((item) => item.score);
    const total = values.reduce((sum, value) => sum + value, 0);
    let sum = 0;
    const half = values.findIndex((value) => (sum += value) >= total / 2) + 1;
    const isCut = popular.length === spreadSize;
    const all = live.status?.log.items ?? 0;
    const words = `Half of the attention goes to ${half === 1 ? "one item" : `the first ${format.count(half)} items`}.`;
    return [
        h("dl", { class: "facts" },
            h("dt", null, "Items with attention lately"), h("dd", null, isCut ? `${format.count(drawing.length)} or more` : format.count(drawing.length)),
            h("dt", null, "Coverage of the catalogue"), h("dd", null, all >= drawing.length && all > 0 ? `${isCut ? "at least " : ""}${format.percent(drawing.length / all)}` : format.none),
            h("dt", null, "Draw half of it"), h("dd", null, `${format.count(half)} (${format.percent(half / Math.max(all, drawing.length), 1)})`)),
        h("h3", null, "The long tail"),
        barChart({
            title: "The long tail: decayed popularity by rank", values: values.slice(0, drawnSize), format: format.figure,
            labels: drawing.slice(0, drawnSize).map((item) => visible(known(item.id)?.title ?? item.id)),
            description: `Decayed popularity falls from ${format.figure(values[0])} at rank 1 to ${format.figure(values.at(-1))} at rank ${values.length}. ${words}`,
        }),
    ];
}

function attributesText(attributes) {
    const text = Object.entries(attributes ?? {}).map(([name, value]) => `${name} ${Array.isArray(value) ? value.join(", ") : value}`).join(" · ");
    return h("bdi", null, visible(text));
}

function attributeFacts(attributes) {
    const entries = Object.entries(attributes ?? {});
    return entries.length === 0 ? null : entries.map(([name, value]) => [h("dt", null, h("bdi", null, visible(name))),
        h("dd", null, h("bdi", null, visible(Array.isArray(value) ? value.join(", ") : String(value))))]);
}

async function itemDetail(id, signal) {
    const [item, similar] = await Promise.all([api.item(id, signal), api.similar(id, 8, signal).catch((problem) => {
        if (problem instanceof Problem) return [];
        throw problem;
    })]);
    const known = await itemsByID(similar.map((other) => other.id), signal);
    return [
        h("div", { class: "panel-head" }, h("h2", null, titleText(item.title, item.id))),
        item.text ? h("p", { class: "prose" }, visible(item.text)) : null,
        h("dl", { class: "facts" }, h("dt", null, "Id"), h("dd", null, idText(item.id)),
            item.categories?.length ? [h("dt", null, "Categories"), h("dd", null, h("bdi", null, item.categories.join(", ")))] : null,
            item.tags?.length ? [h("dt", null, "Tags"), h("dd", null, h("bdi", null, item.tags.join(", ")))] : null,
            h("dt", null, "Available"), h("dd", null, item.available === false ? "No: it is not recommended" : "Yes"),
            item.created_at ? [h("dt", null, "Created"), h("dd", null, format.dateAndTime(item.created_at * 1000))] : null,
            attributeFacts(item.attributes)),
        h("h3", null, "Similar items"),
        similar.length === 0 ? h("p", { class: "muted empty" }, "None yet: the item has to be seen beside others first.")
            : h("ol", { class: "similar" }, similar.map((other) => h("li", null, h("a", { href: `#/catalogue?${new URLSearchParams({ tab: "items", id: other.id })}` },
                titleText(known(other.id)?.title, other.id)), h("span", { class: "number muted" }, format.figure(other.score))))),
    ];
}

async function userDetail(id, signal) {
    const quietly = (problem) => {
        if (problem instanceof Problem && problem.status === 404) return null;
        throw problem;
    };
    const [user, events] = await Promise.all([api.user(id, signal).catch(quietly), api.history(id, 30, signal).catch(quietly)]);
    const newest = [...(events ?? [])].reverse();
    const known = await itemsByID(newest.map((event) => event.item), signal);
    return [
        h("div", { class: "panel-head" }, h("h2", null, idText(id)),
            h("a", { class: "button button-small", href: `#/recommendations?${new URLSearchParams({ user: id })}` }, "Recommend")),
        h("dl", { class: "facts" }, attributeFacts(user?.attributes) ?? [h("dt", null, "Attributes"), h("dd", null, "none")]),
        h("h3", null, "Newest events"),
        newest.length === 0 ? h("p", { class: "muted empty" }, "None in the log.")
            : h("ol", { class: "history" }, newest.map((event) => h("li", null,
                h("div", { class: "history-what" }, h("a", { href: `#/catalogue?${new URLSearchParams({ tab: "items", id: event.item })}` }, titleText(known(event.item)?.title, event.item))),
                h("span", { class: "history-type" }, h("bdi", null, format.name(event.type ?? "view"))),
                event.time ? h("time", null, format.dateAndTime(event.time * 1000)) : null))),
    ];
}

export default { title: "Catalogue and users", open };
