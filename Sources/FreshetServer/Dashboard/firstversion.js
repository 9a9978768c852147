// How far the first trained version is, while none serves, and what training adds once one does.

import { h, put, setText, whenChanged } from "./dom.js";
import * as format from "./format.js";

const steps = ["Gather events", "Train", "Try on the newest events", "Catch up", "Serve"];
// A version that is judged on live events has been tried on none of the log; a rejected one waits for more events.
const stepOf = { waiting: 0, rejected: 0, training: 1, trying: 2, judging: 2, catching_up: 3 };

/** How much of the running step is done, 0 to 1; `null` when nobody knows. */
function share({ stage, training, events, events_needed: needed, judged_events: judged, judged_events_at_most: atMost }) {
    if (stage === "training") return training ?? null;
    if (stage === "trying" || stage === "judging") return atMost > 0 ? judged / atMost : null;
    if (stage === "waiting" || stage === "rejected") return needed > 0 ? Math.min(events / needed, 1) : null;
    return null;
}

// What the running step has done. The server's own sentence has the time that is left in it, which stands above already.
function words(first) {
    switch (first.stage) {
    case "training": return `${format.percent(first.training)} of the training is done.`;
    case "trying": return `Tried on ${format.count(first.judged_events)} of at most ${format.count(first.judged_events_at_most)} newest events of the log.`;
    case "catching_up": return `${format.count(first.events_to_learn)} events that came meanwhile are to be learned yet.`;
    default: return first.message;
    }
}

/** A panel for the overview: it is hidden as soon as a trained version serves. */
export function firstVersionPanel() {
    const left = h("p", { class: "panel-figure" });
    const list = h("ol", { class: "steps" });
    const fill = h("span", { class: "bar-fill" });
    const track = h("div", { class: "bar-track", role: "progressbar", "aria-label": "Progress of this step", "aria-valuemin": "0", "aria-valuemax": "100" }, fill);
    const message = h("p", { class: "muted" });
    const element = h("section", { class: "panel first-version", hidden: true },
        h("div", { class: "panel-head" }, h("h2", null, "First trained version"), left), list, track, message);
    const show = whenChanged((first) => {
        const now = stepOf[first.stage];
        put(list, now === undefined ? null : steps.map((label, index) => h("li", {
            class: index < now ? "is-done" : index === now ? "is-now" : null, "aria-current": index === now ? "step" : null,
        }, label)));
        const done = share(first);
        track.hidden = done === null;
        track.setAttribute("aria-valuenow", String(Math.round((done ?? 0) * 100)));
        fill.style.setProperty("width", format.percent(done ?? 0, 1));
        setText(message, `${words(first)} Until a trained version serves, popularity and co-visitation answer, learned live.`);
    });
    return {
        element,
        /** Shows a report, `elapsed` seconds after it was made. */
        update(first, elapsed) {
            element.hidden = !first;
            if (!first) return;
            const seconds = Number.isFinite(first.seconds_left) ? Math.max(first.seconds_left - elapsed, 0) : NaN;
            setText(left, seconds > 0 ? `About ${seconds < 90 ? `${Math.ceil(seconds)}\u00a0s` : format.duration(seconds)} left` : "");
            show(first);
        },
    };
}

/** What the trained version adds to the counts alone, in words; empty when that is not known. */
export function gainSentence(gain) {
    if (!gain || gain.events === 0) return "";
    const figures = `mean reciprocal rank ${format.score(gain.live)} against ${format.score(gain.counts)}, difference ${format.figure(Number(gain.low.toFixed(4)))} to ${
        format.figure(Number(gain.high.toFixed(4)))}, ${format.count(gain.events)} events`;
    if (gain.low > 0) return `The trained model adds to the counts alone: ${figures}.`;
    return gain.high < 0 ? `The trained model is worse than the counts alone: ${figures}.` : `Not yet told apart from the counts alone: ${figures}.`;
}
