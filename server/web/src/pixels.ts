/** Pixels to canvases and files. */
import type { Pixels, Rgba } from "../../../mobile_assets/web/src/results.js";
import type { Soft } from "./types.js";

/** A surface that can be drawn on, with its pen. */
export function surface(width: number, height: number) {
  const canvas = new OffscreenCanvas(width, height);
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  if (pen === null) throw new Error("the browser has no memory left: take a smaller photo");
  return { canvas, pen };
}

/** RGB bytes, as opaque as they say, as a canvas. */
export function canvasOf({ width, height, data, alpha }: Pixels): OffscreenCanvas {
  const { canvas, pen } = surface(width, height);
  const made = pen.createImageData(width, height);
  for (let from = 0, to = 0; from < data.length; from += 3, to += 4) {
    made.data[to] = data[from];
    made.data[to + 1] = data[from + 1];
    made.data[to + 2] = data[from + 2];
    made.data[to + 3] = alpha?.[from / 3] ?? 255;
  }
  pen.putImageData(made, 0, 0);
  return canvas;
}

/** Colours that know how opaque they are, as a canvas. */
export function coloursOf({ width, height, data }: Rgba): OffscreenCanvas {
  const { canvas, pen } = surface(width, height);
  pen.putImageData(new ImageData(data, width, height), 0, 0);
  return canvas;
}

/** A colour as opaque as the mask says. */
export function veil(mask: Soft, [red, green, blue]: readonly number[]): OffscreenCanvas {
  const { canvas, pen } = surface(mask.width, mask.height);
  const made = pen.createImageData(mask.width, mask.height);
  mask.probability.forEach((share, i) => {
    made.data.set([red, green, blue, Math.round(255 * share)], 4 * i);
  });
  pen.putImageData(made, 0, 0);
  return canvas;
}

export function pngOf(canvas: OffscreenCanvas): Promise<Blob> {
  return canvas.convertToBlob({ type: "image/png" });
}

/** A mask of the API, as PNG or in run lengths, as shares of 0 or 1. */
export async function maskOf(record: unknown): Promise<Soft | null> {
  if (typeof record !== "object" || record === null) return null;
  if ("base64" in record) return ofPng(record as { base64: string });
  if ("counts" in record) return ofRuns(record as { size: number[]; counts: number[] });
  return null;
}

async function ofPng({ base64 }: { readonly base64: string }): Promise<Soft> {
  const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
  const bitmap = await createImageBitmap(new Blob([bytes]));
  const { width, height } = bitmap;
  const { pen } = surface(width, height);
  pen.drawImage(bitmap, 0, 0);
  bitmap.close();
  const { data } = pen.getImageData(0, 0, width, height);
  const probability = new Float32Array(width * height);
  for (let i = 0; i < probability.length; i += 1) probability[i] = data[4 * i] / 255;
  return { width, height, probability };
}

/** Column by column, zeros first. */
function ofRuns({
  size,
  counts,
}: {
  size: readonly number[];
  counts: readonly number[];
}): Soft {
  const [height, width] = size;
  const probability = new Float32Array(width * height);
  let at = 0;
  counts.forEach((count, run) => {
    for (const end = at + count; at < end; at += 1) {
      if (run % 2 === 1) probability[(at % height) * width + Math.floor(at / height)] = 1;
    }
  });
  return { width, height, probability };
}
