/** The numbers that all runtimes of filters share: `filters.tables.json`, written by Python. */
import type { Spot } from "./art.js";

/** The mean face, in distances between the eyes, and the landmarks that art is fastened to. */
export interface FaceTable {
  readonly points: readonly {
    readonly landmark: number;
    readonly xyz: readonly [number, number, number];
  }[];
  readonly spots: Readonly<Record<Spot, readonly number[]>>;
}

/** Palettes from the top of a picture to its bottom, and plain colours, as hex codes. */
export interface BackdropTable {
  readonly palettes: Readonly<Record<string, string>>;
  readonly colours: Readonly<Record<string, string>>;
}

export interface Tables {
  readonly face: FaceTable;
  readonly backdrops: BackdropTable;
  /** The names of all recipes and of all art in the bundle. */
  readonly recipes: readonly string[];
  readonly art: readonly string[];
}
