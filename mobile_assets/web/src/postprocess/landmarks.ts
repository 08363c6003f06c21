/** The face mesh's points to pixels of the photo (arXiv 1907.06724). */
import type { KeepPresent, MapPoints } from "../manifest_types.js";
import type { Tensors } from "../results.js";
import { type Scene, output } from "./scene.js";

/** `keep-present`: the outputs, or null where the crop shows no face. */
export function keepPresent(step: KeepPresent, outputs: Tensors): Tensors | null {
  return output(outputs, step.output).data[0] >= Math.fround(step.threshold) ? outputs : null;
}

/** `map-points`: x, y, z of each point, one after the other. */
export function mapPoints(step: MapPoints, outputs: Tensors, scene: Scene): Float32Array {
  const { data } = output(outputs, step.output);
  const placed = new Float32Array(data.length);
  const { placement } = scene;
  for (let i = 0; i < data.length; i += 3) {
    placed.set(placement.pixel(data[i], data[i + 1]), i);
    placed[i + 2] = data[i + 2] * placement.side;
  }
  return placed;
}
