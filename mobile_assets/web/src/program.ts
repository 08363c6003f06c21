/** A model's program, executed: the steps of the contract in their order. */
import type { StepName, StepOf } from "./contract.js";
import { SpecError } from "./errors.js";
import { Placement, type Size, slope, squareAround } from "./geometry.js";
import type { CropSquare, CutWindows, EmbedStyle, MixStyles, Step } from "./manifest_types.js";
import type { Resize, WriteTensor } from "./manifest_types.js";
import * as candidates from "./postprocess/candidates.js";
import { topLabels } from "./postprocess/classification.js";
import { labelBoxes } from "./postprocess/detection.js";
import { joinWindows } from "./postprocess/enlarged.js";
import { nameExpressions } from "./postprocess/expression.js";
import { namePoints } from "./postprocess/faces.js";
import { keepPresent, mapPoints } from "./postprocess/landmarks.js";
import type { Scene } from "./postprocess/scene.js";
import { upsampleMask } from "./postprocess/segmentation.js";
import { readVector, resizePicture, roundPixels } from "./postprocess/style.js";
import { cropPixels, fitPixels } from "./preprocess.js";
import type { Face, Pixels, Tensors } from "./results.js";
import { type Window, cut, windows } from "./windows.js";

/** A photo, or one `face` or `window` of it (the first), on its way through a program. */
export interface View {
  readonly rgb: Pixels;
  /** Width and height of the input. */
  readonly size: Size;
  readonly run: (inputs: Tensors) => Promise<Tensors>;
  readonly labels: readonly string[];
  readonly face?: Face;
  readonly window?: Window;
  /** The inputs beside the picture. */
  readonly vectors: Tensors;
}

/** What the step at `index` gave; null where it found that there is nothing. */
export interface Stage {
  readonly index: number;
  readonly step: Step;
  readonly value: unknown;
}

// A program was checked before it runs, so that a step gets what it takes.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Value = any;
type Table<Context> = {
  readonly [Name in StepName]?: (step: StepOf<Name>, value: Value, context: Context) => Value;
};

interface Placed {
  readonly view: View;
  placement: Placement | null;
  window?: Window;
}

const BEFORE_RUN: Table<Placed> = {
  resize: (step, rgb, placed) => resized(step, rgb, placed),
  "crop-square": (step, rgb, placed) => cropped(step, rgb, placed),
  "cut-windows": (step, rgb, placed) => windowed(step, rgb, placed),
  "write-tensor": (step, pixels) => written(step, pixels),
  "mix-styles": (step, tensors, { view }) => withVector(step, tensors, view),
  "embed-style": (step, tensors, { view }) => withVector(step, tensors, view),
};

const AFTER_RUN: Table<Scene> = {
  "select-candidates": candidates.select,
  "weighted-nms": candidates.melt,
  nms: candidates.suppress,
  "map-boxes": candidates.toPhoto,
  "clip-boxes": candidates.clip,
  "name-points": namePoints,
  "label-boxes": labelBoxes,
  "upsample-mask": upsampleMask,
  "top-labels": topLabels,
  "name-expressions": nameExpressions,
  "keep-present": keepPresent,
  "map-points": mapPoints,
  "round-pixels": roundPixels,
  "resize-picture": resizePicture,
  "join-windows": joinWindows,
  "read-vector": readVector,
};

/**
 * Run a program on a view: each step with what it gives.
 *
 * Photos are decoded, and faces found, once for all (lens.ts): those steps are left out.
 */
export async function* execute(program: readonly Step[], view: View): AsyncGenerator<Stage> {
  const placed: Placed = { view, placement: null };
  let value: unknown = view.rgb;
  for (const [index, step] of program.entries()) {
    if (step.step === "decode-photo" || step.step === "find-faces") continue;
    if (step.step === "run") value = await view.run(value as Tensors);
    else if (step.step in BEFORE_RUN) value = call(BEFORE_RUN, step, value, placed);
    else value = call(AFTER_RUN, step, value, scene(placed));
    yield { index, step, value };
    if (value === null) return;
  }
}

function call<Context>(
  table: Table<Context>,
  step: Step,
  value: Value,
  context: Context,
): Value {
  const run = table[step.step] as
    ((step: Step, value: Value, context: Context) => Value) | undefined;
  if (run === undefined) throw new SpecError(`no step '${step.step}' here: update PocketLens`);
  return run(step, value, context);
}

function scene({ view, placement, window }: Placed): Scene {
  if (placement === null) {
    throw new SpecError("the program neither resizes, crops nor cuts the photo: add one step");
  }
  const size: Size = [view.rgb.width, view.rgb.height];
  return { labels: view.labels, placement, size, ...(window && { window }) };
}

function resized(step: Resize, rgb: Pixels, placed: Placed): Pixels {
  const { pixels, placement } = fitPixels(rgb, step, placed.view.size);
  placed.placement = placement;
  return pixels;
}

function cropped(step: CropSquare, rgb: Pixels, placed: Placed): Pixels {
  const { face, size } = placed.view;
  if (face === undefined) throw new SpecError("the program crops faces: give it one");
  placed.placement = placementOf(face, step);
  return cropPixels(rgb, placed.placement, size, step.halve_from);
}

function windowed({ margin }: CutWindows, rgb: Pixels, placed: Placed): Pixels {
  const { size, window = windows([rgb.width, rgb.height], size, margin)[0] } = placed.view;
  const [x, y] = [window.columns.start, window.rows.start];
  placed.window = window;
  placed.placement = Placement.region(x, y, x + size[0], y + size[1]);
  return cut(rgb, window, size);
}

/** Where the input of `crop-square` lies in the photo. */
export function placementOf(face: Face, step: CropSquare): Placement {
  const level = step.level?.map((name) => face.points[name]);
  const angle = level ? slope(level[0], level[1]) : 0;
  return squareAround(face.boxXyxy, step.scale, angle);
}

function written(step: WriteTensor, { width, height, data }: Pixels): Tensors {
  return { [step.input]: { shape: [1, height, width, 3], data: Float32Array.from(data) } };
}

function withVector(step: MixStyles | EmbedStyle, tensors: Tensors, view: View): Tensors {
  const vector = view.vectors[step.input];
  if (vector === undefined) {
    throw new SpecError(`the graph takes the vector '${step.input}': give it`);
  }
  return { ...tensors, [step.input]: vector };
}
