// Numbers, times and names in words.

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const compact = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });
const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const hourMinute = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const dayMonth = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });
const short = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
const full = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "medium" });

/** What stands where there is no figure. */
export const none = "–";

/** 12,345 */
export const count = (number) => Number.isFinite(number) ? whole.format(number) : none;

/** 12.3K above ten thousand, 12,345 below. */
export const shortCount = (number) =>
    Number.isFinite(number) ? (Math.abs(number) < 10000 ? whole : compact).format(number) : none;

/** A rate: 0.4, 12.3, 512. */
export const rate = (number) => !Number.isFinite(number) ? none : number < 10 ? number.toFixed(1) : whole.format(number);

/** A share of one with three digits: 0.182 */
export const score = (number) => Number.isFinite(number) ? number.toFixed(Math.abs(number) >= 10 ? 1 : 3) : none;

/** A p-value: 0.031, <0.001 */
export const pValue = (number) => !Number.isFinite(number) ? none : number < 0.001 ? "<0.001" : number.toFixed(3);

/** A share of one in percent: 18% */
export const percent = (number, digits = 0) => Number.isFinite(number) ? `${(number * 100).toFixed(digits)}%` : none;

/** +12.3% */
export const change = (number) => Number.isFinite(number) ? `${number < 0 ? "−" : "+"}${Math.abs(number * 100).toFixed(1)}%` : none;

/** A number of any size, for evidence whose unit is not known. */
export function figure(number) {
    if (!Number.isFinite(number)) return none;
    const size = Math.abs(number);
    const text = Number.isInteger(number) || size >= 1000 ? count(size)
        : size >= 0.0001 ? String(Number(size.toPrecision(3))) : size.toExponential(1);
    return number < 0 ? `−${text}` : text;
}

/** Milliseconds as the value and the unit that fit: ["4.20", "ms"]. */
export function milliseconds(number, digits = 2) {
    if (!Number.isFinite(number)) return [none, ""];
    if (number < 1000) return [number.toFixed(Math.max(digits - (number < 10 ? 0 : number < 100 ? 1 : 2), 0)), "ms"];
    return seconds(number / 1000);
}

/** Seconds as the value and the unit that fit: ["2.1", "s"]. */
export function seconds(number) {
    if (!Number.isFinite(number)) return [none, ""];
    if (number < 1) return [(number * 1000).toFixed(0), "ms"];
    if (number < 100) return [number.toFixed(1), "s"];
    if (number < 5400) return [(number / 60).toFixed(0), "min"];
    if (number < 172800) return [(number / 3600).toFixed(1), "h"];
    return [(number / 86400).toFixed(0), "days"];
}

/** "2.1 s" */
export const duration = (number) => seconds(number).join("\u00a0").trim();

/** "5 s ago", with the present given so that all of a page agree. */
export function ago(time, now) {
    const elapsed = (now - time) / 1000;
    if (elapsed < 1) return "now";
    return `${elapsed < 60 ? `${elapsed.toFixed(0)}\u00a0s` : duration(elapsed)} ago`;
}

/** 14:03:22 */
export const timeOfDay = (time) => clock.format(time);

/** The date and the time of day. */
export const dateAndTime = (time) => full.format(time);

/** The day and the minute, for tables. */
export const shortDateAndTime = (time) => short.format(time);

/** A label on a time axis: finer where the axis is short. */
export const timeTick = (time, span) =>
    (span > 2 * 86400e3 ? dayMonth : span > 600e3 ? hourMinute : clock).format(time);

const names = {
    "live": "Live", "learning": "Newest weights", "counts": "Counts only", "candidate": "Candidate", "popularity": "Decayed popularity",
    "co-visitation": "Decayed co-visitation", "co_visitation": "Decayed co-visitation", "frozen": "Frozen copy",
    "last_good": "Last good state",
    "micro_update": "Micro-update", "held_back": "Held back", "promotion": "Promotion", "discard": "Discard",
    "rollback": "Rollback", "retrain": "Retrain", "drift": "Drift", "alert": "Alert", "rolled_back": "Rolled back",
    "ctr": "Clicks per item", "empty": "Empty answers", "acceptance": "Answers with a click", "value": "Value per answer",
    "recall": "Recall", "ndcg": "NDCG", "mrr": "MRR", "hit": "Hit rate", "hr": "Hit rate",
};

/** A contender, a kind or a state in words. */
export function name(key) {
    if (names[key]) return names[key];
    const words = String(key).replaceAll("_", " ").replaceAll("-", " ").trim();
    return words.charAt(0).toUpperCase() + words.slice(1);
}

/** A metric in words: `recall@10` is "Recall@10". */
export function metricName(key) {
    const [head, depth] = String(key).split("@");
    return depth ? `${name(head)}@${depth}` : name(head);
}

/** An order that puts what people read first first. */
export function byMetric(left, right) {
    const rank = (key) => {
        const places = ["recall@10", "ndcg@10", "mrr@10", "recall@20", "ndcg@20", "mrr@20"];
        const place = places.indexOf(key);
        return place >= 0 ? place : places.length;
    };
    return rank(left) - rank(right) || left.localeCompare(right);
}

/** The order of contenders: what serves, what may, what they must beat. */
export function byContender(left, right) {
    const order = ["live", "learning", "candidate", "frozen", "retrain", "counts", "popularity", "co-visitation", "last_good"];
    const rank = (key) => order.includes(key) ? order.indexOf(key) : 99;
    return rank(left) - rank(right) || left.localeCompare(right);
}
