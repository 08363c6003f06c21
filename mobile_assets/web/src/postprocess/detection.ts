/** Candidates to objects. */
import type { LabelBoxes } from "../manifest_types.js";
import type { Box, Objects } from "../results.js";
import type { Candidates } from "./candidates.js";
import type { Scene } from "./scene.js";

/** `label-boxes`. */
export function labelBoxes(_: LabelBoxes, found: Candidates, scene: Scene): Objects {
  const objects = found.rows.map((row, i) => ({
    label: scene.labels[found.classes[i]],
    score: found.scores[i],
    boxXyxy: row.slice(0, 4) as unknown as Box,
  }));
  return { objects };
}
