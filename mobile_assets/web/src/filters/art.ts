/** Vector art as data; `filters.schema.json` says what each field means. */
import type { Point } from "../results.js";

export type Blend = "normal" | "multiply" | "screen";
export type Spot =
  "eyes" | "brow" | "forehead" | "nose" | "upper-lip" | "mouth" | "chin" | "cheeks";

/** Where along a gradient, which colour, how opaque. */
export type Stop = readonly [at: number, colour: string, opacity: number];

export type Gradient =
  | {
      readonly gradient: "linear";
      readonly start: Point;
      readonly end: Point;
      readonly stops: readonly Stop[];
    }
  | {
      readonly gradient: "radial";
      readonly centre: Point;
      readonly radius: number;
      readonly stops: readonly Stop[];
    };

export type Fill = string | Gradient;

interface Painted {
  readonly fill: Fill | null;
  readonly stroke: number;
  readonly ink: string;
  readonly opacity: number;
  readonly soft: number;
  readonly blend: Blend;
  readonly mirror: boolean;
  readonly plane: "front" | "side";
  readonly at: number;
}

export interface Path extends Painted {
  readonly shape: "path";
  readonly d: string;
}

export interface Ellipse extends Painted {
  readonly shape: "ellipse";
  readonly centre: Point;
  readonly radii: Point;
  readonly turn: number;
}

export type Shape = Path | Ellipse;

export interface Art {
  readonly title: string;
  readonly anchor: Spot | null;
  readonly z: number;
  readonly bend: number;
  readonly round: boolean;
  readonly shapes: readonly Shape[];
}
