/**
 * Where the model's input lies in the photo, and which boxes are kept.
 *
 * Photo coordinates are pixels, x to the right, y down, from the top left corner of the top
 * left pixel; a model's are (u, v) in 0..1 of its input in the same directions.
 */
import type { Resize } from "./manifest_types.js";
import type { Box, Point } from "./results.js";

/** x, y, width, height in whole pixels. */
export type Rect = readonly [x: number, y: number, width: number, height: number];
export type Size = readonly [width: number, height: number];

/** A row of a placement's matrix: a pixel's coordinate is u * row[0] + v * row[1] + row[2]. */
export type Row = readonly [byU: number, byV: number, start: number];

/** Takes what a model says in 0..1 of its input to pixels of the photo. */
export class Placement {
  constructor(
    readonly toX: Row,
    readonly toY: Row,
  ) {}

  /** The input is the upright rectangle from (x0, y0) to (x1, y1) of the photo. */
  static region(x0: number, y0: number, x1: number, y1: number): Placement {
    return new Placement([x1 - x0, 0, x0], [0, y1 - y0, y0]);
  }

  /** The input is a square of the photo whose upper edge points `angle` radians (clockwise,
   * as y runs down) away from the x axis. */
  static square([x, y]: Point, side: number, angle: number): Placement {
    const across = side * Math.cos(angle);
    const down = side * Math.sin(angle);
    return new Placement(
      [across, -down, x - (across - down) / 2],
      [down, across, y - (across + down) / 2],
    );
  }

  /** The width of the input in pixels of the photo. */
  get side(): number {
    return Math.hypot(this.toX[0], this.toY[0]);
  }

  /** The pixel of a point in 0..1. */
  pixel(u: number, v: number): Point {
    const [a, b, x] = this.toX;
    const [d, e, y] = this.toY;
    return [a * u + b * v + x, d * u + e * v + y];
  }

  /** The point in 0..1 of a pixel. */
  inverse(x: number, y: number): Point {
    const [a, b, left] = this.toX;
    const [d, e, top] = this.toY;
    const area = a * e - b * d;
    return [((x - left) * e - (y - top) * b) / area, ((y - top) * a - (x - left) * d) / area];
  }
}

/**
 * How a photo is brought to the size of an input: `source` of the photo is halved `halvings`
 * times by 2x2 means, then resized onto `target` of the input.
 */
export interface Plan {
  readonly source: Rect;
  readonly halvings: number;
  readonly target: Rect;
  readonly placement: Placement;
}

/** The step `resize` as whole rectangles, for a photo of that size. */
export function plan(photo: Size, input: Size, resize: Resize): Plan {
  const [source, target] = rectangles(photo, input, resize.fit);
  const halvings = halvingsOf(source, target, resize.halve_from);
  const width = (source[2] >> halvings) << halvings;
  const height = (source[3] >> halvings) << halvings;
  const scaleX = width / target[2];
  const scaleY = height / target[3];
  const left = source[0] - target[0] * scaleX;
  const top = source[1] - target[1] * scaleY;
  return {
    source: [source[0], source[1], width, height],
    halvings,
    target,
    placement: Placement.region(left, top, left + input[0] * scaleX, top + input[1] * scaleY),
  };
}

function rectangles(photo: Size, input: Size, fit: Resize["fit"]): readonly [Rect, Rect] {
  const whole: Rect = [0, 0, ...photo];
  const everything: Rect = [0, 0, ...input];
  if (fit === "letterbox") return [whole, centred(input, photo)];
  if (fit === "crop") return [centred(photo, input), everything];
  return [whole, everything];
}

/** The largest rectangle of the proportions `shape` in the middle of `frame`. */
function centred(frame: Size, shape: Size): Rect {
  const scale = Math.min(frame[0] / shape[0], frame[1] / shape[1]);
  const side = (axis: 0 | 1) =>
    Math.min(frame[axis], Math.max(1, Math.floor(shape[axis] * scale + 0.5)));
  const [width, height] = [side(0), side(1)];
  return [(frame[0] - width) >> 1, (frame[1] - height) >> 1, width, height];
}

function halvingsOf(source: Rect, target: Rect, halveFrom: number): number {
  let halvings = 0;
  while (
    source[2] >> halvings >= halveFrom * target[2] &&
    source[3] >> halvings >= halveFrom * target[3]
  ) {
    halvings += 1;
  }
  return halvings;
}

/** A square around a box's centre, its side `scale` times the longer of the box's. */
export function squareAround([x0, y0, x1, y1]: Box, scale: number, angle: number): Placement {
  const side = scale * Math.max(x1 - x0, y1 - y0);
  return Placement.square([(x0 + x1) / 2, (y0 + y1) / 2], side, angle);
}

/** The angle of a line in radians: 0 where it runs to the right, clockwise. */
export function slope(from: Point, to: Point): number {
  return Math.atan2(to[1] - from[1], to[0] - from[0]);
}

/** Intersection over union of two rows that begin with a box xyxy; 0 where both are empty. */
export function overlap(one: readonly number[], other: readonly number[]): number {
  const wide = Math.min(one[2], other[2]) - Math.max(one[0], other[0]);
  const high = Math.min(one[3], other[3]) - Math.max(one[1], other[1]);
  const shared = Math.max(wide, 0) * Math.max(high, 0);
  const union = area(one) + area(other) - shared;
  return union > 0 ? shared / union : 0;
}

function area(row: readonly number[]): number {
  return Math.max(row[2] - row[0], 0) * Math.max(row[3] - row[1], 0);
}

/** Of rows that overlap by more than the threshold only the best stays: indices, best first. */
export function nms(
  rows: readonly (readonly number[])[],
  scores: readonly number[],
  iouThreshold: number,
): readonly number[] {
  let waiting = byScore(scores);
  const kept: number[] = [];
  while (waiting.length > 0) {
    const [first, ...others] = waiting as [number, ...number[]];
    kept.push(first);
    waiting = others.filter((i) => !(overlap(rows[first], rows[i]) > iouThreshold));
  }
  return kept;
}

/** Rows that overlap by more than the threshold melt into one, weighted by score. */
export function weightedNms(
  rows: readonly (readonly number[])[],
  scores: readonly number[],
  iouThreshold: number,
): readonly { readonly row: readonly number[]; readonly score: number }[] {
  let waiting = byScore(scores);
  const found = [];
  while (waiting.length > 0) {
    const [first, ...others] = waiting as [number, ...number[]];
    const near = others.filter((i) => overlap(rows[first], rows[i]) > iouThreshold);
    found.push({ row: mean([first, ...near], rows, scores), score: scores[first] });
    waiting = others.filter((i) => !near.includes(i));
  }
  return found;
}

function byScore(scores: readonly number[]): number[] {
  return [...scores.keys()].sort((one, other) => scores[other] - scores[one]);
}

function mean(
  members: readonly number[],
  rows: readonly (readonly number[])[],
  scores: readonly number[],
): readonly number[] {
  const total = members.reduce((sum, i) => sum + scores[i], 0);
  return rows[members[0]].map(
    (_, column) => members.reduce((sum, i) => sum + scores[i] * rows[i][column], 0) / total,
  );
}
