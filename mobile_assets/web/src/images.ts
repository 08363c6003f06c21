/** Bytes to an upright sRGB photo: the step `decode-photo`, in a browser. */
import { PhotoTooLarge, PhotoUnreadable } from "./errors.js";
import { jpegMarks } from "./exif.js";
import { decodePng, isPlainPng, pngSize } from "./png.js";
import type { Pixels } from "./results.js";

/** What is refused: more bytes, or more pixels once unpacked. */
export interface Limits {
  readonly maxBytes: number;
  readonly maxPixels: number;
}

export const LIMITS: Limits = { maxBytes: 256 * 1024 * 1024, maxPixels: 150_000_000 };
const STRIP = 1024;

/**
 * The photo in those bytes as a person sees it.
 *
 * PNG is decoded here, number for number; the rest by the browser, with its colour management
 * where there is a profile and without where there is none. Raises `PhotoUnreadable` or
 * `PhotoTooLarge`.
 */
export async function openPhoto(bytes: Uint8Array, limits = LIMITS): Promise<Pixels> {
  if (bytes.length === 0) throw new PhotoUnreadable("the file is empty: give a photo");
  if (bytes.length > limits.maxBytes) {
    const most = limits.maxBytes / 1e6;
    throw new PhotoTooLarge(`the file has more than ${most} million bytes: save it smaller`);
  }
  const { alpha, ...colours } = await decoded(bytes, limits);
  return alpha?.some((value) => value < 255) ? { ...colours, alpha } : colours;
}

async function decoded(bytes: Uint8Array, limits: Limits): Promise<Pixels> {
  if (!isPlainPng(bytes)) return decodedByBrowser(bytes, limits);
  checkPixels(...pngSize(bytes), limits);
  const { pixels, orientation } = await decodePng(bytes);
  return upright(pixels, orientation);
}

async function decodedByBrowser(bytes: Uint8Array, limits: Limits): Promise<Pixels> {
  const jpeg = bytes[0] === 0xff && bytes[1] === 0xd8;
  const managed = !jpeg || jpegMarks(bytes).profile;
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(new Blob([bytes as BlobPart]), {
      imageOrientation: "from-image",
      premultiplyAlpha: "none",
      colorSpaceConversion: managed ? "default" : "none",
    });
  } catch {
    throw new PhotoUnreadable(
      "the file is not a picture that this browser decodes, or it is damaged: save it as " +
        "JPEG or PNG",
    );
  }
  try {
    checkPixels(bitmap.width, bitmap.height, limits);
    return read(bitmap);
  } finally {
    bitmap.close();
  }
}

function checkPixels(width: number, height: number, { maxPixels }: Limits): void {
  if (width * height > maxPixels) {
    throw new PhotoTooLarge(
      `the photo has ${width} x ${height} pixels, more than the ${maxPixels / 1e6} million ` +
        "that are allowed: shrink it",
    );
  }
}

/** What draws on a new canvas in sRGB; raises `PhotoTooLarge`. */
export function penOf(
  width: number,
  height: number,
  settings: CanvasRenderingContext2DSettings,
): OffscreenCanvasRenderingContext2D {
  const canvas = new OffscreenCanvas(width, height);
  const pen = canvas.getContext("2d", { colorSpace: "srgb", ...settings });
  if (pen === null) throw new PhotoTooLarge("the browser has no memory left: shrink it");
  return pen;
}

/** A strip at a time, because the sides of a canvas are limited. */
function read(bitmap: ImageBitmap): Pixels {
  const { width, height } = bitmap;
  const data = new Uint8Array(3 * width * height);
  const alpha = new Uint8Array(width * height);
  const context = penOf(width, Math.min(height, STRIP), { willReadFrequently: true });
  for (let top = 0; top < height; top += STRIP) {
    const rows = Math.min(STRIP, height - top);
    context.clearRect(0, 0, width, STRIP);
    context.drawImage(bitmap, 0, -top);
    const rgba = context.getImageData(0, 0, width, rows).data;
    for (let from = 0, to = 3 * width * top; from < rgba.length; from += 4, to += 3) {
      data[to] = rgba[from];
      data[to + 1] = rgba[from + 1];
      data[to + 2] = rgba[from + 2];
      alpha[to / 3] = rgba[from + 3];
    }
  }
  return { width, height, data, alpha };
}

/** Stored pixels turned as the EXIF orientation says; other values change nothing. */
export function upright(stored: Pixels, orientation: number): Pixels {
  if (!(orientation >= 2 && orientation <= 8)) return stored;
  const swapped = orientation >= 5;
  const [wide, high] = [stored.width - 1, stored.height - 1];
  const width = swapped ? stored.height : stored.width;
  const height = swapped ? stored.width : stored.height;
  const fromRight = [2, 3, 7, 8].includes(orientation);
  const fromBottom = [3, 4, 6, 7].includes(orientation);
  const data = new Uint8Array(stored.data.length);
  const alpha = stored.alpha?.slice();
  for (let y = 0, to = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1, to += 3) {
      const [column, row] = swapped ? [y, x] : [x, y];
      const left = fromRight ? wide - column : column;
      const top = fromBottom ? high - row : row;
      const from = 3 * (top * stored.width + left);
      data.set(stored.data.subarray(from, from + 3), to);
      if (alpha) alpha[to / 3] = stored.alpha![from / 3];
    }
  }
  return { width, height, data, ...(alpha && { alpha }) };
}
