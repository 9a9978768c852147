// Models: the versions, how they fared, and the two levers.

import { Problem, api } from "./api.js";
import { confirmed } from "./dialog.js";
import { h, loading, notice, put, setText, toast, whenChanged } from "./dom.js";
import * as format from "./format.js";
import { live } from "./live.js";
import { frame } from "./status.js";

const tones = { live: "good", candidate: "busy", training: "busy", retired: "idle", discarded: "idle", rolled_back: "bad" };

// A candidate is in memory; others need a snapshot on disk.
const canServe = (entry) => entry.state === "candidate" || Boolean(entry.folder);

function open() {
    const list = h("div", null, loading(4));
    const back = h("button", { type: "button", class: "button", on: { click: () => rollBack() } }, "Roll back");
    const page = frame("Models", h("section", { class: "panel" }, h("div", { class: "panel-head" }, h("h2", null, "Versions"),
        h("div", { class: "controls" }, back)), list));
    const controller = new AbortController();
    let versions = null;
    let asked = "";

    async function load() {
        try {
            versions = await api.models(controller.signal);
            showAll();
        } catch (problem) {
            if (problem.name === "AbortError") return;
            // Asked again with the next change.
            asked = "";
            if (!(problem instanceof Problem)) throw problem;
            if (versions === null) put(list, notice("bad", problem.message, problem.advice));
        }
    }

    async function carryOut(action, done) {
        try {
            const answer = await action();
            toast(done(answer));
        } catch (problem) {
            if (!(problem instanceof Problem)) throw problem;
            toast([problem.message, problem.advice].filter(Boolean).join(" "), "bad");
        }
        await load();
    }

    async function promote(version) {
        if (await confirmed({
            title: `Serve version ${version}?`,
            text: `From the next request on, ${version} answers instead of ${live.status.live}, without a pause. The gate is passed over; the guard keeps comparing, and rolls back if ${version} loses.`,
            action: "Promote",
        })) await carryOut(() => api.promote(version), () => `Version ${version} serves`);
    }

    async function rollBack() {
        if (await confirmed({
            title: "Roll back?",
            text: `The last known good state before ${live.status.live} answers from the next request on. ${live.status.live} is kept and can be promoted again.`,
            action: "Roll back", isDangerous: true,
        })) await carryOut(() => api.rollback(live.status.live), (answer) => `Rolled back${answer?.live ? ` to ${answer.live}` : ""}`);
    }

    /** The cells of a version's row. */
    function cells(entry, { metrics, isTimed }) {
        const isLive = entry.state === "live";
        return [
            h("th", { scope: "row", class: "version" }, entry.version, entry.note ? h("span", { class: "version-note" }, entry.note) : null),
            h("td", { "data-label": "State" }, h("span", { class: `badge badge-${tones[entry.state] ?? "idle"}` }, format.name(entry.state))),
            h("td", { "data-label": "Made" }, h("time", { datetime: new Date(entry.created).toISOString() }, format.shortDateAndTime(entry.created))),
            h("td", { class: "number", "data-label": "Learned to" }, `event ${format.count(entry.offset)}`),
            isTimed ? h("td", { class: "number", "data-label": "Training" }, entry.figures?.training_seconds > 0 ? format.duration(entry.figures.training_seconds) : format.none) : null,
            metrics.map((metric) => h("td", { class: "number", "data-label": format.metricName(metric) }, format.score(entry.figures?.[metric]))),
            h("td", { class: "actions" }, isLive || entry.state === "training" ? null
                : h("button", {
                    type: "button", class: "button button-small", "data-promote": entry.version, disabled: !canServe(entry),
                    title: canServe(entry) ? null : "Its snapshot is no longer kept.", "aria-label": `Promote version ${entry.version}`,
                    on: { click: () => promote(entry.version) },
                }, "Promote")),
        ];
    }

    let liveRow = null;
    let builds = 0;
    const show = whenChanged(({ others, isTrained, columns }) => {
        // Before the first version there is the floor: one version is enough to roll back from.
        back.disabled = !isTrained;
        liveRow = h("tr", { class: "is-live" });
        builds += 1;
        const rows = others.map((entry) => h("tr", null, cells(entry, columns)));
        const number = (version) => Number.parseInt(version, 10);
        rows.splice(others.filter((entry) => number(entry.version) > number(live.status.live)).length, 0, liveRow);
        put(list, h("div", { class: "scroll" }, h("table", { class: "data cards" }, h("caption", { class: "visually-hidden" }, "Versions, newest first"),
            h("thead", null, h("tr", null, h("th", { scope: "col" }, "Version"), h("th", { scope: "col" }, "State"), h("th", { scope: "col" }, "Made"),
                h("th", { scope: "col", class: "number" }, "Learned to"), columns.isTimed ? h("th", { scope: "col", class: "number" }, "Training") : null,
                columns.metrics.map((metric) => h("th", { scope: "col", class: "number" }, format.metricName(metric))),
                h("th", { scope: "col" }, h("span", { class: "visually-hidden" }, "Action")))),
            h("tbody", null, rows))),
            others.length === 0 ? null : h("p", { class: "muted" }, "The live version's figures are of the newest events, those of the others of the moment at which they were decided on. They saw other events, so no column has a winner: the gate compares on the same ones."));
    });
    const showLive = whenChanged(({ entry, columns }) => put(liveRow, cells(entry, columns)));

    /** The version that answers now, with its micro-updates: the floor, too, which has no record of its own. */
    function liveEntry() {
        const { status } = live;
        const record = versions.find((entry) => entry.state === "live");
        const update = status.decisions.find((decision) => decision.version === status.live);
        const [number, updates] = status.live.split(".").map(Number);
        const note = [number === 0 ? "the floor: popularity and co-visitation" : "", updates > 0 ? `${format.count(updates)} micro-update${updates > 1 ? "s" : ""}` : ""];
        return {
            version: status.live, state: "live", created: record?.created ?? status.started, note: note.filter(Boolean).join(", "),
            offset: update?.offset ?? record?.offset ?? status.learner.offset, figures: { ...record?.figures, ...status.figures.live },
        };
    }

    function showAll() {
        if (!versions) return;
        const entry = liveEntry();
        const all = [...versions, entry].map((one) => one.figures ?? {});
        const metrics = [...new Set(all.flatMap((figures) => Object.keys(figures)))].filter((metric) => metric.includes("@")).sort(format.byMetric).slice(0, 4);
        const columns = { metrics, isTimed: all.some((figures) => figures.training_seconds > 0) };
        show({ others: versions.filter((one) => one.state !== "live"), isTrained: versions.some((one) => one.state === "live"), columns });
        showLive({ entry, columns, builds });
    }

    function update() {
        if (!page.isReady()) return;
        const { status } = live;
        // Asked again when another version answers, something was decided or a training ended; the live row follows the status.
        const decision = status.decisions.find((one) => one.kind !== "micro_update");
        const key = [Number.parseInt(status.live, 10), decision?.time, decision?.kind, Number.isFinite(status.learner.retraining),
            Number.isFinite(status.learner.candidate_lag_events)].join(" ");
        if (key !== asked) {
            asked = key;
            load();
        }
        showAll();
        setText(page.lead, status.live.startsWith("0.")
            ? ["The floor without training answers: popularity and co-visitation, learned live.", status.learner.first_version?.message].filter(Boolean).join(" ")
            : `Version ${status.live} answers. A new version must win on live data before it serves; one that loses afterwards is rolled back by itself.`);
    }
    return { element: page.element, update, leave: () => controller.abort() };
}

export default { title: "Models", open };
