// Freshet for pages: sends what visitors do, notes what they saw and clicked, asks for recommendations.
// An ES module without dependencies; dist/ has it minified, as a module and for a script tag.

const newId = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

/** An answer of the server that is not what was asked for. `problem` is its problem document, where there is one. */
export class FreshetError extends Error {
  constructor(status, problem, retryAfter) {
    super(`Freshet: ${problem.detail || "the answer was " + status}`);
    this.status = status;
    this.problem = problem;
    this.retryAfter = retryAfter;
  }
}

export class Freshet {
  #options;
  #allowed;
  #memory = {};
  #failures = 0;
  #largest;
  #isSending = false;
  #notBefore = 0;
  #timer;
  #shown = new Set();
  #watched = new Map();
  #observer;

  constructor(options) {
    this.#options = { prefix: "freshet", batch: 100, capacity: 500, interval: 1000, consent: false, ...options };
    this.#allowed = this.#options.consent;
    this.#largest = this.#options.batch;
    // A page that goes may never come back: what waits is sent by a request that outlives it.
    document.addEventListener("visibilitychange", () => document.visibilityState == "hidden" && this.#send(true));
    addEventListener("pagehide", () => this.#send(true));
    addEventListener("online", () => this.flush());
    if (this.#allowed) this.#plan();
  }

  /** Allows to store and send, or forbids it: then what was stored is removed, the visitor's id too. */
  allow(isAllowed) {
    this.#allowed = isAllowed;
    if (isAllowed) return this.#plan();
    for (const name of ["visitor", "user", "queue"]) this.#store(name);
  }

  /** The visitor's own id, made at first use; undefined before consent. */
  get visitor() {
    if (!this.#allowed) return;
    return this.#read("visitor") || this.#store("visitor", "visitor-" + newId());
  }

  /** Who events and questions are of: who signed in, else the visitor. */
  get user() {
    return this.#allowed ? this.#read("user") || this.visitor : undefined;
  }

  /** From now on events are the account's. The shop's server joins the visitor's past to it: POST /v1/users/merge. */
  signIn(user) {
    if (this.#allowed) this.#store("user", user);
  }

  /** From now on events are a new visitor's: whoever comes next at this device may be somebody else. */
  signOut() {
    this.#store("user");
    this.#store("visitor");
  }

  /** How many events wait to be sent. */
  get waiting() {
    return this.#queue().length;
  }

  /** Takes an event; false without consent or where the queue is full. Its id makes it count once, however often it is sent. */
  send(event) {
    const queue = this.#queue();
    if (!this.#allowed || queue.length >= this.#options.capacity) return false;
    queue.push({ id: newId(), time: Date.now() / 1000, user: this.user, ...event });
    this.#store("queue", queue);
    this.#plan();
    return true;
  }

  /** Notes when an element was seen (half of it, for a second; once an answer and item) and clicked. */
  watch(element, item, recommendationId) {
    this.#observer ??= new IntersectionObserver((entries) => entries.forEach((entry) => this.#look(entry)), { threshold: 0.5 });
    if (this.#watched.has(element)) this.unwatch(element);
    const click = () => this.send({ type: "click", item, recommendation_id: recommendationId });
    this.#watched.set(element, { item, recommendationId, click });
    element.addEventListener("click", click);
    this.#observer.observe(element);
  }

  /** Forgets an element. */
  unwatch(element) {
    const watched = this.#watched.get(element);
    if (!watched) return;
    clearTimeout(watched.timer);
    element.removeEventListener("click", watched.click);
    this.#observer.unobserve(element);
    this.#watched.delete(element);
  }

  /** What the visitor may want next. */
  recommend(question) {
    return this.#ask("recommendations", { user: this.user, ...question });
  }

  /** Items that a text finds. */
  search(query, question) {
    return this.#ask("search", { query, user: this.user, ...question });
  }

  /** Items like one. */
  similar(item, question) {
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries({ user: this.user, ...question })) {
      if (value != null) query.set(name, value);
    }
    return this.#ask(`items/${encodeURIComponent(item)}/similar?${query}`);
  }

  /** Sends what waits now, whatever the last failure said to wait; true where nothing is left. */
  async flush() {
    this.#notBefore = 0;
    await this.#send();
    return !this.waiting;
  }

  #look({ target, intersectionRatio }) {
    const watched = this.#watched.get(target);
    if (!watched) return;
    clearTimeout(watched.timer);
    if (intersectionRatio < 0.5) return;
    watched.timer = setTimeout(() => {
      const { item, recommendationId } = watched;
      const name = JSON.stringify([recommendationId, item]);
      const event = { type: "seen", items: [item], recommendation_id: recommendationId };
      if (!this.#shown.has(name) && this.send(event)) this.#shown.add(name);
    }, 1000);
  }

  async #ask(path, body) {
    const { questions, questionsKey, url, key } = this.#options;
    return this.#fetch(questions || url, questions ? questionsKey : key, path, body);
  }

  async #fetch(url, key, path, body, keepalive) {
    const headers = {};
    if (body) headers["Content-Type"] = "application/json";
    if (key) headers.Authorization = "Bearer " + key;
    const response = await fetch(`${url.replace(/\/$/, "")}/v1/${path}`, {
      method: body ? "POST" : "GET", headers, keepalive, body: body && JSON.stringify(body),
    });
    const answer = await response.json().catch(() => ({}));
    if (response.ok) return answer;
    throw new FreshetError(response.status, answer, +response.headers.get("Retry-After") || 0);
  }

  #plan(wait = this.#options.interval) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#send(), Math.max(wait, this.#notBefore - Date.now()));
  }

  async #send(isLeaving) {
    if (!this.#allowed || !this.waiting || (this.#isSending && !isLeaving)) return;
    if (Date.now() < this.#notBefore) return this.#plan(0); // A timer may be early by a fraction of a millisecond.
    this.#isSending = true;
    const events = this.#next();
    try {
      const { rejected } = await this.#fetch(this.#options.url, this.#options.key, "events", events, isLeaving);
      this.#done(events);
      for (const { index, error } of rejected || []) this.#refused(events[index], error);
      this.#failures = 0;
      this.#largest = this.#options.batch;
    } catch (error) {
      this.#failed(events, error);
    }
    this.#isSending = false;
    if (this.waiting) this.#plan(0);
  }

  // As many as the size of a request that outlives its page allows, 64 KiB, at up to three bytes a character.
  #next() {
    let length = 0;
    const queue = this.#queue().slice(0, this.#largest);
    return queue.filter((event, index) => (length += JSON.stringify(event).length) < 20000 || !index);
  }

  #failed(events, error) {
    const { status, problem, retryAfter = 0 } = error;
    if ([400, 413, 415, 422].includes(status)) {
      const reasons = (problem.errors || []).filter((one) => one.index >= 0);
      if (reasons.length || events.length < 2) {
        this.#done(events);
        events.forEach((event, index) => this.#refused(event, reasons.find((one) => one.index == index)?.error || error.message));
      } else {
        this.#largest = events.length >> 1; // Find the one that spoils the others.
      }
      return;
    }
    if (status == 401 || status == 403) {
      console.error(`${error.message} (${status}): events wait. Give the client a key with the right "events".`);
    }
    const wait = Math.min(60000, 500 * 2 ** this.#failures++) * (0.5 + Math.random() / 2);
    this.#notBefore = Date.now() + Math.max(wait, retryAfter * 1000);
  }

  #refused(event, reason) {
    console.warn("Freshet refused an event:", reason, event);
  }

  // Another tab may have added some meanwhile.
  #done(events) {
    const ids = new Set(events.map((event) => event.id));
    this.#store("queue", this.#queue().filter((event) => !ids.has(event.id)));
  }

  #queue() {
    return this.#read("queue") || [];
  }

  #read(name) {
    try {
      return JSON.parse(localStorage.getItem(`${this.#options.prefix}.${name}`)) ?? this.#memory[name];
    } catch {
      return this.#memory[name];
    }
  }

  // Where a browser keeps nothing, as in some private windows, the page's own memory does.
  #store(name, value) {
    const key = `${this.#options.prefix}.${name}`;
    delete this.#memory[name];
    try {
      if (value === undefined) localStorage.removeItem(key);
      else localStorage.setItem(key, JSON.stringify(value));
    } catch {
      this.#memory[name] = value;
    }
    return value;
  }
}
