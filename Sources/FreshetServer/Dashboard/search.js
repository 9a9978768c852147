// A field that finds users or items while one types: a combobox by the ARIA authoring practices.

import { Problem } from "./api.js";
import { afterPause, h, put, setText } from "./dom.js";

let fieldNumber = 0;

/**
 * A search field. `find(text, signal)` returns entries, `show(entry)` the content of a line, `choose(entry)` is called
 * with the one picked; `chooseText`, where given, with what was typed when nothing was picked.
 */
export function searchField({ label, placeholder, find, show, choose, chooseText, clearsOnChoice = false }) {
    const number = fieldNumber += 1;
    const list = h("ul", { class: "options", role: "listbox", id: `options-${number}`, "aria-label": label, hidden: true });
    const message = h("p", { class: "visually-hidden", role: "status" });
    const input = h("input", {
        type: "search", id: `search-${number}`, role: "combobox", "aria-expanded": "false", "aria-controls": list.id,
        "aria-autocomplete": "list", autocomplete: "off", spellcheck: "false", placeholder, maxlength: "256",
    });
    const element = h("div", { class: "search" }, h("label", { for: input.id }, label), input, list, message);
    let entries = [];
    let active = -1;
    let controller = new AbortController();

    function close() {
        list.hidden = true;
        active = -1;
        input.setAttribute("aria-expanded", "false");
        input.removeAttribute("aria-activedescendant");
    }

    function mark(next) {
        active = (next + entries.length) % entries.length;
        [...list.children].forEach((option, index) => option.setAttribute("aria-selected", String(index === active)));
        input.setAttribute("aria-activedescendant", `option-${number}-${active}`);
        list.children[active].scrollIntoView({ block: "nearest" });
    }

    function pick(entry) {
        close();
        if (clearsOnChoice) input.value = "";
        else input.value = entry.id;
        choose(entry);
    }

    async function look() {
        controller.abort();
        controller = new AbortController();
        try {
            entries = await find(input.value.trim(), controller.signal);
        } catch (problem) {
            if (problem.name === "AbortError") return;
            if (!(problem instanceof Problem)) throw problem;
            entries = [];
            put(list, h("li", { class: "option-note" }, `${problem.message} ${problem.advice}`));
            list.hidden = false;
            return;
        }
        if (document.activeElement !== input) return;
        active = -1;
        put(list, entries.length === 0 ? h("li", { class: "option-note" }, "Nothing found.") : entries.map((entry, index) => h("li", {
            role: "option", id: `option-${number}-${index}`, "aria-selected": "false",
            on: { pointerdown: (event) => { event.preventDefault(); pick(entry); } },
        }, show(entry))));
        list.hidden = false;
        input.setAttribute("aria-expanded", "true");
        setText(message, `${entries.length} found`);
    }

    const lookSoon = afterPause(look);
    input.addEventListener("input", () => lookSoon());
    input.addEventListener("focus", () => lookSoon());
    input.addEventListener("blur", close);
    input.addEventListener("keydown", (event) => {
        if (event.key === "Escape") close();
        if (event.key === "ArrowDown" || event.key === "ArrowUp") {
            event.preventDefault();
            if (list.hidden) look();
            else if (entries.length > 0) mark(active + (event.key === "ArrowDown" ? 1 : active < 0 ? 0 : -1));
        }
        if (event.key === "Enter") {
            event.preventDefault();
            const typed = input.value.trim();
            const chosen = entries[active] ?? entries.find((entry) => entry.id === typed);
            if (chosen) pick(chosen);
            else if (typed && chooseText) { close(); chooseText(typed); }
        }
    });
    return { element, input };
}
