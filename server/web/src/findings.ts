/** A result in words: lists with shares, texts, colours, facts, whatever the task. */
import { h } from "./dom.js";
import { matchesOf } from "./matches.js";
import { named, percent, shareOf } from "./marks.js";
import { KNOWN } from "./tasks.js";
import type { Answer, Json } from "./types.js";

/** What is said of places in the photo is shown there, and not read out. */
const PLACES = new Set([
  ...["box", "mask", "points", "landmarks", "polygon", "quad", "corners", "embedding"],
  ...["box_xyxy", "size", "channels", "picture", "id"],
]);
const NAMES = ["name", "label", "person", "text", "word", "is", "place"];
const SHARES = ["smile", "score", "confidence", "similarity", "share"];
const MOST = 60;

/** The result as elements. */
export function findings({ result, task }: Answer): readonly HTMLElement[] {
  if (task.name === "analyze") return Object.entries(result).flatMap(analysis);
  return task.name === "search" ? matchesOf(result) : elements(result);
}

/** The result in one line, for who listens, and above the list. */
export function summary({ result, task, picture }: Answer): string {
  if (task.name === "analyze") return together(result);
  const { format, size } = result as { format?: string; size?: readonly number[] };
  if (format !== undefined && size) return `${format.toUpperCase()}, ${size.join(" × ")}`;
  for (const [key, value] of Object.entries(result)) {
    if (Array.isArray(value) && !PLACES.has(key)) return counted(value.length, key);
    if (key === "person" && typeof value === "number") return `${percent(value)} is a person`;
  }
  return picture !== null && task.makes ? "A picture, ready" : "Done";
}

function together({ problems = {}, ...results }: Json): string {
  const [good, bad] = [results, problems as Json].map((one) => Object.keys(one).length);
  return `${good} answered${bad > 0 ? `, ${bad} could not` : ""}`;
}

/** One of the analyses that were made together. */
function analysis([name, value]: [string, unknown]): readonly HTMLElement[] {
  if (name === "problems") {
    const list = Object.entries(value as Readonly<Record<string, string>>);
    return list.map(([task, text]) =>
      h("section", { class: "part failed" }, h("h3", {}, titled(task)), h("p", {}, text)),
    );
  }
  const parts = elements(value as Json);
  return [h("section", { class: "part" }, h("h3", {}, titled(name)), ...parts)];
}

function titled(name: string): string {
  return KNOWN[name]?.title ?? worded(name);
}

function elements(result: Json): readonly HTMLElement[] {
  const made: HTMLElement[] = [];
  const plain: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(result)) {
    if (PLACES.has(key) || value === null || value === "") continue;
    if (key === "person" && typeof value === "number") made.push(person(value));
    else if (Array.isArray(value)) made.push(...folded(result, key, listed(key, value)));
    else if (isProse(key, value)) made.push(h("blockquote", {}, value as string));
    else plain[key] = value;
  }
  const rest = facts(plain);
  return rest === null ? made : [...made, rest];
}

/** The lines of a text that is told as a whole are there for who asks. */
function folded(
  result: Json,
  key: string,
  made: readonly HTMLElement[],
): readonly HTMLElement[] {
  if (key !== "lines" || !result["text"]) return made;
  return [h("details", { class: "more" }, h("summary", {}, "Line by line"), ...made)];
}

function isProse(key: string, value: unknown): boolean {
  return typeof value === "string" && (value.length > 60 || /^(caption|text)$/.test(key));
}

function person(share: number): HTMLElement {
  return h("ul", { class: "rows" }, row({ name: "a person", share }, ""));
}

function counted(count: number, key: string): string {
  const words = key.replaceAll("_", " ");
  if (count === 0) return `No ${words} in this photo`;
  return `${count} ${count === 1 ? singular(words) : words}`;
}

function singular(words: string): string {
  if (/(ss|x|ch|sh)es$/.test(words)) return words.slice(0, -2);
  return /[^s]s$/.test(words) ? words.slice(0, -1) : words;
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
  const rows = records
    .slice(0, MOST)
    .map((one, i) => row(one, `${worded(singular(key))} ${i + 1}`));
  const more = records.length - rows.length;
  const rest = more > 0 ? [h("li", { class: "soft" }, `and ${more} more`)] : [];
  return [h("ul", { class: "rows" }, ...rows, ...rest)];
}

function row(one: Json, numbered: string): HTMLElement {
  const item = h("li", {}, swatch(one), h("span", { class: "name" }, named(one) || numbered));
  const share = typeof one["share"] === "number" ? percent(one["share"]) : shareOf(one);
  const number = SHARES.map((key) => one[key]).find((value) => typeof value === "number");
  if (share !== "") item.append(h("span", { class: "share" }, share));
  if (typeof number === "number" && number >= 0 && number <= 1) item.append(bar(number));
  const moods = one["expressions"];
  if (typeof moods === "object" && moods !== null) item.append(moodsOf(moods as Json));
  const rest = facts(others(one, ["expressions", "distance", "angle"]));
  if (rest !== null) item.append(rest);
  return item;
}

/** What its name and share leave to be told. */
function others(one: Json, also: readonly string[] = []): Json {
  const kept = Object.entries(one).filter(
    ([key, value]) =>
      ![...SHARES, "colour", "rgb", "hex", ...also].includes(key) &&
      !(NAMES.includes(key) && value === named(one)),
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
    .filter(([, share]) => share >= 0.005)
    .slice(0, 3);
  const words = best.map(([name, share]) => `${name} ${percent(share)}`);
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
    const text = PLACES.has(key) ? "" : told(value);
    if (text !== "") list.append(h("dt", {}, worded(key)), h("dd", {}, text));
  }
  return list.childElementCount > 0 ? list : null;
}

/** A value in words; "" where it says nothing. */
function told(value: unknown): string {
  if (typeof value === "number") {
    return Number.isInteger(value) ? value.toLocaleString() : `${Number(value.toPrecision(3))}`;
  }
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (Array.isArray(value)) return joined(value.map(told));
  if (typeof value !== "object" || value === null) return plain(value);
  const one = value as Json;
  const rest = Object.entries(named(one) ? others(one) : one)
    .filter(([key, part]) => !PLACES.has(key) && told(part) !== "")
    .map(([key, part]) => `${worded(key).toLowerCase()} ${told(part)}`);
  return joined([named(one) && `${named(one)} ${shareOf(one)}`.trim(), ...rest]);
}

/** Ids and hashes are for programs. */
function plain(value: unknown): string {
  const text = String(value ?? "");
  return /^[0-9a-f]{32,}$/.test(text) ? "" : text;
}

function joined(parts: readonly string[]): string {
  return parts.filter((part) => part !== "").join(", ");
}

function worded(key: string): string {
  const words = key.replaceAll("_", " ").replaceAll("-", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
