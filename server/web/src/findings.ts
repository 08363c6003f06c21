/** A result in words: lists with shares, texts, colours, facts, whatever the task. */
import { h } from "./dom.js";
import { named, percent, shareOf } from "./marks.js";
import type { Answer, Json } from "./types.js";

/** What is said of places in the photo is shown there, and not read out. */
const PLACES = new Set([
  ...["box", "mask", "points", "landmarks", "polygon", "quad", "corners", "embedding"],
  ...["box_xyxy", "size", "channels", "picture"],
]);
const MOST = 60;

/** The result as elements. */
export function findings({ result, task }: Answer): readonly HTMLElement[] {
  const made = Object.entries(result).flatMap(([key, value]) => entry(key, value));
  if (made.length > 0) return made;
  return [h("p", { class: "soft" }, task.makes ? "" : "There is nothing more to tell.")];
}

/** The result in one line, for who listens, and above the list. */
export function summary({ result, task, picture }: Answer): string {
  for (const [key, value] of Object.entries(result)) {
    if (Array.isArray(value) && !PLACES.has(key)) return counted(value.length, key);
    if (key === "person" && typeof value === "number") return `${percent(value)} is a person`;
  }
  if (typeof result["text"] === "string") return "Read";
  return picture !== null && task.makes ? "A picture, ready" : "Done";
}

function counted(count: number, key: string): string {
  const words = key.replaceAll("_", " ");
  if (count === 0) return `No ${words} in this photo`;
  return `${count} ${count === 1 ? words.replace(/(ss|[^s])(e?s)$/, singular) : words}`;
}

function singular(_: string, stem: string, end: string): string {
  return end === "es" && /[sx]$/.test(stem) ? stem : stem + end.slice(0, -1);
}

function entry(key: string, value: unknown): readonly HTMLElement[] {
  if (PLACES.has(key) || value === null || value === "" || key === "person") return [];
  if (Array.isArray(value)) return listed(key, value);
  if (typeof value === "object") {
    const parts = facts(value as Json);
    return parts === null ? [] : [h("h4", {}, worded(key)), parts];
  }
  if (typeof value === "string" && value.length > 60) return [h("blockquote", {}, value)];
  if (key === "caption" || key === "text") return [h("blockquote", {}, String(value))];
  const shown = facts({ [key]: value });
  return shown === null ? [] : [shown];
}

function listed(key: string, values: readonly unknown[]): readonly HTMLElement[] {
  if (values.length === 0) {
    return [h("p", { class: "soft" }, `${counted(0, key)}.`)];
  }
  if (values.some((value) => typeof value !== "object")) {
    const plain = values.filter((value) => typeof value !== "object");
    return [h("p", {}, `${worded(key)}: ${plain.map(told).join(", ")}`)];
  }
  const records = (values as readonly Json[]).filter((one) => one["share"] !== 0);
  const rows = records.slice(0, MOST).map((one, i) => row(one, `${single(key)} ${i + 1}`));
  const more = records.length - rows.length;
  const rest = more > 0 ? [h("li", { class: "soft" }, `and ${more} more`)] : [];
  return [h("ul", { class: "rows" }, ...rows, ...rest)];
}

function row(one: Json, numbered: string): HTMLElement {
  const item = h("li", {}, swatch(one), h("span", { class: "name" }, named(one) || numbered));
  const number = [one["smile"], one["score"], one["confidence"], one["share"]].find(
    (value) => typeof value === "number" && value >= 0 && value <= 1,
  );
  const share = shareOf(one) || (typeof one["share"] === "number" ? percent(one["share"]) : "");
  if (share !== "") item.append(h("span", { class: "share" }, share));
  if (typeof number === "number") item.append(bar(number));
  const moods = one["expressions"];
  if (typeof moods === "object" && moods !== null) item.append(moodsOf(moods as Json));
  const rest = facts(others(one));
  if (rest !== null) item.append(rest);
  return item;
}

function others(one: Json): Json {
  const told = ["name", "label", "score", "confidence", "smile", "expressions", "share"];
  const colours = ["colour", "rgb", "hex"];
  const kept = Object.entries(one).filter(
    ([key]) => !told.includes(key) && !colours.includes(key) && one[key] !== named(one),
  );
  return Object.fromEntries(kept);
}

/** A bar as wide as the share; the number beside it says the same. */
function bar(share: number): HTMLElement {
  const made = h("span", { class: "meter", "aria-hidden": "true" });
  made.style.setProperty("--share", `${100 * share}%`);
  return made;
}

function moodsOf(moods: Json): HTMLElement {
  const best = Object.entries(moods as Readonly<Record<string, number>>)
    .sort(([, one], [, other]) => other - one)
    .slice(0, 3);
  const words = best.map(([name, share]) => `${worded(name).toLowerCase()} ${percent(share)}`);
  return h("span", { class: "also" }, words.join(" · "));
}

function swatch(one: Json): HTMLElement | null {
  const hex = typeof one["hex"] === "string" ? one["hex"] : null;
  const rgb = one["colour"] ?? one["rgb"];
  const colour = hex ?? (Array.isArray(rgb) ? `rgb(${rgb.join(" ")})` : null);
  if (colour === null) return null;
  const made = h("span", { class: "swatch", "aria-hidden": "true" });
  made.style.setProperty("--colour", colour);
  return made;
}

/** Names and values; null where there is nothing to tell. */
function facts(record: Json): HTMLElement | null {
  const list = h("dl", { class: "facts" });
  for (const [key, value] of Object.entries(record)) {
    if (PLACES.has(key) || value === null || value === "") continue;
    const text = told(value);
    if (text !== "") list.append(h("dt", {}, worded(key)), h("dd", {}, text));
  }
  return list.childElementCount > 0 ? list : null;
}

function told(value: unknown): string {
  if (typeof value === "number") {
    return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(3)));
  }
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (Array.isArray(value))
    return value
      .map(told)
      .filter((text) => text !== "")
      .join(", ");
  if (typeof value === "object" && value !== null) {
    const parts = Object.entries(value).filter(([key]) => !PLACES.has(key));
    return parts.map(([key, part]) => `${worded(key).toLowerCase()} ${told(part)}`).join(", ");
  }
  return String(value ?? "");
}

function worded(key: string): string {
  const words = key.replaceAll("_", " ").replaceAll("-", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function single(key: string): string {
  return worded(counted(1, key).slice(2));
}
