/** Masks in an answer. */
import type { Size } from "../geometry.js";
import type { Bits } from "../heavy_results.js";
import type { AnswerRecord } from "./asking.js";
import { enlarged } from "./enlarging.js";
import { type Json, list, need, record, whole } from "./reading.js";
import { notAnAnswer } from "./refusals.js";

/** An answer to be read, and the width and height of the photo that it is about. */
export interface Reading {
  readonly answer: AnswerRecord;
  readonly photo: Size;
}

/** A mask of its run lengths: COCO's, column by column, zeros first; raises `Refusal`. */
export function unpacked(json: Json): Bits {
  const [height, width] = need(json, "size", list(whole));
  const counts = need(json, "counts", list(whole));
  const total = counts.reduce((sum, count) => sum + count, 0);
  const wrong = !(width > 0 && height > 0) || counts.some((count) => count < 0);
  if (wrong || total !== width * height) {
    throw notAnAnswer("a mask's run lengths do not fill it");
  }
  const data = new Uint8Array(width * height);
  let at = 0;
  counts.forEach((count, i) => {
    for (const end = at + count; at < end; at += 1) {
      if (i % 2 === 1) data[(at % height) * width + Math.floor(at / height)] = 1;
    }
  });
  return { width, height, data };
}

/** A mask at the size that the server worked at. */
export function servedMask({ answer }: Reading, json: Json): Bits {
  const mask = unpacked(need(json, "mask", record));
  if (mask.width !== answer.size[0] || mask.height !== answer.size[1]) {
    throw notAnAnswer("a mask is not of the photo's size");
  }
  return mask;
}

/** A mask at the size of the photo. */
export function maskOf(reading: Reading, json: Json): Bits {
  const mask = servedMask(reading, json);
  const soft = enlarged(mask.data, [mask.width, mask.height], reading.photo);
  const [width, height] = reading.photo;
  return { width, height, data: Uint8Array.from(soft, (value) => Number(value >= 0.5)) };
}
