// Settings: who is logged in, and what the server says about its configuration.

import { Problem, api, login } from "./api.js";
import { confirmed } from "./dialog.js";
import { h, idText, loading, put, setText, toast, visible, whenChanged } from "./dom.js";
import * as format from "./format.js";
import { live } from "./live.js";

function open() {
    const controller = new AbortController();
    const field = h("input", { type: "password", id: "key", autocomplete: "off", spellcheck: "false", placeholder: "freshet_…" });
    const reveal = h("button", { type: "button", class: "button", "aria-pressed": "false", on: { click: () => {
        const isShown = field.type === "text";
        field.type = isShown ? "password" : "text";
        reveal.setAttribute("aria-pressed", String(!isShown));
        setText(reveal, isShown ? "Show" : "Hide");
    } } }, "Show");
    const state = h("p", { class: "muted", role: "status" });
    const form = h("form", { on: { submit: async (event) => {
        event.preventDefault();
        const text = field.value.trim();
        setText(state, "Trying…");
        try {
            await (text ? login.begin(text) : login.end());
            field.value = "";
            setText(state, "");
            toast(text ? "Logged in" : "Logged out");
        } catch (problem) {
            if (!(problem instanceof Problem)) throw problem;
            setText(state, `${problem.message} ${problem.needsKey ? "" : problem.advice}`);
        }
        live.restart();
        load();
    } } }, h("label", { for: "key" }, "API key"), h("div", { class: "input-row" }, field, reveal, h("button", { class: "button button-main" }, "Log in")), state,
    h("p", { class: "muted" }, "Exchanged for a login of this browser that lasts at most eight hours and ends when the key is revoked; the key itself is not kept. Log in with an empty field to log out. Reading needs a key with the right to read; promoting and rolling back need one with the right to administer."));
    const server = h("dl", { class: "facts" });
    const keys = h("div", null, loading(2));
    const configuration = h("div", null, loading(4));
    const element = h("div", { class: "page" }, h("header", { class: "page-head" }, h("h1", null, "Settings"),
        h("p", { class: "lead" }, "The server's settings come from its configuration file, its environment and its flags: shown here under the names they have in the file, changed there.")),
    h("div", { class: "page-body" }, h("div", { class: "grid grid-even" },
        h("section", { class: "panel" }, h("div", { class: "panel-head" }, h("h2", null, "Login")), form),
        h("section", { class: "panel" }, h("div", { class: "panel-head" }, h("h2", null, "Server")), server)),
    h("section", { class: "panel" }, h("div", { class: "panel-head" }, h("h2", null, "Keys of this server")), keys),
    h("section", { class: "panel" }, h("div", { class: "panel-head" }, h("h2", null, "Configuration")), configuration)));

    async function fill(place, ask, show) {
        try {
            put(place, show(await ask(controller.signal)));
        } catch (problem) {
            if (problem.name === "AbortError") return;
            if (!(problem instanceof Problem)) throw problem;
            put(place, h("p", { class: "muted empty" }, problem.needsKey ? "Seen with a key that has the right to administer." : `${problem.message} ${problem.advice}`));
        }
    }
    const load = () => {
        fill(keys, api.keys, (entries) => keyTable(entries, revoke));
        fill(configuration, api.settings, settingsTable);
    };
    async function revoke(entry) {
        const isSure = await confirmed({ title: `Revoke “${visible(entry.name)}”?`, text: "Whoever uses this key is refused from now on. It cannot be brought back.", action: "Revoke", isDangerous: true });
        if (!isSure) return;
        try {
            await api.revokeKey(entry.id);
            toast("The key is revoked");
        } catch (problem) {
            if (!(problem instanceof Problem)) throw problem;
            toast(`${problem.message} ${problem.advice}`, "bad");
        }
        load();
    }
    load();

    const showServer = whenChanged((entries) => put(server, entries.map(([term, value]) => [h("dt", null, term), h("dd", null, value)])));
    return {
        element,
        update() {
            const { status } = live;
            const address = ["Address", new URL(".", document.baseURI).href];
            const links = ["Elsewhere", "/metrics (Prometheus), /openapi.json (the contract), /health/ready"];
            showServer(status ? [address, ["Live version", status.live], ["Started", format.dateAndTime(status.started)],
                ["Log", `${format.count(status.log.events)} events, newest ${format.count(status.log.newest_offset)}`], links] : [address, links]);
        },
        leave: () => controller.abort(),
    };
}

function keyTable(entries, revoke) {
    if (entries.length === 0) {
        return h("p", { class: "muted empty" }, "There is no key: whoever reaches this server may do anything. That is meant for one machine only; ",
            h("code", null, "POST /v1/keys"), " makes the first key, and from then on every request needs one.");
    }
    return h("div", { class: "scroll" }, h("table", { class: "data" }, h("caption", { class: "visually-hidden" }, "API keys"),
        h("thead", null, h("tr", null, ["Name", "Id", "Rights", "Made", "Expires"].map((text) => h("th", { scope: "col" }, text)), h("th", { scope: "col" }, h("span", { class: "visually-hidden" }, "Action")))),
        h("tbody", null, entries.map((entry) => h("tr", null, h("th", { scope: "row" }, idText(entry.name || "unnamed")), h("td", null, h("code", null, entry.id)), h("td", null, entry.rights.join(", ")),
            h("td", null, format.dateAndTime(entry.created * 1000)), h("td", null, entry.expires ? format.dateAndTime(entry.expires * 1000) : "never"),
            h("td", { class: "actions" }, h("button", { type: "button", class: "button button-small", "aria-label": `Revoke ${entry.name}`, on: { click: () => revoke(entry) } }, "Revoke")))))));
}

/** The settings by their names in the file, one a line; parts with a form of their own are taken apart. */
function settingsTable({ settings: entries }) {
    const rows = [];
    const walk = (name, value, source) => {
        const isObject = value !== null && typeof value === "object" && !Array.isArray(value) && Object.keys(value).length > 0;
        if (isObject) {
            for (const inner of Object.keys(value).sort()) walk(`${name}.${inner}`, value[inner], source);
        } else {
            rows.push({ name, source, text: typeof value === "string" ? value : JSON.stringify(value) });
        }
    };
    for (const { key: name, value, source } of entries) walk(name, value, source);
    // A long name breaks after a point.
    const broken = (name) => name.split(".").map((part, index) => index > 0 ? [".", h("wbr"), part] : part);
    return h("div", { class: "scroll" }, h("table", { class: "data data-settings" }, h("caption", { class: "visually-hidden" }, "Settings in force"),
        h("thead", null, h("tr", null, ["Setting", "Value", "From"].map((text) => h("th", { scope: "col" }, text)))),
        h("tbody", null, rows.map(({ name, source, text }) => h("tr", { class: ["default", "program"].includes(source) ? null : "is-changed" },
            h("th", { scope: "row" }, h("code", null, broken(name))), h("td", null, h("bdi", null, text)), h("td", null, h("bdi", null, source)))))));
}

export default { title: "Settings", open };
