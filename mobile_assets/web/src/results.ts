/**
 * What comes back: coordinates in pixels of the upright photo, x to the right, y down, from
 * the top left corner of the top left pixel; left and right are those of the person.
 */

/** RGB, 8 bits: `data` has 3 bytes a pixel, row by row; `alpha` one, where not all is opaque. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
  readonly alpha?: Uint8Array;
}

/** The same with how opaque each pixel is: 4 bytes a pixel, colours not multiplied by it. */
export interface Rgba {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray<ArrayBuffer>;
}

/** Numbers at the border of a graph, in row-major order. */
export interface Tensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** Tensors by the names of the signature. */
export type Tensors = Readonly<Record<string, Tensor>>;

export type Box = readonly [x0: number, y0: number, x1: number, y1: number];
export type Point = readonly [x: number, y: number];

/** A person's probability at every pixel, 0..1, row by row. */
export interface Mask {
  readonly width: number;
  readonly height: number;
  readonly probability: Float32Array;
}

/** A picture of the photo's size. */
export interface Picture {
  readonly pixels: Pixels;
}

/**
 * A face: its box, score 0..1, and points by name.
 *
 * `landmarks`: x, y, z of 468 points one after the other; z is in the same scale, smaller is
 * nearer. `smile` and `expressions` are probabilities.
 */
export interface Face {
  readonly boxXyxy: Box;
  readonly score: number;
  readonly points: Readonly<Record<string, Point>>;
  readonly landmarks?: Float32Array;
  readonly smile?: number;
  readonly expressions?: Readonly<Record<string, number>>;
}

/** The faces of a photo, the best score first; none is an answer, not an error. */
export interface Faces {
  readonly faces: readonly Face[];
}

/** A class and its probability, 0..1. */
export interface Label {
  readonly label: string;
  readonly score: number;
}

/** The best labels of a photo, the best first. */
export interface Labels {
  readonly labels: readonly Label[];
}

/** An object: its class, score 0..1 and box. */
export interface DetectedObject {
  readonly label: string;
  readonly score: number;
  readonly boxXyxy: Box;
}

/** The objects of a photo, the best score first. */
export interface Objects {
  readonly objects: readonly DetectedObject[];
}

/** What a style predictor makes of a picture. */
export interface StyleVector {
  readonly values: Tensor;
}

export type Result = Mask | Picture | Faces | Labels | Objects | StyleVector;

/** Wall time of each stage in milliseconds; a task of two models adds them up. */
export interface Timings {
  readonly decode: number;
  readonly preprocess: number;
  readonly run: number;
  readonly postprocess: number;
}

/** Which file ran, and on what. */
export interface Provenance {
  readonly model: string;
  readonly version: string;
  readonly variant: string;
  readonly sha256: string;
  readonly backend: string;
  readonly accelerator: string;
}

/** A value and how it came about. */
export interface Prediction<Value extends Result = Result> {
  readonly value: Value;
  readonly ms: Timings;
  readonly from: Provenance;
}
