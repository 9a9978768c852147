// What changed in a document, as the server says it: JSON Patch (RFC 6902).

const unescape = (part) => part.replaceAll("~1", "/").replaceAll("~0", "~");

/** The document after the operations `add`, `remove` and `replace`; changes the one given. */
export function patched(document, operations) {
    const root = { "": document };
    for (const { op, path, value } of operations) {
        const places = path.split("/").map(unescape);
        const last = places.pop();
        const parent = places.reduce((place, name) => place[name], root);
        if (!Array.isArray(parent)) {
            if (op === "remove") delete parent[last]; else parent[last] = value;
        } else if (op === "add") {
            parent.splice(last === "-" ? parent.length : Number(last), 0, value);
        } else if (op === "remove") {
            parent.splice(Number(last), 1);
        } else {
            parent[Number(last)] = value;
        }
    }
    return root[""];
}
