/** The numbers of what a step gives, by name: for golden vectors, and to find a fault. */
import { FLOW } from "./contract.js";
import type { TracedStage } from "./lens.js";
import type { Candidates } from "./postprocess/candidates.js";
import type { Faces, Labels, Mask, Objects, Picture, Pixels } from "./results.js";
import type { StyleVector, Tensor, Tensors } from "./results.js";

/** Numbers in row-major order; an `Int32Array` are indices of classes. */
export interface Numbers {
  readonly shape: readonly number[];
  readonly data: Uint8Array | Int32Array | Float32Array | Float64Array;
}

export type Arrays = Readonly<Record<string, Numbers>>;

/** The numbers of a stage by name; none where there was nothing to give. */
export function arraysOf({ step, value }: TracedStage): Arrays {
  if (value === null) return {};
  return ARRAYS[FLOW[step.step][1]](value);
}

// What a step gives is known by its name.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
const ARRAYS: Readonly<Record<string, (value: any) => Arrays>> = {
  photo: (value: Pixels) => ({ values: ofPixels(value) }),
  pixels: (value: Pixels) => ({ values: ofPixels(value) }),
  painted: (value: Pixels) => ({ values: ofPixels(value) }),
  picture: ({ pixels }: Picture) => ({ pixels: ofPixels(pixels) }),
  tensors: (value: Tensors) => value,
  outputs: (value: Tensors) => value,
  vector: ({ values }: StyleVector) => ({ values }),
  candidates: ofCandidates,
  face: ofFaces,
  faces: ofFaces,
  objects: ({ objects }: Objects) => ({
    boxes: table(
      objects.map(({ boxXyxy }) => boxXyxy),
      [4],
    ),
    scores: list(objects.map(({ score }) => score)),
  }),
  labels: ({ labels }: Labels) => ({ scores: list(labels.map(({ score }) => score)) }),
  expressions: (value: Record<string, number>) => ({
    probabilities: list(Object.values(value)),
  }),
  landmarks: (value: Float32Array): Arrays => ({
    values: { shape: [value.length / 3, 3], data: value } satisfies Tensor,
  }),
  mask: ({ width, height, probability }: Mask) => ({
    probability: { shape: [height, width], data: probability },
  }),
};

function ofPixels({ width, height, data }: Pixels): Numbers {
  return { shape: [height, width, 3], data };
}

function ofCandidates({ rows, scores, classes }: Candidates): Arrays {
  return {
    rows: table(rows, rows.length > 0 ? [rows[0].length] : []),
    scores: list(scores),
    classes: { shape: [classes.length], data: Int32Array.from(classes) },
  };
}

function ofFaces({ faces }: Faces): Arrays {
  const points = faces.map((face) => Object.values(face.points).flat());
  const inner = points.length > 0 ? [points[0].length / 2, 2] : [];
  return {
    boxes: table(
      faces.map(({ boxXyxy }) => boxXyxy),
      [4],
    ),
    points: table(points, inner),
    scores: list(faces.map(({ score }) => score)),
  };
}

function table(rows: readonly (readonly number[])[], inner: readonly number[]): Numbers {
  return { shape: [rows.length, ...inner], data: Float64Array.from(rows.flat()) };
}

function list(values: readonly number[]): Numbers {
  return { shape: [values.length], data: Float64Array.from(values) };
}
