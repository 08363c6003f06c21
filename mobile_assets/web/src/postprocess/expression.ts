/** Probabilities of the expressions of a face (arXiv 1710.07557). */
import type { NameExpressions } from "../manifest_types.js";
import type { Tensors } from "../results.js";
import { type Scene, output } from "./scene.js";

/** `name-expressions`. */
export function nameExpressions(
  step: NameExpressions,
  outputs: Tensors,
  scene: Scene,
): Readonly<Record<string, number>> {
  const { data } = output(outputs, step.output);
  return Object.fromEntries(scene.labels.map((label, index) => [label, data[index]]));
}
