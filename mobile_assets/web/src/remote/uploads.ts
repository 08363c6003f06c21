/**
 * A photo as it is sent: no larger than the model can use, and without its metadata.
 *
 * A photo that has to be shrunk is sent as JPEG; a JPEG that is small enough is sent as it is,
 * but for where and with what it was taken; anything else as PNG.
 */
import { jpegMarks } from "../exif.js";
import type { Size } from "../geometry.js";
import { rgbaOf } from "../filters/behind.js";
import { openPhoto, penOf } from "../images.js";
import type { Resize } from "../manifest_types.js";
import { fitPixels } from "../preprocess.js";
import type { Pixels } from "../results.js";
import { rint } from "../rounding.js";
import { joined } from "./transport.js";

export type MediaType = "image/jpeg" | "image/png";

/** Makes a file of pixels; `quality` is 0..1, of a JPEG. */
export type Encode = (pixels: Pixels, type: MediaType, quality: number) => Promise<Uint8Array>;

/** `content`, whose upright picture has `size` pixels; the photo has `photo`, and `saved` bytes
 * more as it was given (0 where it was given as pixels). */
export interface Upload {
  readonly content: Uint8Array;
  readonly mediaType: MediaType;
  readonly size: Size;
  readonly photo: Size;
  readonly saved: number;
}

const SMALL = 0.9;
const FINE = 0.95;
// A larger photo as PNG would be over the bytes that servers take.
const MOST_PNG_PIXELS = 4_000_000;
// Means of 2 x 2 until less than half is left to shrink, then bilinear: no pixel is skipped.
const SHRINK: Resize = {
  step: "resize",
  fit: "stretch",
  halve_from: 2,
  kernel: "bilinear",
  pad: 0,
};

/** Pixels at another size. */
export function resized(rgb: Pixels, size: Size): Pixels {
  return fitPixels(rgb, SHRINK, size).pixels;
}

/** A photo's size where its longer side may have `longest` pixels, or any number of them. */
export function sentSize([width, height]: Size, longest: number | null): Size {
  const scale = longest === null ? 1 : Math.min(1, longest / Math.max(width, height));
  return [Math.max(1, rint(width * scale)), Math.max(1, rint(height * scale))];
}

/** A photo, and the bytes that it came in, none where it came as pixels. */
export class Opened {
  constructor(
    readonly pixels: Pixels,
    readonly encoded: Uint8Array = new Uint8Array(),
  ) {}

  /** As it is sent, its longer side at most `longest` pixels, where that is said. */
  async upload(longest: number | null, encode: Encode): Promise<Upload> {
    const photo: Size = [this.pixels.width, this.pixels.height];
    const size = sentSize(photo, longest);
    const [mediaType, content] = await this.content(size, encode);
    const saved = Math.max(0, this.encoded.length - content.length);
    return { content, mediaType, size, photo, saved };
  }

  private async content(
    [width, height]: Size,
    encode: Encode,
  ): Promise<readonly [MediaType, Uint8Array]> {
    const { pixels } = this;
    if (width !== pixels.width || height !== pixels.height) {
      const small = resized(pixels, [width, height]);
      return ["image/jpeg", await encode(small, "image/jpeg", SMALL)];
    }
    if (isJpeg(this.encoded)) return ["image/jpeg", withoutMetadata(this.encoded)];
    const type = width * height > MOST_PNG_PIXELS ? "image/jpeg" : "image/png";
    return [type, await encode(pixels, type, FINE)];
  }
}

/** A photo's file's bytes, its pixels, or both. */
export type Shown = Uint8Array | Pixels | Opened;

/** Raises as `openPhoto` does. */
export async function opened(photo: Shown): Promise<Opened> {
  if (photo instanceof Opened) return photo;
  if (photo instanceof Uint8Array) return new Opened(await openPhoto(photo), photo);
  return new Opened(photo);
}

/** By the browser; raises `PhotoTooLarge` where it has no memory for it. */
export async function encoded(
  { width, height, data }: Pixels,
  type: MediaType,
  quality: number,
): Promise<Uint8Array> {
  const pen = penOf(width, height, { alpha: false });
  const { data: rgba } = rgbaOf({ width, height, data });
  pen.putImageData(new ImageData(rgba, width, height), 0, 0);
  const blob = await pen.canvas.convertToBlob({ type, quality });
  return new Uint8Array(await blob.arrayBuffer());
}

function isJpeg(bytes: Uint8Array): boolean {
  return bytes[0] === 0xff && bytes[1] === 0xd8;
}

// The kinds of segment that change what the pixels mean: JFIF, ICC profile, Adobe's colours.
const KEPT_APPLICATION = [0xe0, 0xe2, 0xee];
const SCAN = 0xda;
const COMMENT = 0xfe;

/** A JPEG without place, time, camera, thumbnail and comments: the same pixels. The EXIF
 * orientation stays, because it says which way is up. */
export function withoutMetadata(jpeg: Uint8Array): Uint8Array {
  const { orientation } = jpegMarks(jpeg);
  const turned = orientation > 1 && orientation <= 8 ? [oriented(orientation)] : [];
  return joined([jpeg.subarray(0, 2), ...turned, ...keptSegments(jpeg)]);
}

/** The segments after the first marker that matter, and all from the first scan on. */
function* keptSegments(jpeg: Uint8Array): Generator<Uint8Array> {
  let at = 2;
  while (at + 4 <= jpeg.length && jpeg[at] === 0xff && jpeg[at + 1] !== SCAN) {
    const kind = jpeg[at + 1];
    if (kind === 0xff) {
      at += 1; // a fill byte
      continue;
    }
    const end = at + 2 + ((jpeg[at + 2] << 8) | jpeg[at + 3]);
    const application = kind >= 0xe0 && kind <= 0xef;
    if (kind !== COMMENT && (!application || KEPT_APPLICATION.includes(kind))) {
      yield jpeg.subarray(at, end);
    }
    at = end;
  }
  yield jpeg.subarray(at);
}

/** An EXIF segment with nothing but the orientation. */
function oriented(orientation: number): Uint8Array {
  const tiff = [0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1];
  const exif = [0x45, 0x78, 0x69, 0x66, 0, 0, ...tiff, 0, orientation, 0, 0, 0, 0, 0, 0];
  return Uint8Array.from([0xff, 0xe1, 0, exif.length + 2, ...exif]);
}
