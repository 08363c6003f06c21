/** What a result says of places in the photo, whatever the task: boxes, points, masks, text. */
import type { Json, Soft } from "./types.js";
import { maskOf } from "./pixels.js";

export type Xy = readonly [x: number, y: number];

/** Something at a place; `colour` is a number that things of one kind share. */
export interface Mark {
  readonly colour: number;
  readonly label: string;
  readonly corners: readonly Xy[];
  readonly points: readonly Xy[];
  /** So many points that they are drawn fine. */
  readonly fine: boolean;
  readonly mask: unknown;
}

export const OVERLAYS = ["boxes", "points", "masks", "text"] as const;
export type Overlay = (typeof OVERLAYS)[number];

/** Every mark of a result, in its order. */
export function marksOf(result: Json): readonly Mark[] {
  const found: Mark[] = [];
  const kinds = new Map<string, number>();
  walk(result, (one) => {
    const mark = markOf(one, kinds);
    if (mark !== null) found.push(mark);
  });
  return found.filter((mark, i) => !found.some((other, j) => says(other, j, mark, i)));
}

/** Whether another mark of the same corners says more, or as much and stands before. */
function says(other: Mark, at: number, { corners, label }: Mark, own: number): boolean {
  if (at === own || corners.length === 0 || `${corners}` !== `${other.corners}`) return false;
  const more = other.label.length - label.length;
  return more > 0 || (more === 0 && at < own);
}

/** Which overlays there is something for. */
export function overlaysOf(marks: readonly Mark[], soft: Soft | null): readonly Overlay[] {
  const there: Readonly<Record<Overlay, boolean>> = {
    boxes: marks.some(({ corners }) => corners.length > 0),
    points: marks.some(({ points }) => points.length > 0),
    masks: soft !== null || marks.some(({ mask }) => mask !== null),
    text: marks.some(({ label, corners }) => label !== "" && corners.length > 0),
  };
  return OVERLAYS.filter((name) => there[name]);
}

function walk(value: unknown, visit: (one: Json) => void): void {
  if (Array.isArray(value)) return value.forEach((part) => walk(part, visit));
  if (typeof value !== "object" || value === null) return;
  visit(value as Json);
  for (const part of Object.values(value)) walk(part, visit);
}

function markOf(one: Json, kinds: Map<string, number>): Mark | null {
  const corners = cornersOf(one);
  const points = pointsOf(one);
  const mask = one["mask"] ?? null;
  if (corners.length === 0 && points.length === 0 && mask === null) return null;
  const kind = "text" in one ? "text" : named(one) || `${kinds.size}`;
  if (!kinds.has(kind)) kinds.set(kind, kinds.size);
  const label = [named(one), shareOf(one)].filter((part) => part !== "").join(" ");
  const colour = kinds.get(kind) ?? 0;
  return { colour, label, corners, points, fine: points.length > 60, mask };
}

/** What a thing is called, by any of the names that tasks have for it. */
export function named(one: Json): string {
  for (const key of ["name", "label", "person", "text", "word", "is", "place"]) {
    const value = one[key];
    if (typeof value === "string" && value !== "") return value;
  }
  return "";
}

/** The probability that is told of a thing, as people read it; "" for none. */
export function shareOf(one: Json): string {
  const smile = one["smile"];
  if (typeof smile === "number") return `smile ${percent(smile)}`;
  for (const key of ["score", "confidence", "similarity"]) {
    const value = one[key];
    if (typeof value === "number") return percent(value);
  }
  return "";
}

export function percent(share: number): string {
  const whole = Math.round(100 * share);
  return whole === 0 && share > 0 ? "< 1 %" : `${whole} %`;
}

function cornersOf(one: Json): readonly Xy[] {
  for (const key of ["polygon", "quad", "corners", "box"]) {
    const value = one[key];
    if (!Array.isArray(value)) continue;
    if (value.length === 4 && value.every((part) => typeof part === "number")) {
      const [x0, y0, x1, y1] = value as readonly number[];
      return [[x0, y0], [x1, y0], [x1, y1], [x0, y1]]; // prettier-ignore
    }
    const pairs = pairsOf(value);
    if (pairs.length > 2) return pairs;
  }
  return [];
}

function pointsOf(one: Json): readonly Xy[] {
  const dense = pairsOf(one["landmarks"]);
  if (dense.length > 0) return dense;
  const points = one["points"];
  if (typeof points !== "object" || points === null) return [];
  return pairsOf(Array.isArray(points) ? points : Object.values(points));
}

function pairsOf(value: unknown): readonly Xy[] {
  if (!Array.isArray(value)) return [];
  const whole = value.every((one) => Array.isArray(one) && typeof one[0] === "number");
  return whole ? value.map((one: readonly number[]) => [one[0], one[1]] as const) : [];
}

/** The marks' masks, each with its colour. */
export async function masksOf(marks: readonly Mark[]): Promise<readonly [number, Soft][]> {
  const read = marks
    .filter(({ mask }) => mask !== null)
    .map(async ({ colour, mask }) => [colour, await maskOf(mask)] as const);
  return (await Promise.all(read)).flatMap(([colour, mask]) => (mask ? [[colour, mask]] : []));
}
