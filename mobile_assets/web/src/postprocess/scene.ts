import type { Placement, Size } from "../geometry.js";
import { SpecError } from "../errors.js";
import type { Tensor, Tensors } from "../results.js";
import type { Window } from "../windows.js";

/** The model's labels, where the input lies in the photo, the photo's width and height, and the
 * window of it that is looked at, where there are several. */
export interface Scene {
  readonly labels: readonly string[];
  readonly placement: Placement;
  readonly size: Size;
  readonly window?: Window;
}

/** An output by name; `SpecError` where the graph gave none. */
export function output(outputs: Tensors, name: string): Tensor {
  const found = outputs[name];
  if (found === undefined) throw new SpecError(`the graph gave no '${name}': convert it again`);
  return found;
}
