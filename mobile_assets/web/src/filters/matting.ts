/**
 * The edge of a mask, refined against the photo, so that hair is not cut with scissors.
 *
 * The guided filter (He, Sun and Tang, "Guided Image Filtering", 2010) explains the mask near
 * its edge as a linear function of the photo's colours; where the mask is sure, it stays.
 */
import { clamp } from "../rounding.js";
import type { Mask, Pixels } from "../results.js";
import { type Plane, boxed, plane, planeOf, resized } from "./planes.js";

const LONGEST = 640;
const RADIUS = 1 / 36;
const EPSILON = 1e-4;
const SURE = 0.08;
const PAIRS = [
  [0, 0],
  [0, 1],
  [0, 2],
  [1, 1],
  [1, 2],
  [2, 2],
] as const;

/** How opaque the person is at every pixel, 0..1 in steps of 1/255. */
export function refined(photo: Pixels, { width, height, probability }: Mask): Plane {
  const [wide, high] = small(width, height);
  const guide = resized(planeOf(photo, 3, 1 / 255), wide, high, "area");
  const known = { width, height, channels: 1, data: probability };
  const { slopes, offset } = coefficients(guide, resized(known, wide, high, "area"));
  const steep = resized(slopes, width, height, "linear").data;
  const shift = resized(offset, width, height, "linear").data;
  const made = plane(width, height);
  for (let i = 0; i < made.data.length; i += 1) {
    let found = shift[i];
    for (let c = 0; c < 3; c += 1) found += (steep[3 * i + c] * photo.data[3 * i + c]) / 255;
    made.data[i] = Math.floor(settled(found, probability[i]) * 255 + 0.5) / 255;
  }
  return made;
}

function small(width: number, height: number): readonly [number, number] {
  const scale = Math.min(1, LONGEST / Math.max(width, height));
  return [Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))];
}

/** Stretch what the filter left grey, and keep what the network was sure of. */
function settled(alpha: number, probability: number): number {
  const stretched = clamp((alpha - 0.1) / 0.8, 0, 1);
  const unsure = clamp(Math.min(probability, 1 - probability) / SURE, 0, 1);
  const decided = probability >= 0.5 ? 1 : 0;
  return decided + unsure * (stretched - decided);
}

/** Slopes and offset such that mask = slopes . guide + offset, locally. */
function coefficients(guide: Plane, mask: Plane): { slopes: Plane; offset: Plane } {
  const { width, height } = mask;
  const radius = Math.max(2, Math.round(Math.max(width, height) * RADIUS));
  const mean = (one: Plane) => boxed(one, 2 * radius + 1, "reflect");
  const means = mean(guide);
  const meanMask = mean(mask);
  const squares = mean(
    products(guide, PAIRS.length, (at, k) => {
      const [i, j] = PAIRS[k];
      return guide.data[3 * at + i] * guide.data[3 * at + j];
    }),
  );
  const shared = mean(products(guide, 3, (at, k) => guide.data[3 * at + k] * mask.data[at]));
  const slopes = plane(width, height, 3);
  const offset = plane(width, height);
  for (let at = 0; at < mask.data.length; at += 1) {
    const m = means.data.subarray(3 * at, 3 * at + 3);
    const spread = PAIRS.map(([i, j], k) => squares.data[6 * at + k] - m[i] * m[j]);
    const right = [0, 1, 2].map((k) => shared.data[3 * at + k] - m[k] * meanMask.data[at]);
    const found = solved(spread, right);
    slopes.data.set(found, 3 * at);
    offset.data[at] = meanMask.data[at] - found[0] * m[0] - found[1] * m[1] - found[2] * m[2];
  }
  return { slopes: mean(slopes), offset: mean(offset) };
}

function products(
  { width, height }: Plane,
  channels: number,
  of: (at: number, channel: number) => number,
): Plane {
  const made = plane(width, height, channels);
  for (let at = 0, to = 0; at < width * height; at += 1) {
    for (let k = 0; k < channels; k += 1, to += 1) made.data[to] = of(at, k);
  }
  return made;
}

/** x of `A x = right`, A being symmetric and given by its upper half, by Cramer's rule. */
function solved(upper: readonly number[], right: readonly number[]): readonly number[] {
  const [b, c, e] = [upper[1], upper[2], upper[4]];
  const [a, d, f] = [upper[0] + EPSILON, upper[3] + EPSILON, upper[5] + EPSILON];
  const [x, y, z] = [d * f - e * e, c * e - b * f, b * e - c * d];
  const whole = a * x + b * y + c * z;
  const [p, q, r] = right;
  return [
    (x * p + y * q + z * r) / whole,
    (y * p + (a * f - c * c) * q + (b * c - a * e) * r) / whole,
    (z * p + (b * c - a * e) * q + (a * d - b * b) * r) / whole,
  ];
}
