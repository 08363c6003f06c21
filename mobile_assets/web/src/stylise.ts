/** What is done around a style network: a mix of styles is read. */
import { PocketLensError, UnknownName } from "./errors.js";
import type { Tensor } from "./results.js";

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
