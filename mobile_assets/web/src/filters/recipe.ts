/** What a filter is, as data; `filters.schema.json` says what each field means. */
import type { Point } from "../results.js";

export type Quantifier = "any" | "all" | "each";
export type Area = "photo" | "background" | "person";
export type Place = "front" | "behind";

interface OfFaces {
  readonly of: Quantifier;
  readonly least: number;
}

export type FaceTest =
  | ({ readonly test: "smiling" } & OfFaces)
  | ({ readonly test: "tilted" } & OfFaces)
  | ({ readonly test: "turned" } & OfFaces);

export type Test =
  | FaceTest
  | { readonly test: "faces"; readonly least: number; readonly most: number | null }
  | { readonly test: "person"; readonly least: number }
  | { readonly test: "not"; readonly that: Test }
  | { readonly test: "both" | "either"; readonly tests: readonly Test[] };

export interface Blur {
  readonly do: "blur";
  readonly strength: number;
}

export interface Restyle {
  readonly do: "style";
  readonly mix: string;
  readonly strength: number;
  readonly on: Area;
}

export interface Grade {
  readonly do: "grade";
  readonly on: Area;
  readonly exposure: number;
  readonly contrast: number;
  readonly saturation: number;
  readonly warmth: number;
  readonly colour: string;
  readonly shade: number;
  readonly vignette: number;
}

export interface Light {
  readonly do: "light";
  readonly at: Point;
  readonly colour: string;
  readonly reach: number;
  readonly strength: number;
  readonly on: Area;
}

export interface Particles {
  readonly do: "particles";
  readonly art: string;
  readonly count: number;
  readonly size: Point;
  readonly velocity: Point;
  readonly sway: number;
  readonly turn: number;
  readonly spin: number;
  readonly opacity: number;
  readonly colours: readonly string[];
  readonly place: Place;
  readonly seed: number;
}

export interface Scenery {
  readonly do: "scenery";
  readonly art: string;
  readonly at: Point;
  readonly size: number;
  readonly turn: number;
  readonly opacity: number;
  readonly place: Place;
}

export interface Background {
  readonly do: "background";
  readonly words: string;
  readonly scenery: readonly Scenery[];
}

export interface Sticker {
  readonly do: "sticker";
  readonly art: string;
  readonly scale: number;
  readonly opacity: number;
}

export interface Include {
  readonly do: "include";
  readonly recipe: string;
}

export interface Choose {
  readonly do: "choose";
  readonly when: Test;
  readonly then: readonly Layer[];
  readonly otherwise: readonly Layer[];
}

/** A layer that paints. */
export type Painting =
  Background | Blur | Restyle | Grade | Light | Particles | Scenery | Sticker;
export type Layer = Painting | Include | Choose;

export interface Recipe {
  readonly title: string;
  readonly about: string;
  readonly layers: readonly Layer[];
}
