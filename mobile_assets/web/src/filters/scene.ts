/** What is known of one picture before a filter draws: faces, mask, paintings. */
import type { Face, Pixels } from "../results.js";
import type { Plane } from "./planes.js";
import type { FaceTable } from "./tables.js";

/**
 * One picture as a filter sees it; what a filter does not need may be left out.
 *
 * `alpha`: 1 where the person is; null counts as no person. `depth`: in metres. `painted`: the picture in a style,
 * by the mix. `seconds`: the time in a film, by which what falls has fallen.
 */
export interface Scene {
  readonly faces: readonly Face[];
  readonly alpha: Plane | null;
  readonly depth: Plane | null;
  readonly painted: Readonly<Record<string, Pixels>>;
  readonly seconds: number;
  readonly table: FaceTable;
}

/** How much of the picture the person covers, 0..1. */
export function personShare({ alpha }: Scene): number {
  if (alpha === null) return 0;
  return alpha.data.reduce((sum, value) => sum + value, 0) / alpha.data.length;
}
