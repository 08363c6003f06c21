/** Colours, gradients, and how a paint goes over what is there. */
import type { Pixels } from "../results.js";
import type { Blend, Gradient } from "./art.js";

const STEPS = 256;

export type Rgb = readonly [number, number, number];

/** A part of a picture: its first column and row, and its size. */
export interface Region {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Where the origin of the art's plane is in pixels, and its two axes. */
export interface Axes {
  readonly origin: readonly [number, number];
  readonly u: readonly [number, number];
  readonly v: readonly [number, number];
}

/** The paint of a pixel, and how opaque it is there. */
export type Paint = (x: number, y: number) => readonly [number, number, number, number];

/** Red, green, blue of `#rrggbb`. */
export function rgbOf(colour: string): Rgb {
  const at = (from: number) => Number.parseInt(colour.slice(from, from + 2), 16);
  return [at(1), at(3), at(5)];
}

/** Two colours, 0..255, as light adds up on a screen that cannot get brighter than white. */
export function screened(below: number, above: number): number {
  return 255 - Math.round(((255 - below) * (255 - above)) / 255);
}

/** Lays a colour over the pixel whose first byte is at `to`, by `share` 0..1. */
export function lay(
  data: Pixels["data"],
  to: number,
  colour: readonly number[],
  share: number,
  blend: Blend = "normal",
): void {
  for (let channel = 0; channel < 3; channel += 1) {
    const below = data[to + channel];
    const above = mixed(below, colour[channel], blend);
    data[to + channel] = Math.round(below + share * (above - below));
  }
}

function mixed(below: number, above: number, blend: Blend): number {
  if (blend === "multiply") return Math.round((below * above) / 255);
  return blend === "screen" ? screened(below, above) : above;
}

/** One colour everywhere. */
export function plain(colour: string): Paint {
  const made = [...rgbOf(colour), 1] as const;
  return () => made;
}

/** A gradient on the art's plane. */
export function tones(fill: Gradient, axes: Axes): Paint {
  const table = tableOf(fill);
  const along = alongOf(fill, axes);
  return (x, y) => {
    const t = along(x + 0.5, y + 0.5) * (STEPS - 1) + 0.5;
    return table[Math.floor(Math.min(Math.max(t, 0), STEPS - 1))];
  };
}

/** How far along its gradient a place is, 0..1 between its ends. */
function alongOf(fill: Gradient, axes: Axes): (x: number, y: number) => number {
  if (fill.gradient === "linear") {
    const [x, y] = fill.start;
    const across = [fill.end[0] - x, fill.end[1] - y];
    const length = Math.max(across[0] ** 2 + across[1] ** 2, 1e-12);
    const [p, q] = [across[0] / length, across[1] / length];
    return form([p, q, -p * x - q * y], axes);
  }
  const scale = 1 / fill.radius;
  const right = form([scale, 0, -fill.centre[0] * scale], axes);
  const down = form([0, scale, -fill.centre[1] * scale], axes);
  return (x, y) => Math.hypot(right(x, y), down(x, y));
}

/** `p u + q v + c` of a place, (u, v) being the art's coordinates. */
function form(
  [p, q, c]: readonly [number, number, number],
  { origin, u, v }: Axes,
): (x: number, y: number) => number {
  let [a, d, b, e] = [...u, ...v];
  let area = a * e - b * d;
  if (Math.abs(area) < 1e-6) [a, b, d, e, area] = [1, 0, 0, 1, 1]; // seen from the edge
  const [byX, byY] = [(p * e - q * d) / area, (q * a - p * b) / area];
  return (x, y) => (x - origin[0]) * byX + (y - origin[1]) * byY + c;
}

const TABLES = new WeakMap<Gradient, readonly (readonly [number, number, number, number])[]>();

function tableOf(fill: Gradient): readonly (readonly [number, number, number, number])[] {
  const known = TABLES.get(fill);
  if (known) return known;
  const stops = fill.stops.map(
    ([at, colour, clear]) => [at, [...rgbOf(colour), clear]] as const,
  );
  const table = Array.from({ length: STEPS }, (_, i) => {
    const [r, g, b, clear] = between(stops, i / (STEPS - 1));
    const byte = (value: number) => Math.floor(value + 0.5);
    return [byte(r), byte(g), byte(b), clear] as const;
  });
  TABLES.set(fill, table);
  return table;
}

/** The values at `t` between the stops, those of the ends beyond them. */
function between(
  stops: readonly (readonly [number, readonly number[]])[],
  t: number,
): readonly number[] {
  const next = stops.findIndex(([at]) => at > t);
  if (next === 0) return stops[0][1];
  if (next === -1) return stops[stops.length - 1][1];
  const [[from, low], [to, high]] = [stops[next - 1], stops[next]];
  const part = (t - from) / (to - from);
  return low.map((value, i) => value + part * (high[i] - value));
}
