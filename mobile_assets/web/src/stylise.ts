/** What is done around a style network: read a mix, blend, keep the photo's colours. */
import { lightened } from "./cielab.js";
import { PocketLensError, UnknownName } from "./errors.js";
import type { Picture, Pixels, Tensor } from "./results.js";
import { clamp, rint } from "./rounding.js";
import { withAlpha } from "./transparency.js";

const { fround } = Math;

/** What becomes of a painting: `strength` 0..1 of it (1), with the photo's own colours if
 * `keepColours`. */
export interface Finish {
  readonly strength?: number;
  readonly keepColours?: boolean;
}

/** With the photo's colours, transparency, and as much of the style, as was asked for; both pictures have
 * the same size. */
export function finished(
  photo: Pixels,
  { pixels }: Picture,
  { strength = 1, keepColours = false }: Finish,
): Picture {
  const painted = keepColours ? lightened(photo, pixels) : pixels;
  const made = strength < 1 ? blended(photo, painted, strength) : painted;
  return { pixels: withAlpha(made, photo) };
}

/** In float32, the product of the photo not rounded before the sum. */
function blended({ width, height, data }: Pixels, painted: Pixels, strength: number): Pixels {
  const [rest, share] = [fround(1 - strength), fround(strength)];
  const mixed = (value: number, at: number) =>
    clamp(rint(fround(value * rest + fround(painted.data[at] * share))), 0, 255);
  return { width, height, data: data.map(mixed) };
}

/** Weights [1, count] that sum to 1, of `"7"` or a mix such as `"3:0.5,12:0.5"`. */
export function parseStyle(text: string, count: number): Tensor {
  const weights = new Float32Array(count);
  for (const part of text.split(",")) {
    const [name, weight = "1"] = part.split(":").map((word) => word.trim());
    const known = /^(0|[1-9]\d*)$/.test(name) && Number(name) < count;
    if (!known) throw new UnknownName("style", name, [`0 to ${count - 1}`]);
    weights[Number(name)] += weightOf(weight, part);
  }
  const total = weights.reduce((sum, weight) => Math.fround(sum + weight), 0);
  if (!(total > 0)) {
    throw new PocketLensError(`the styles of '${text}' weigh nothing: give one a weight`);
  }
  return { shape: [1, count], data: weights.map((weight) => weight / total) };
}

function weightOf(text: string, part: string): number {
  const weight = text === "" ? NaN : Number(text);
  if (weight >= 0 && weight < Infinity) return weight;
  throw new PocketLensError(`'${part}': the weight of a style is a number from 0 up`);
}
