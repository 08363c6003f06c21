/** The window of an enlarged picture that a network made: what of it is kept. */
import { SpecError } from "../errors.js";
import type { JoinWindows } from "../manifest_types.js";
import type { Picture, Tensors } from "../results.js";
import { clamp, rint } from "../rounding.js";
import { type Scene, output } from "./scene.js";

/** `join-windows`, of one window: the part to be put into its place. */
export function joinWindows(step: JoinWindows, outputs: Tensors, scene: Scene): Picture {
  const { window } = scene;
  if (window === undefined) throw new SpecError("the program cuts no windows: add that step");
  const { shape, data } = output(outputs, step.output);
  const [rows, columns] = [window.rows, window.columns].map(({ start, first, last }) => ({
    from: step.scale * (first - start),
    length: step.scale * (last - first),
  }));
  const made = new Uint8Array(3 * rows.length * columns.length);
  for (let y = 0; y < rows.length; y += 1) {
    const from = 3 * ((rows.from + y) * shape[2] + columns.from);
    const to = 3 * y * columns.length;
    for (let i = 0; i < 3 * columns.length; i += 1) {
      made[to + i] = rint(clamp(data[from + i], 0, 255));
    }
  }
  return { pixels: { width: columns.length, height: rows.length, data: made } };
}
