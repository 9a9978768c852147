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
            show({ versions, live: live.status?.live });
        } catch (problem) {
            if (problem instanceof Problem) put(list, notice("bad", problem.message, problem.advice));
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

    const show = whenChanged(({ versions: entries, live: serving }) => {
        // Before the first version there is the floor: one version is enough to roll back from.
        back.disabled = !entries.some((entry) => entry.state === "live");
        if (entries.length === 0) {
            put(list, h("p", { class: "muted empty" }, "No version yet. Until the first training is done, a floor of popularity and co-visitation answers."));
            return;
        }
        const metrics = [...new Set(entries.flatMap((entry) => Object.keys(entry.figures ?? {})))].filter((metric) => metric.includes("@")).sort(format.byMetric).slice(0, 5);
        const isTimed = entries.some((entry) => entry.figures?.training_seconds > 0);
        const best = Object.fromEntries(metrics.map((metric) => [metric, Math.max(...entries.map((entry) => entry.figures?.[metric] ?? -Infinity))]));
        put(list, h("div", { class: "scroll" }, h("table", { class: "data cards" }, h("caption", { class: "visually-hidden" }, "Versions, newest first"),
            h("thead", null, h("tr", null, h("th", { scope: "col" }, "Version"), h("th", { scope: "col" }, "State"), h("th", { scope: "col" }, "Made"),
                h("th", { scope: "col", class: "number" }, "Learned to event"), isTimed ? h("th", { scope: "col", class: "number" }, "Training") : null, metrics.map((metric) => h("th", { scope: "col", class: "number" }, format.metricName(metric))),
                h("th", { scope: "col" }, h("span", { class: "visually-hidden" }, "Action")))),
            h("tbody", null, entries.map((entry) => h("tr", { class: entry.state === "live" ? "is-live" : null },
                h("th", { scope: "row", class: "version" }, entry.state === "live" && serving ? serving : entry.version),
                h("td", { "data-label": "State" }, h("span", { class: `badge badge-${tones[entry.state] ?? "idle"}` }, format.name(entry.state))),
                h("td", { "data-label": "Made" }, h("time", { datetime: new Date(entry.created).toISOString() }, format.dateAndTime(entry.created))),
                h("td", { class: "number", "data-label": "Learned to event" }, format.count(entry.offset)),
                isTimed ? h("td", { class: "number", "data-label": "Training" }, entry.figures?.training_seconds > 0 ? format.duration(entry.figures.training_seconds) : format.none) : null,
                metrics.map((metric) => h("td", { class: `number ${entry.figures?.[metric] === best[metric] ? "best" : ""}`, "data-label": format.metricName(metric) },
                    format.score(entry.figures?.[metric]))),
                h("td", { class: "actions" }, ["live", "training"].includes(entry.state) ? null
                    : h("button", {
                        type: "button", class: "button button-small", "data-promote": entry.version, disabled: !canServe(entry),
                        title: canServe(entry) ? null : "Its snapshot is no longer kept.", "aria-label": `Promote version ${entry.version}`,
                        on: { click: () => promote(entry.version) },
                    }, "Promote"))))))),
            h("p", { class: "muted" }, `Figures are those of the moment at which a version was decided on. The best of each column is bold.`));
    });

    function update() {
        if (!page.isReady()) return;
        const { status } = live;
        // Asked again when the live version or the newest decision changed or a training ended, not every second.
        const newest = status.decisions[0];
        const isTraining = Number.isFinite(status.learner.retraining);
        const key = `${status.live} ${newest?.time ?? 0} ${newest?.kind ?? ""} ${isTraining}`;
        if (key !== asked) {
            asked = key;
            load();
        }
        setText(page.lead, status.live.startsWith("0.")
            ? "The floor without training answers: popularity and co-visitation, learned live."
            : `Version ${status.live} answers. A new version must win on live data before it serves; one that loses afterwards is rolled back by itself.`);
    }
    return { element: page.element, update, leave: () => controller.abort() };
}

export default { title: "Models", open };
