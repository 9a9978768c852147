// The engine's status, kept up to date: server-sent events, polling where they fail, and back again.
//
// The stream sends the whole status once and then what changed, and nothing while nothing does: the page counts time
// by itself. A tab in the background follows nothing.

import { Problem, api, send } from "./api.js";
import { patched } from "./patch.js";

// How long to wait for the first answer, and for anything at all after it: the server says something every 20 s.
const patience = 12000;
const silence = 50000;
const pollEvery = 5000;
const kept = 300;

const listeners = new Set();
let attempt = 0;
let controller = null;
let watchdog = 0;
let received = 0;

/** The newest status, how it arrives, and the figures of the last minutes for sparklines. */
export const live = {
    status: null,
    /** `connecting`, `live`, `polling`, `lost`, `starting` or `locked`. */
    connection: "connecting",
    problem: null,
    samples: [],
    /** The server's time now, in milliseconds since 1970. */
    get now() { return this.status.time + (this.isConnected ? Date.now() - received : 0); },
    get isConnected() { return this.connection === "live" || this.connection === "polling"; },
    /** Calls `listener` when the status or the connection changed, and `onSecond` once a second in between. */
    subscribe(listener, onSecond) {
        listeners.add(listener);
        setInterval(() => {
            if (document.hidden || !live.status || !live.isConnected) return;
            sample();
            onSecond();
        }, 1000);
    },
    start() {
        document.addEventListener("visibilitychange", () => document.hidden ? stop() : run());
        if (!document.hidden) run();
    },
    /** Begins again after a login, which may be to another shop: nothing of before is shown. */
    restart() {
        stop();
        live.status = null;
        live.samples.length = 0;
        run();
    },
};

function stop() {
    controller?.abort();
    controller = null;
}

function tell() {
    for (const listener of listeners) listener();
}

function take(status) {
    live.status = status;
    live.problem = null;
    received = Date.now();
    if (live.samples.length === 0) sample();
}

function sample() {
    const { status } = live;
    live.samples.push({
        events: status.log.events_per_second, requests: status.requests_per_second,
        freshness: status.freshness.p50, latency: status.latency.p50, lag: status.learner.lag_events,
    });
    if (live.samples.length > kept) live.samples.shift();
}

function fail(problem) {
    live.problem = problem;
    live.connection = problem.needsKey ? "locked" : problem.status === 503 ? "starting" : "lost";
    tell();
}

const pause = (milliseconds, signal) => new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => { clearTimeout(timer); resolve(); }, { once: true });
});

// One loop at a time: its controller ends it.
async function run() {
    stop();
    controller = new AbortController();
    const { signal } = controller;
    while (!signal.aborted) {
        try {
            await stream(signal);
            attempt = 0;
        } catch (error) {
            if (signal.aborted) return;
            // No stream: a proxy that holds answers back, or a server without one. The same document can be asked for.
            try { await poll(signal, error instanceof Problem ? error : null); } catch (problem) {
                if (signal.aborted) return;
                if (!(problem instanceof Problem)) throw problem;
                fail(problem);
            }
        }
        attempt = Math.min(attempt + 1, 4);
        await pause(500 * 2 ** attempt, signal);
    }
}

async function stream(signal) {
    const inner = new AbortController();
    const abort = () => inner.abort();
    signal.addEventListener("abort", abort, { once: true });
    const rearm = (limit) => {
        clearTimeout(watchdog);
        watchdog = setTimeout(abort, limit);
    };
    rearm(patience);
    try {
        const response = await send("status/stream", { signal: inner.signal, accept: "text/event-stream" });
        const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
        let rest = "";
        let event = "";
        let data = "";
        for (;;) {
            const { value, done } = await reader.read();
            if (done) return;
            rearm(silence);
            const lines = (rest + value).split(/\r\n|\n|\r/);
            rest = lines.pop();
            for (const line of lines) {
                if (line.startsWith("event:")) event = line.slice(6).trim();
                if (line.startsWith("data:")) data += (data ? "\n" : "") + line.slice(5).trimStart();
                if (line !== "") continue;
                if (data) {
                    take(event === "patch" ? patched(live.status, JSON.parse(data)) : JSON.parse(data));
                    attempt = 0;
                    live.connection = "live";
                    tell();
                }
                event = data = "";
            }
        }
    } finally {
        clearTimeout(watchdog);
        signal.removeEventListener("abort", abort);
        inner.abort();
    }
}

async function poll(signal, streamProblem) {
    // A refused key or a dead server is the same by either way.
    if (streamProblem && (streamProblem.needsKey || streamProblem.status === 0)) throw streamProblem;
    for (let rounds = 0; rounds < 15 && !signal.aborted; rounds += 1) {
        take(await api.status(signal));
        live.connection = "polling";
        tell();
        await pause(pollEvery, signal);
    }
}
