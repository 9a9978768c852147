// Building the page. Text becomes text nodes and attributes only, never markup: ids and titles come from outside.

const svgNamespace = "http://www.w3.org/2000/svg";

function fill(element, attributes, children) {
    for (const [name, value] of Object.entries(attributes ?? {})) {
        if (value === null || value === undefined || value === false) continue;
        if (name === "on") {
            for (const [type, listener] of Object.entries(value)) element.addEventListener(type, listener);
        } else if (name === "properties") {
            // Through the object model, which the content security policy allows, unlike a style attribute.
            for (const [property, text] of Object.entries(value)) element.style.setProperty(property, text);
        } else {
            element.setAttribute(name, value === true ? "" : String(value));
        }
    }
    element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
    return element;
}

/** An HTML element. */
export function h(tag, attributes, ...children) {
    return fill(document.createElement(tag), attributes, children);
}

/** An SVG element. */
export function s(tag, attributes, ...children) {
    return fill(document.createElementNS(svgNamespace, tag), attributes, children);
}

/** Replaces what is in an element. */
export function put(element, ...children) {
    element.replaceChildren(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
    return element;
}

/** Sets an element's text when it differs, so that selections and readers are not disturbed every second. */
export function setText(element, text) {
    if (element.textContent !== text) element.textContent = text;
}

/** Calls `build` when `value` is not what it was at the last call: lists are rebuilt only when they changed. */
export function whenChanged(build) {
    let seen;
    return (value, ...rest) => {
        const key = JSON.stringify(value);
        if (key === seen) return;
        seen = key;
        build(value, ...rest);
    };
}

const invisible = /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2064\u2066-\u206f\ufeff]/g;

/** An id with the characters that cannot be seen, or that turn text around, written as their numbers. */
export function visible(id) {
    return id.replace(invisible, (character) => `‹${character.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}›`);
}

/** An id from outside: isolated from the text around it, shortened by style alone, whole in its tooltip. */
export function idText(id) {
    const text = visible(String(id));
    return h("bdi", { class: "id", title: text.length > 40 ? text : null }, text);
}

/** A title from outside, with the id where there is none. */
export function titleText(title, id) {
    return title ? h("bdi", { class: "title", title: title.length > 60 ? title : null }, visible(title)) : idText(id);
}

/** A message with a heading, words, and what to do next. */
export function notice(kind, heading, ...content) {
    return h("section", { class: `notice notice-${kind}` }, h("h2", null, heading), ...content.map((part) =>
        typeof part === "string" ? h("p", null, part) : part));
}

/** Grey bars in place of what is being fetched. */
export function loading(lines = 3) {
    return h("div", { class: "loading", role: "status" }, h("span", { class: "visually-hidden" }, "Loading"),
        Array.from({ length: lines }, () => h("span", { class: "skeleton", "aria-hidden": "true" })));
}

/** A short message at the edge of the window, read out by screen readers. */
export function toast(text, kind = "good") {
    const element = h("p", { class: `toast toast-${kind}` }, text);
    document.getElementById("toasts").append(element);
    setTimeout(() => element.remove(), kind === "bad" ? 12000 : 6000);
}

/** A copy button and the text it copies. */
export function snippet(text) {
    const button = h("button", { class: "button button-small", type: "button", on: { click: async () => {
        try {
            await navigator.clipboard.writeText(text);
            toast("Copied");
        } catch {
            toast("This browser does not allow copying here. Select the text instead.", "bad");
        }
    } } }, "Copy");
    return h("div", { class: "snippet" }, h("pre", { tabindex: "0", "aria-label": "Command" }, h("code", null, text)), button);
}

/** Calls `action` when nothing was typed for a moment. */
export function afterPause(action, milliseconds = 220) {
    let timer;
    return (...values) => {
        clearTimeout(timer);
        timer = setTimeout(() => action(...values), milliseconds);
    };
}
