/** Candidates to faces (BlazeFace, arXiv 1907.05047). */
import type { NamePoints } from "../manifest_types.js";
import type { Box, Faces, Point } from "../results.js";
import type { Candidates } from "./candidates.js";

/** `name-points`. */
export function namePoints(step: NamePoints, found: Candidates): Faces {
  const faces = found.rows.map((row, i) => ({
    boxXyxy: row.slice(0, 4) as unknown as Box,
    score: found.scores[i],
    points: Object.fromEntries(
      step.points.map((name, n) => [name, [row[4 + 2 * n], row[5 + 2 * n]] as Point]),
    ),
  }));
  return { faces };
}
