// Talking to the server: logging in, problem documents, and one function a question.

const root = new URL("v1/", document.baseURI);

/** What the server refused, in its own words where it has some. */
export class Problem extends Error {
    constructor(status, title, detail) {
        super(detail || title);
        this.status = status;
        this.title = title;
    }
    /** Whether a key, or one with more rights, would help. */
    get needsKey() { return this.status === 401 || this.status === 403; }
    /** What to do about it. */
    get advice() {
        if (this.status === 401) return "Log in with an API key in Settings.";
        if (this.status === 403) return "The API key of this login lacks the right. Log in with one that has it in Settings.";
        if (this.status === 0) return "Is the server running? This page tries again by itself.";
        if (this.status === 429) return "The server asks for fewer requests. Wait a moment and try again.";
        if (this.status === 503) return "The server is starting or stopping. Wait a moment and try again.";
        return "";
    }
}

/** Sends a request; throws `Problem` for every answer that is not a success. */
export async function send(path, { method = "GET", body, signal, accept = "application/json" } = {}) {
    const headers = { Accept: accept };
    if (body !== undefined) headers["Content-Type"] = "application/json";
    let response;
    try {
        response = await fetch(new URL(path, root), {
            method, headers, signal, cache: "no-store", body: body === undefined ? undefined : JSON.stringify(body),
        });
    } catch (error) {
        if (error.name === "AbortError") throw error;
        throw new Problem(0, "No answer from the server", "No answer from the server.");
    }
    if (response.ok) return response;
    let problem = {};
    try { problem = await response.json(); } catch { /* Not JSON: the status line has to do. */ }
    throw new Problem(response.status, problem.title ?? `HTTP ${response.status}`, problem.detail ?? problem.title);
}

async function json(path, options) {
    const response = await send(path, options);
    return response.status === 204 ? null : response.json();
}

const query = (values) => {
    const parameters = new URLSearchParams();
    for (const [name, value] of Object.entries(values)) {
        if (value !== undefined && value !== null && value !== "") parameters.set(name, value);
    }
    const text = parameters.toString();
    return text ? `?${text}` : "";
};

// Lists come as an object with one array, and the cursor of the next page where there is one.
const list = (body) => ({ entries: Object.values(body).find(Array.isArray) ?? [], cursor: body.next ?? null });

const id = encodeURIComponent;

/** Exchanges a key for a cookie that no script can read: the page never keeps the key itself. */
export const login = {
    begin: (key) => anew("POST", { key }),
    end: () => anew("DELETE"),
};

// What was read before may be another shop's.
async function anew(method, body) {
    const session = await json("session", { method, body });
    titles.clear();
    return session;
}

export const api = {
    status: (signal) => json("status", { signal }),
    models: async (signal) => list(await json("models", { signal })).entries,
    decisions: async (limit, signal) => list(await json(`decisions${query({ limit })}`, { signal })).entries,
    promote: (version) => json(`models/${id(version)}/promote`, { method: "POST" }),
    rollback: (live) => json(`models/${id(live)}/rollback`, { method: "POST" }),
    experiments: async (signal) => list(await json("experiments", { signal })).entries,
    experiment: (name, signal) => json(`experiments/${id(name)}`, { signal }),
    startExperiment: (body) => json("experiments", { method: "POST", body }),
    changeExperiment: (name, body) => json(`experiments/${id(name)}`, { method: "PATCH", body }),
    endExperiment: (name, how, variant) => json(`experiments/${id(name)}/${how}${query({ variant })}`, { method: "POST" }),
    deleteExperiment: (name) => json(`experiments/${id(name)}`, { method: "DELETE" }),
    items: async (search, cursor, limit, signal) => list(await json(`items${query({ search, cursor, limit })}`, { signal })),
    users: async (search, cursor, limit, signal) => list(await json(`users${query({ search, cursor, limit })}`, { signal })),
    item: (item, signal) => json(`items/${id(item)}`, { signal }),
    user: (user, signal) => json(`users/${id(user)}`, { signal }),
    history: async (user, limit, signal) => list(await json(`users/${id(user)}/events${query({ limit })}`, { signal })).entries,
    recommend: (request, signal) => json("recommendations", { method: "POST", body: request, signal }),
    similar: async (item, count, signal) => list(await json(`items/${id(item)}/similar${query({ count })}`, { signal })).entries,
    popular: async (count, signal) => list(await json(`popular${query({ count })}`, { signal })).entries,
    rules: async (signal) => list(await json("rules", { signal })).entries,
    putRule: (name, rule) => json(`rules/${id(name)}`, { method: "PUT", body: rule }),
    deleteRule: (name) => json(`rules/${id(name)}`, { method: "DELETE" }),
    tryRule: (body, signal) => json("rules/dry-run", { method: "POST", body, signal }),
    feedback: async (by, signal, days = {}) => (await json(`feedback${query({ by, ...days })}`, { signal })).rows,
    compareFeedback: (by, signal, days) => json(`feedback/comparison${query({ by, ...days })}`, { signal }),
    feedbackTable: async (path, by, days) => (await send(`${path}${query({ by, ...days })}`, { accept: "text/csv" })).blob(),
    settings: (signal) => json("settings", { signal }),
    keys: async (signal) => list(await json("keys", { signal })).entries,
    makeKey: (name, rights) => json("keys", { method: "POST", body: { name, rights } }),
    revokeKey: (key) => json(`keys/${id(key)}`, { method: "DELETE" }),
};

const titles = new Map();

/** What is known of items, by id; asks the server once an id, a few at a time. */
export async function itemsByID(ids, signal) {
    const missing = [...new Set(ids)].filter((item) => !titles.has(item));
    if (titles.size > 5000) titles.clear();
    const ask = async () => {
        for (let item = missing.pop(); item !== undefined; item = missing.pop()) {
            try { titles.set(item, await api.item(item, signal)); } catch (problem) {
                if (!(problem instanceof Problem)) throw problem;
                titles.set(item, null);
            }
        }
    };
    await Promise.all(Array.from({ length: 4 }, ask));
    return (item) => titles.get(item) ?? null;
}
