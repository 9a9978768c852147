// The engine's status, kept up to date: server-sent events, polling where they fail, and back again.

import { Problem, api, send } from "./api.js";

const patience = 12000;
const pollEvery = 2000;
const kept = 300;

const listeners = new Set();
let attempt = 0;
let controller = null;
let watchdog = 0;

/** The newest status, how it arrives, and the figures of the last minutes for sparklines. */
export const live = {
    status: null,
    /** `connecting`, `live`, `polling`, `lost`, `starting` or `locked`. */
    connection: "connecting",
    problem: null,
    samples: [],
    subscribe(listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
    },
    start() {
        document.addEventListener("visibilitychange", () => document.hidden ? stop() : run());
        run();
    },
    restart() {
        stop();
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
    live.samples.push({
        time: status.time, events: status.log.events_per_second, requests: status.requests_per_second,
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
    const rearm = () => {
        clearTimeout(watchdog);
        watchdog = setTimeout(abort, patience);
    };
    rearm();
    try {
        const response = await send("status/stream", { signal: inner.signal, accept: "text/event-stream" });
        const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
        let rest = "";
        let data = "";
        for (;;) {
            const { value, done } = await reader.read();
            if (done) return;
            rearm();
            const lines = (rest + value).split(/\r\n|\n|\r/);
            rest = lines.pop();
            for (const line of lines) {
                if (line.startsWith("data:")) {
                    data += (data ? "\n" : "") + line.slice(5).trimStart();
                } else if (line === "" && data) {
                    take(JSON.parse(data));
                    data = "";
                    attempt = 0;
                    live.connection = "live";
                    tell();
                }
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
