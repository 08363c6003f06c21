/**
 * A face looked at a second time, from close by: a detector now and then takes an arm or a
 * ball for a face, and the mesh, which is made to see one, agrees.
 */
import { stepOf } from "./contract.js";
import { overlap } from "./geometry.js";
import type { Lens } from "./lens.js";
import type { Face, Faces, Pixels, Tensors } from "./results.js";

const MESH = "face-landmarks";
/** The side of the square, in units of the box's longer one. */
const SIDE = 1.5;
/** The detector's score from which nobody looks again. */
const SURE_AT_ONCE = 0.85;
const SURE_SCORE = 0.7;
const SURE_PRESENCE = 0.98;
/** Intersection over union from which a face in the square is the one that is meant. */
const SAME = 0.25;

/** Whether what was found in a photo is a face: one of which the detector was sure at once, or
 * of which from close by it is or the mesh. Raises as `Lens.trace` does. */
export async function isFace(
  lens: Pick<Lens, "trace">,
  rgb: Pixels,
  face: Face,
): Promise<boolean> {
  if (face.score >= SURE_AT_ONCE) return true;
  const { pixels, left, top } = square(rgb, face);
  const [x0, y0, x1, y1] = face.boxXyxy;
  const box = [x0 - left, y0 - top, x1 - left, y1 - top];
  const { stages } = await lens.trace(MESH, pixels);
  const { faces } = stages.find(({ step }) => step.step === "find-faces")?.value as Faces;
  const overlaps = faces.map(({ boxXyxy }) => overlap(box, boxXyxy));
  const same = overlaps.indexOf(Math.max(...overlaps));
  if (same < 0 || overlaps[same] < SAME) return false;
  if (faces[same].score >= SURE_SCORE) return true;
  const mine = stages.filter((stage) => stage.face === same);
  const keep = stepOf(
    mine.map(({ step }) => step),
    "keep-present",
  );
  const outputs = mine.find(({ step }) => step.step === "run")?.value as Tensors;
  return keep !== undefined && outputs[keep.output].data[0] >= SURE_PRESENCE;
}

/** The square around a face, and where in the photo it begins; beyond the photo its edge is
 * repeated. */
export function square(
  rgb: Pixels,
  { boxXyxy: [x0, y0, x1, y1] }: Face,
): { readonly pixels: Pixels; readonly left: number; readonly top: number } {
  const side = Math.max(1, Math.floor(SIDE * Math.max(x1 - x0, y1 - y0) + 0.5));
  const left = Math.floor((x0 + x1 - side) / 2 + 0.5);
  const top = Math.floor((y0 + y1 - side) / 2 + 0.5);
  const data = new Uint8Array(3 * side * side);
  for (let y = 0, to = 0; y < side; y += 1) {
    const row = rgb.width * within(top + y, rgb.height);
    for (let x = 0; x < side; x += 1, to += 3) {
      const from = 3 * (row + within(left + x, rgb.width));
      data[to] = rgb.data[from];
      data[to + 1] = rgb.data[from + 1];
      data[to + 2] = rgb.data[from + 2];
    }
  }
  return { pixels: { width: side, height: side, data }, left, top };
}

function within(at: number, size: number): number {
  return Math.min(Math.max(at, 0), size - 1);
}
