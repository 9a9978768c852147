// Charts in SVG: lines with marks and a read-out, bars, sparklines. Each has a title, a description in words, and its
// figures as a table; the read-out follows the pointer and the arrow keys.

import { h, put, s, setText } from "./dom.js";

let chartNumber = 0;

/** Round values that cover a range. */
export function ticks(low, high, wanted) {
    if (!(high > low)) return [low];
    const raw = (high - low) / wanted;
    const power = 10 ** Math.floor(Math.log10(raw));
    const step = [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((size) => size >= raw * 0.999);
    const values = [];
    for (let index = Math.ceil(low / step - 1e-9); index * step <= high + step * 1e-9; index += 1) values.push(index * step || 0);
    return values;
}

const minute = 60e3;
const timeSteps = [1e3, 2e3, 5e3, 10e3, 15e3, 30e3, minute, 2 * minute, 5 * minute, 10 * minute, 15 * minute, 30 * minute,
    60 * minute, 120 * minute, 180 * minute, 360 * minute, 720 * minute, 1440 * minute, 2880 * minute, 10080 * minute, 20160 * minute,
    43200 * minute, 129600 * minute, 525600 * minute];

/** Times of day that people expect on an axis. */
export function timeTicks(low, high, wanted) {
    const step = timeSteps.find((size) => size >= (high - low) / wanted) ?? timeSteps.at(-1);
    const shift = new Date(low).getTimezoneOffset() * minute;
    const values = [];
    for (let value = Math.ceil((low - shift) / step) * step + shift; value <= high; value += step) values.push(value);
    return values;
}

/** The path of a line, broken where a value is missing. */
function linePath(points, x, y) {
    let path = "";
    let drawing = false;
    for (const [time, value] of points) {
        if (!Number.isFinite(value)) { drawing = false; continue; }
        path += `${drawing ? "L" : "M"}${x(time).toFixed(1)} ${y(value).toFixed(1)}`;
        drawing = true;
    }
    return path;
}

const glyphs = {
    drift: "M0-5 5 4H-5Z", promotion: "M0-5.500 5 0 0 5.500-5 0Z", rollback: "M-4-4 4 4M4-4-4 4", retrain: "M0-4.500A4.500 4.500 0 1 1-.01-4.500Z",
};

/** The shape of a mark, for the chart and its legend. */
export const glyph = (kind) => s("path", { class: `glyph glyph-${kind}`, d: glyphs[kind] ?? glyphs.retrain });

/**
 * A line chart. `update` takes `series` ([{ key, label, tone, points: [[x, y]] }]), `marks` ([{ x, kind, label }]),
 * `description`, the formats of both axes, and `xTitle`.
 */
export function lineChart({ title, height = 260, empty = "Nothing to draw yet." }) {
    const number = chartNumber += 1;
    const heading = s("title", { id: `chart-title-${number}` }, title);
    const words = s("desc", { id: `chart-words-${number}` });
    const drawing = s("g");
    const cursor = s("g", { class: "cursor" });
    const svg = s("svg", { class: "chart-svg", role: "img", height, "aria-labelledby": heading.id, "aria-describedby": words.id },
        heading, words, drawing, cursor);
    const readout = h("div", { class: "readout", hidden: true });
    const spoken = h("p", { class: "visually-hidden", "aria-live": "polite" });
    const message = h("p", { class: "chart-empty" }, empty);
    const plot = h("div", {
        class: "plot", tabindex: "0", role: "group", "aria-label": `${title}. Arrow keys read out the values.`,
    }, svg, readout, message);
    const table = h("div", { class: "scroll" });
    const details = h("details", { class: "chart-table", on: { toggle: () => fillTable() } }, h("summary", null, "Figures as a table"), table);
    const element = h("figure", { class: "chart" }, plot, spoken, details);

    let data = { series: [], marks: [] };
    let scale = null;
    let chosen = null;

    function draw() {
        const width = plot.clientWidth;
        const drawn = data.series.filter((line) => line.points.some(([, value]) => Number.isFinite(value)));
        const enough = drawn.length > 0 && width > 0;
        message.hidden = drawn.length > 0;
        svg.toggleAttribute("hidden", drawn.length === 0);
        plot.toggleAttribute("data-empty", drawn.length === 0);
        if (!enough) return;
        svg.setAttribute("width", width);
        const margin = { top: 20, right: 10, bottom: 24, left: 44 };
        const all = drawn.flatMap((line) => line.points);
        const xs = all.map(([time]) => time);
        const ys = all.map(([, value]) => value).filter(Number.isFinite);
        const left = Math.min(...xs);
        const right = Math.max(...xs, left + 1);
        const top = Math.max(...ys);
        const bottom = Math.min(...ys);
        // From zero unless that would press the lines into the upper third.
        const low = data.fromZero || bottom < (top - bottom) * 0.6 ? Math.min(0, bottom) : bottom - (top - bottom) * 0.15;
        const high = top + (top - low) * 0.06 || 1;
        const x = (value) => margin.left + ((value - left) / (right - left)) * (width - margin.left - margin.right);
        const y = (value) => height - margin.bottom - ((value - low) / (high - low)) * (height - margin.top - margin.bottom);
        scale = { x, y, left, right, margin, width, drawn };
        const wanted = Math.max(3, Math.floor(width / 110));
        put(drawing,
            ticks(low, high, 4).map((value) => [
                s("line", { class: value === 0 ? "axis" : "grid", x1: margin.left, x2: width - margin.right, y1: y(value), y2: y(value) }),
                s("text", { class: "tick", x: margin.left - 8, y: y(value) + 4, "text-anchor": "end" }, data.yFormat(value)),
            ]),
            (data.xIsTime ? timeTicks : ticks)(left, right, wanted).filter((value) => x(value) < width - (data.xTitle ? 70 : 18)).map((value) => s("text", {
                class: "tick", x: Math.max(x(value), margin.left + 14), y: height - 7, "text-anchor": "middle",
            }, data.xFormat(value, right - left))),
            data.xTitle ? s("text", { class: "tick", x: width - margin.right, y: height - 7, "text-anchor": "end" }, data.xTitle) : [],
            data.marks.filter((mark) => mark.x >= left && mark.x <= right).map((mark) =>
                s("g", { class: `mark mark-${mark.kind}`, transform: `translate(${x(mark.x).toFixed(1)} 0)` },
                    s("line", { y1: 14, y2: height - margin.bottom }),
                    s("g", { transform: "translate(0 8)" }, glyph(mark.kind)), s("title", null, mark.label))),
            drawn.map((line) => s("path", { class: `line tone-${line.tone}`, d: linePath(line.points, x, y) })),
        );
        if (chosen !== null) choose(chosen, false);
    }

    // The points of the chart are those of its longest line; the others are read at the same place.
    function places() {
        const longest = scale.drawn.reduce((best, line) => line.points.length > best.points.length ? line : best);
        return longest.points.map(([value]) => value);
    }

    function nearest(values, wanted) {
        let best = 0;
        for (let index = 1; index < values.length; index += 1) {
            if (Math.abs(values[index] - wanted) < Math.abs(values[best] - wanted)) best = index;
        }
        return best;
    }

    function choose(value, aloud) {
        if (!scale) return;
        const all = places();
        chosen = all[nearest(all, value)];
        const { x, y, margin, width, drawn } = scale;
        const at = x(chosen);
        const rows = drawn.map((line) => {
            const point = line.points[nearest(line.points.map(([time]) => time), chosen)];
            return { line, value: point[0] === chosen ? point[1] : NaN };
        }).filter((row) => Number.isFinite(row.value)).sort((one, other) => other.value - one.value);
        const near = data.marks.filter((mark) => Math.abs(x(mark.x) - at) < 7);
        put(cursor, s("line", { x1: at, x2: at, y1: margin.top - 4, y2: height - margin.bottom }),
            rows.map((row) => s("circle", { class: `tone-${row.line.tone}`, cx: at, cy: y(row.value), r: 3.5 })));
        const heading = data.xLabel(chosen);
        put(readout, h("p", { class: "readout-head" }, heading),
            h("dl", null, rows.map((row) => [
                h("dt", null, h("span", { class: `swatch tone-${row.line.tone}`, "aria-hidden": "true" }), row.line.label),
                h("dd", null, data.yFormat(row.value, true)),
            ])),
            near.map((mark) => h("p", { class: "readout-mark" }, mark.label)));
        readout.hidden = false;
        const half = readout.offsetWidth / 2;
        readout.style.left = `${at > width / 2 ? Math.max(at - half * 2 - 12, 0) : Math.min(at + 12, width - half * 2)}px`;
        if (aloud) {
            setText(spoken, [heading, ...rows.map((row) => `${row.line.label} ${data.yFormat(row.value, true)}`),
                ...near.map((mark) => mark.label)].join(", "));
        }
    }

    function leave() {
        chosen = null;
        readout.hidden = true;
        put(cursor);
    }

    function fillTable() {
        if (!details.open) return;
        const drawn = data.series;
        const all = [...new Set(drawn.flatMap((line) => line.points.map(([value]) => value)))].sort((one, other) => one - other);
        const step = Math.max(1, Math.ceil(all.length / 40));
        const shown = all.filter((_, index) => (all.length - 1 - index) % step === 0).reverse();
        put(table, h("table", { class: "data" }, h("caption", { class: "visually-hidden" }, title),
            h("thead", null, h("tr", null, h("th", { scope: "col" }, data.xIsTime ? "Time" : "Events"),
                drawn.map((line) => h("th", { scope: "col", class: "number" }, line.label)))),
            h("tbody", null, shown.map((place) => h("tr", null, h("th", { scope: "row" }, data.xLabel(place)),
                drawn.map((line) => h("td", { class: "number" },
                    data.yFormat(line.points.find(([value]) => value === place)?.[1], true))))))));
    }

    const move = (event) => {
        if (!scale) return;
        const place = event.clientX - plot.getBoundingClientRect().left;
        const share = (place - scale.margin.left) / (scale.width - scale.margin.left - scale.margin.right);
        choose(scale.left + share * (scale.right - scale.left), false);
    };
    plot.addEventListener("pointermove", move);
    plot.addEventListener("pointerdown", move);
    plot.addEventListener("pointerleave", leave);
    plot.addEventListener("blur", leave);
    plot.addEventListener("keydown", (event) => {
        if (!scale) return;
        const all = places();
        const at = chosen === null ? all.length : nearest(all, chosen);
        const next = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: all.length - 1, PageUp: at - 10, PageDown: at + 10 }[event.key];
        if (event.key === "Escape") leave();
        if (next === undefined) return;
        event.preventDefault();
        choose(all[Math.min(Math.max(next, 0), all.length - 1)], true);
    });
    new ResizeObserver(draw).observe(plot);

    return {
        element,
        update(next) {
            data = next;
            setText(words, next.description ?? "");
            draw();
        },
    };
}

/** A small line without axes, beside the figure it belongs to. */
export function sparkline() {
    const area = s("path", { class: "spark-area" });
    const line = s("path", { class: "spark-line" });
    const element = s("svg", { class: "spark", viewBox: "0 0 120 28", preserveAspectRatio: "none", "aria-hidden": "true" }, area, line);
    return {
        element,
        update(values) {
            const known = values.filter(Number.isFinite);
            if (known.length < 2) return;
            const high = Math.max(...known) || 1;
            const low = Math.min(...known) * 0.7;
            // The newest value is at the right edge; a minute fills the line.
            const pitch = 120 / Math.max(values.length - 1, 60);
            const x = (index) => 120 - (values.length - 1 - index) * pitch;
            const y = (value) => 26 - ((value - low) / (high - low || 1)) * 23;
            const path = linePath(values.map((value, index) => [index, value]), x, y);
            line.setAttribute("d", path);
            area.setAttribute("d", `${path}L120 28L${x(0).toFixed(1)} 28Z`);
        },
    };
}

/** Bars from the largest to the smallest: how the long tail falls. */
export function barChart({ title, description, values, labels, format, height = 160 }) {
    const number = chartNumber += 1;
    const drawing = s("g");
    const svg = s("svg", { class: "chart-svg", role: "img", height, "aria-labelledby": `chart-title-${number}`, "aria-describedby": `chart-words-${number}` },
        s("title", { id: `chart-title-${number}` }, title), s("desc", { id: `chart-words-${number}` }, description), drawing);
    const plot = h("div", { class: "plot" }, svg);
    const element = h("figure", { class: "chart" }, plot,
        h("details", { class: "chart-table" }, h("summary", null, "Figures as a table"), h("div", { class: "scroll" },
            h("table", { class: "data" }, h("caption", { class: "visually-hidden" }, title),
                h("tbody", null, values.slice(0, 100).map((value, index) => h("tr", null,
                    h("th", { scope: "row" }, `${index + 1}. `, h("bdi", null, labels[index])), h("td", { class: "number" }, format(value)))))))));
    new ResizeObserver(() => {
        const width = plot.clientWidth;
        if (width === 0) return;
        svg.setAttribute("width", width);
        const left = 44;
        const high = Math.max(...values) || 1;
        const pitch = (width - left - 6) / values.length;
        const y = (value) => height - 20 - (value / high) * (height - 32);
        put(drawing, ticks(0, high, 3).map((value) => [
            s("line", { class: value === 0 ? "axis" : "grid", x1: left, x2: width - 6, y1: y(value), y2: y(value) }),
            s("text", { class: "tick", x: left - 8, y: y(value) + 4, "text-anchor": "end" }, format(value)),
        ]), values.map((value, index) => s("rect", {
            class: "bar-mark", x: left + index * pitch, width: Math.max(pitch - (pitch > 4 ? 1 : 0.2), 0.5), y: y(value), height: height - 20 - y(value),
        }, s("title", null, `${index + 1}. ${labels[index]}: ${format(value)}`))),
        ticks(0, values.length, Math.max(2, Math.floor(width / 140))).filter((value) => value >= 1).map((value) => s("text", {
            class: "tick", x: left + (value - 0.5) * pitch, y: height - 5, "text-anchor": "middle",
        }, `#${Math.round(value)}`)));
    }).observe(plot);
    return element;
}
