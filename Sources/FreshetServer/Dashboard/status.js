// What every page says while there is no status, and words for parts of it.

import { h, loading, notice, put, snippet } from "./dom.js";
import { live } from "./live.js";

/** In place of a page's figures: loading, locked, unreachable; `null` when there is a status to show. */
export function instead() {
    const settings = h("p", null, h("a", { class: "button", href: "#/settings" }, "Open Settings"));
    if (live.connection === "locked") {
        return live.problem?.status === 403
            ? notice("warn", "This key may not read the status", "The server knows the API key of this login, but it lacks the right. Log in with one that has the right to read.", settings)
            : notice("warn", "The server wants an API key", "Log in with one that has the right to read. It is exchanged for a cookie of this server and not kept.", settings);
    }
    if (live.status) return null;
    if (live.connection === "lost") {
        return notice("bad", "The server does not answer", live.problem?.message ?? "", "Start it with the command below. This page connects by itself.", snippet("freshet serve"));
    }
    if (live.connection === "starting") {
        return notice("warn", "The server is not ready yet", live.problem?.message ?? "", "It is reading its log and loading the last model. This page shows figures as soon as there are some.");
    }
    return loading(6);
}

/** Above a page while the figures on it are old. */
export function staleNotice() {
    if (!live.status || live.connection === "live" || live.connection === "polling" || live.connection === "locked") return null;
    return h("p", { class: "strip strip-bad", role: "status" }, "No connection: these are the last known figures.");
}

/** How to send the first event. */
export function firstEvents() {
    const command = `curl -X POST ${new URL("v1/events", document.baseURI).href} \\\n  -H 'Content-Type: application/json' \\\n  -d '{"user": "anna", "item": "book-1", "type": "view"}'`;
    return notice("plain", "Waiting for the first event", "Nothing was received so far. Send an event, and the next request knows it:", snippet(command),
        "Or replay a log through the same interface:", snippet(`freshet replay --data events.jsonl --server ${location.origin}`));
}

const states = {
    waiting: ["idle", "Waiting for events"], learning: ["good", "Learning"], behind: ["warn", "Behind"],
    retraining: ["busy", "Retraining"], stopped: ["bad", "Stopped"],
    elsewhere: ["good", "Elsewhere"],
};

/** The learner's state as a badge. */
export function learnerBadge(state) {
    const [tone, text] = states[state] ?? ["idle", state];
    return h("span", { class: `badge badge-${tone}` }, text);
}

/** A page's heading, its sentence, and its content, which gives way while there is nothing to show. */
export function frame(title, ...content) {
    const lead = h("p", { class: "lead" });
    const slot = h("div", { class: "slot" });
    const body = h("div", { class: "page-body", hidden: true }, content);
    const element = h("div", { class: "page" }, h("header", { class: "page-head" }, h("h1", null, title), lead), slot, body);
    let key = null;
    return {
        element, lead,
        /** Whether there is a status; shows what there is. */
        isReady() {
            const now = `${live.connection} ${live.problem?.status} ${live.status !== null}`;
            const hasStatus = live.status !== null && live.connection !== "locked";
            if (now !== key) {
                key = now;
                put(slot, instead() ?? staleNotice());
                body.hidden = !hasStatus;
            }
            return hasStatus;
        },
    };
}
