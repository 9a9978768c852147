// What the engine decided about its model, with the evidence it had.

import { h } from "./dom.js";
import * as format from "./format.js";

const tones = {
    promotion: "good", micro_update: "idle", held_back: "warn", discard: "idle", rollback: "bad", retrain: "busy", drift: "warn", alert: "bad",
};

const kindBadge = (kind, number) => h("span", { class: `badge badge-${tones[kind] ?? "idle"}` }, number > 1 ? `${number} ${format.name(kind).toLowerCase()}s` : format.name(kind));

/** Decisions, newest first, or words for none. */
export function decisionList(entries, empty) {
    if (entries.length === 0) return h("p", { class: "muted empty" }, empty);
    return h("ol", { class: "decisions" }, gathered(entries).map(({ newest, oldest, number }) => h("li", null,
        h("div", { class: "decision-head" }, kindBadge(newest.kind, number),
            h("span", { class: "version" }, number > 1 ? `${oldest.version} – ${newest.version}` : newest.version),
            h("time", { datetime: new Date(newest.time).toISOString(), title: format.dateAndTime(newest.time) }, format.timeOfDay(newest.time)),
            h("span", null, `at event ${format.count(newest.offset)}`)),
        h("p", { class: "decision-reason" }, newest.reason),
        evidence(newest.evidence))));
}

// Micro-updates come every few seconds: those in a row are one entry, with the newest one's evidence.
function gathered(entries) {
    const runs = [];
    for (const decision of entries) {
        const last = runs.at(-1);
        if (decision.kind === "micro_update" && last?.newest.kind === "micro_update") {
            last.oldest = decision;
            last.number += 1;
        } else {
            runs.push({ newest: decision, oldest: decision, number: 1 });
        }
    }
    return runs;
}

function evidence(figures) {
    const entries = Object.entries(figures ?? {}).sort(([one], [other]) => one.localeCompare(other));
    if (entries.length === 0) return null;
    return h("dl", { class: "evidence" }, entries.map(([name, value]) =>
        h("div", null, h("dt", null, name.includes("@") ? format.metricName(name) : name.replaceAll("_", " ")), h("dd", null, format.figure(value)))));
}
