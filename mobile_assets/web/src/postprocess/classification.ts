/** Probabilities to the best labels. */
import type { TopLabels } from "../manifest_types.js";
import type { Labels, Tensors } from "../results.js";
import { type Scene, output } from "./scene.js";

/** `top-labels`. */
export function topLabels(step: TopLabels, outputs: Tensors, scene: Scene): Labels {
  const { data } = output(outputs, step.output);
  const best = [...data.keys()].sort((one, other) => data[other] - data[one]);
  const labels = best
    .slice(0, step.most)
    .map((index) => ({ label: scene.labels[index], score: data[index] }));
  return { labels };
}
