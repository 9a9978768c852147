// Start: pages by the address's hash, and the state of the connection.

import { notice, put, setText, whenChanged } from "./dom.js";
import { live } from "./live.js";
import catalogue from "./catalogue.js";
import experiments from "./experiments.js";
import feedback from "./feedback.js";
import models from "./models.js";
import overview from "./overview.js";
import quality from "./quality.js";
import recommendations from "./recommendations.js";
import rules from "./rules.js";
import settings from "./settings.js";

const pages = { overview, quality, models, feedback, experiments, rules, recommendations, catalogue, settings };
const main = document.getElementById("main");
let page = null;
let shown = "";

/** The page and parameters that the address names: `#/catalogue?tab=users`. */
function address() {
    const [path, query] = location.hash.replace(/^#\/?/, "").split("?");
    return { name: pages[path] ? path : "overview", parameters: new URLSearchParams(query ?? "") };
}

function open() {
    const { name, parameters } = address();
    const isNew = shown !== name;
    page?.leave?.();
    page = pages[name].open(parameters);
    put(main, page.element);
    page.update?.();
    shown = name;
    for (const link of document.querySelectorAll("nav a")) {
        if (link.dataset.page === name) link.setAttribute("aria-current", "page"); else link.removeAttribute("aria-current");
    }
    document.title = `${pages[name].title} · Freshet`;
    if (isNew) {
        scrollTo(0, 0);
        if (document.activeElement && document.activeElement !== document.body) main.focus({ preventScroll: true });
    }
}

const words = {
    connecting: "Connecting", live: "Live", polling: "Every 5 s", lost: "No connection", starting: "Starting", locked: "Key needed",
};

const showConnection = whenChanged((state) => {
    const element = document.getElementById("connection");
    element.dataset.state = state;
    setText(document.getElementById("connection-text"), words[state]);
    element.title = {
        live: "Figures arrive as they change.",
        polling: "The stream of changes is not available; the status is asked for every five seconds.",
        lost: "The server does not answer. This page tries again by itself; the figures shown are the last known.",
        starting: "The server answers, but is not ready.",
        locked: "The server wants an API key: see Settings.",
    }[state] ?? "";
});

live.subscribe(() => {
    showConnection(live.connection);
    page?.update?.();
}, () => page?.tick?.());

addEventListener("hashchange", open);
addEventListener("error", (event) => {
    put(main, notice("bad", "This page failed", String(event.message), "Reload it. If it fails again, please report the message above."));
});
open();
live.start();
