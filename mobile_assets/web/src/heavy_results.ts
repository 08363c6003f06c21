/** What only a server's models give; frame and units are those of `results.ts`. */
import type { Box } from "./results.js";

/** True and false at every pixel, one byte each (1 and 0), row by row. */
export interface Bits {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** How far every pixel is, in metres, row by row. */
export interface Depth {
  readonly width: number;
  readonly height: number;
  readonly metres: Float32Array;
  readonly maxDepth: number;
}

/** An object: its class, score 0..1, box and pixels. */
export interface Instance {
  readonly label: string;
  readonly score: number;
  readonly boxXyxy: Box;
  readonly mask: Bits;
}

/** The objects of a photo, the best score first. */
export interface Instances {
  readonly instances: readonly Instance[];
}

/** The class of every pixel, an index into `labels` and `palette` (RGB), row by row. */
export interface ClassMap {
  readonly width: number;
  readonly height: number;
  readonly classes: Uint8Array;
  readonly labels: readonly string[];
  readonly palette: readonly (readonly [number, number, number])[];
}

/** Samples of 8 bits: `data` has `channels` bytes a pixel, 3 for RGB, 4 for RGBA. */
export interface Samples8 {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly data: Uint8Array;
}

/** What was cut out, by which method, and the names that were found. */
export interface CutOut {
  readonly pixels: Samples8;
  readonly mask: Bits;
  readonly found: readonly string[];
  readonly method: string;
}
