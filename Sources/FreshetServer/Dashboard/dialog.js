// Asking before something changes for everybody.

import { h } from "./dom.js";

/** Whether a person confirmed. Escape and a click outside say no. */
export function confirmed({ title, text, action, isDangerous = false }) {
    return new Promise((resolve) => {
        const answer = (value) => { dialog.returnValue = value; dialog.close(value); };
        const dialog = h("dialog", { class: "dialog", "aria-labelledby": "dialog-title", "aria-describedby": "dialog-text", on: {
            click: (event) => { if (event.target === dialog) answer("no"); },
            close: () => { dialog.remove(); resolve(dialog.returnValue === "yes"); },
        } }, h("div", { class: "dialog-body" }, h("h2", { id: "dialog-title" }, title), h("p", { id: "dialog-text" }, text),
            h("div", { class: "dialog-actions" },
                h("button", { type: "button", class: "button", on: { click: () => answer("no") } }, "Cancel"),
                h("button", { type: "button", class: `button ${isDangerous ? "button-danger" : "button-main"}`, "data-confirm": true, on: { click: () => answer("yes") } }, action))));
        document.body.append(dialog);
        dialog.showModal();
    });
}
