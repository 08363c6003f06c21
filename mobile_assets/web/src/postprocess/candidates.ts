/** Boxes that a detector proposes: which are kept, and where they lie in the photo. */
import { nms, weightedNms } from "../geometry.js";
import type {
  ClipBoxes,
  MapBoxes,
  Nms,
  SelectCandidates,
  WeightedNms,
} from "../manifest_types.js";
import type { Tensors } from "../results.js";
import { clamp } from "../rounding.js";
import { type Scene, output } from "./scene.js";

/**
 * Boxes, the best score first.
 *
 * Each of `rows` is x0, y0, x1, y1 and then x, y of each point, in 0..1 of the input or, once
 * they are mapped, in pixels of the photo; `classes` are indices of labels.
 */
export interface Candidates {
  readonly rows: readonly (readonly number[])[];
  readonly scores: readonly number[];
  readonly classes: readonly number[];
}

/** `select-candidates`. */
export function select(step: SelectCandidates, outputs: Tensors): Candidates {
  const scores = output(outputs, step.scores);
  const anchors = scores.shape[1];
  const classes = scores.data.length / anchors;
  const threshold = Math.fround(step.threshold);
  const likely: number[] = [];
  scores.data.forEach((score, i) => {
    if (score >= threshold) likely.push(i);
  });
  likely.sort((one, other) => scores.data[other] - scores.data[one]);
  const kept = step.most > 0 ? likely.slice(0, step.most) : likely;
  return {
    rows: kept.map((i) => rowOf(step, outputs, Math.floor(i / classes))),
    scores: kept.map((i) => scores.data[i]),
    classes: kept.map((i) => i % classes),
  };
}

function rowOf(step: SelectCandidates, outputs: Tensors, anchor: number): readonly number[] {
  const names = step.points === "" ? [step.boxes] : [step.boxes, step.points];
  return names.flatMap((name) => {
    const { data, shape } = output(outputs, name);
    const each = data.length / shape[1];
    return [...data.subarray(anchor * each, (anchor + 1) * each)];
  });
}

/** `weighted-nms`. */
export function melt(step: WeightedNms, found: Candidates): Candidates {
  const melted = weightedNms(found.rows, found.scores, step.iou_threshold);
  return {
    rows: melted.map(({ row }) => row),
    scores: melted.map(({ score }) => score),
    classes: melted.map(() => 0),
  };
}

/** `nms`. */
export function suppress(step: Nms, found: Candidates): Candidates {
  const kept = [...new Set(found.classes)].flatMap((label) => {
    const members = [...found.classes.keys()].filter((i) => found.classes[i] === label);
    const rows = members.map((i) => found.rows[i]);
    const scores = members.map((i) => found.scores[i]);
    return nms(rows, scores, step.iou_threshold).map((i) => members[i]);
  });
  kept.sort((one, other) => one - other); // candidates come sorted by score
  return picked(found, kept.slice(0, step.most));
}

function picked(found: Candidates, kept: readonly number[]): Candidates {
  return {
    rows: kept.map((i) => found.rows[i]),
    scores: kept.map((i) => found.scores[i]),
    classes: kept.map((i) => found.classes[i]),
  };
}

/** `map-boxes`. */
export function toPhoto(_: MapBoxes, found: Candidates, scene: Scene): Candidates {
  const rows = found.rows.map((row) =>
    row.map((at, i) => {
      const [u, v] = i % 2 === 0 ? [at, row[i + 1]] : [row[i - 1], at];
      return scene.placement.pixel(u, v)[i % 2];
    }),
  );
  return { ...found, rows };
}

/** `clip-boxes`. */
export function clip(_: ClipBoxes, found: Candidates, scene: Scene): Candidates {
  const rows = found.rows.map((row) =>
    row.map((at, i) => (i < 4 ? clamp(at, 0, scene.size[i % 2]) : at)),
  );
  return { ...found, rows };
}
