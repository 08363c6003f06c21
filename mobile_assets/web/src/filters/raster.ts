/** How much of every pixel an outline covers: of its inside, or of a line along it. */
import { clamp } from "../rounding.js";
import type { Point } from "../results.js";
import type { Region } from "./colours.js";
import type { Outline } from "./outlines.js";
import { type Plane, gaussian, plane } from "./planes.js";

const ROWS = 4; // samples of a pixel from top to bottom; from left to right it is exact
const LEAST_SIGMA = 0.1;

/** The part of a picture that has the points with a margin; null where all is outside. */
export function regionOf(
  lines: readonly Outline[],
  margin: number,
  { width, height }: { width: number; height: number },
): Region | null {
  const [low, high]: [number[], number[]] = [
    [Infinity, Infinity],
    [-Infinity, -Infinity],
  ];
  for (const { points } of lines) {
    for (const point of points) {
      for (const axis of [0, 1]) {
        low[axis] = Math.min(low[axis], point[axis]);
        high[axis] = Math.max(high[axis], point[axis]);
      }
    }
  }
  const [x, y] = low.map((value) => Math.max(0, Math.floor(value - margin)));
  const right = Math.min(width, Math.ceil(high[0] + margin));
  const bottom = Math.min(height, Math.ceil(high[1] + margin));
  return x < right && y < bottom ? { x, y, width: right - x, height: bottom - y } : null;
}

/** The cover 0..1 of a region: of the inside where `thick` is 0, else of a line so many pixels
 * wide; its edge fades with `sigma`. */
export function coverOf(
  lines: readonly Outline[],
  region: Region,
  thick: number,
  sigma: number,
): Plane {
  const made = plane(region.width, region.height);
  const moved = lines.map(({ points, closed }) => ({
    points: points.map(([x, y]): Point => [x - region.x, y - region.y]),
    closed,
  }));
  if (thick) strokeOn(made, moved, thick);
  else fillOn(made, moved);
  return sigma > LEAST_SIGMA ? gaussian(made, sigma, 3) : made;
}

/** Adds the inside: where parts overlap, what is inside an even number of them is outside. */
function fillOn(made: Plane, lines: readonly Outline[]): void {
  const edges = lines.flatMap(({ points }) =>
    points.map((from, i) => [from, points[(i + 1) % points.length]] as const),
  );
  const crossings: number[][] = Array.from({ length: made.height * ROWS }, () => []);
  for (const [from, to] of edges) cross(crossings, from, to);
  crossings.forEach((xs, row) => {
    xs.sort((a, b) => a - b);
    for (let i = 0; i + 1 < xs.length; i += 2) {
      run(made, Math.floor(row / ROWS) * made.width, xs[i], xs[i + 1]);
    }
  });
}

/** Notes where an edge crosses the middle of each row of samples. */
function cross(crossings: number[][], from: Point, to: Point): void {
  const [[x0, y0], [x1, y1]] = from[1] < to[1] ? [from, to] : [to, from];
  const first = Math.max(0, Math.ceil(y0 * ROWS - 0.5));
  const last = Math.min(crossings.length - 1, Math.ceil(y1 * ROWS - 0.5) - 1);
  for (let row = first; row <= last; row += 1) {
    crossings[row].push(x0 + (((row + 0.5) / ROWS - y0) / (y1 - y0)) * (x1 - x0));
  }
}

/** Adds one row of samples from `start` to `end`. */
function run({ width, data }: Plane, base: number, start: number, end: number): void {
  const [from, to] = [clamp(start, 0, width), clamp(end, 0, width)];
  for (let x = Math.floor(from); x < to; x += 1) {
    data[base + x] += (Math.min(x + 1, to) - Math.max(x, from)) / ROWS;
  }
}

function strokeOn(made: Plane, lines: readonly Outline[], thick: number): void {
  for (const { points, closed } of lines) {
    const count = closed ? points.length : points.length - 1;
    for (let i = 0; i < count; i += 1) {
      segmentOn(made, points[i], points[(i + 1) % points.length], thick);
    }
  }
}

/** A straight line with round ends. */
function segmentOn(made: Plane, from: Point, to: Point, thick: number): void {
  const half = thick / 2;
  const most = Math.min(1, thick);
  const span = (axis: 0 | 1, count: number) => [
    clamp(Math.floor(Math.min(from[axis], to[axis]) - half - 1), 0, count),
    clamp(Math.ceil(Math.max(from[axis], to[axis]) + half + 1), 0, count),
  ];
  const [[left, right], [top, bottom]] = [span(0, made.width), span(1, made.height)];
  for (let y = top; y < bottom; y += 1) {
    for (let x = left; x < right; x += 1) {
      const cover = clamp(half + 0.5 - away([x + 0.5, y + 0.5], from, to), 0, most);
      const at = y * made.width + x;
      made.data[at] = Math.max(made.data[at], cover);
    }
  }
}

function away([x, y]: Point, [x0, y0]: Point, [x1, y1]: Point): number {
  const [dx, dy] = [x1 - x0, y1 - y0];
  const length = dx * dx + dy * dy;
  const t = length ? clamp(((x - x0) * dx + (y - y0) * dy) / length, 0, 1) : 0;
  return Math.hypot(x - x0 - t * dx, y - y0 - t * dy);
}
