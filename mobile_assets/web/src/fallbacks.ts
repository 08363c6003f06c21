/** A light answer to a heavy question: less than what was asked for, and it says so. */
import type { Device } from "./device_side.js";
import { deviceProvenance } from "./device_side.js";
import { UnknownName } from "./errors.js";
import { resized } from "./remote/uploads.js";
import type { Picture, Pixels } from "./results.js";
import type { Fallback } from "./routing.js";
import { withAlpha } from "./transparency.js";

type Enlarged = Awaited<ReturnType<Fallback<Picture>["work"]>>;

const COMPACT = "super-resolution-compact";
const COMPACT_SCALES = [2, 4];
const MOST_FOR_DEVICE = 250_000; // pixels of a photo that a device enlarges by a network
const SECONDS_A_PIXEL = 3e-5;
const BY_NETWORK =
  "enlarged by the device's compact network, which was trained on drawings: edges are sharp," +
  " textures are not";
const INTERPOLATED = "enlarged by interpolation, which adds no detail: ";
const TOO_LARGE = `the photo has more than the ${MOST_FOR_DEVICE} pixels that a device is given`;

/** The photo with more pixels: by the compact network, where the device has it and the photo is
 * not too large for it, else interpolated. */
export function enlarging(photo: Pixels, scale = 4): Fallback<Picture> {
  const large = photo.width * photo.height > MOST_FOR_DEVICE;
  const fitting = COMPACT_SCALES.includes(scale) && !large;
  return {
    work: async (lens) =>
      (fitting && (await byNetwork(lens, photo, scale))) || interpolated(photo, scale),
    why: ({ model }) => {
      if (model === COMPACT) return BY_NETWORK;
      return INTERPOLATED + (large ? TOO_LARGE : "no super-resolution is at hand");
    },
    seconds: fitting ? photo.width * photo.height * SECONDS_A_PIXEL : 0,
  };
}

/** Null where the device has no such network. */
async function byNetwork(lens: Device, photo: Pixels, scale: number): Promise<Enlarged | null> {
  try {
    const { value, ...made } = await lens.predict(COMPACT, photo, { scale });
    return { value: value as Picture, provenance: deviceProvenance(made) };
  } catch (error) {
    if (error instanceof UnknownName) return null;
    throw error;
  }
}

function interpolated(photo: Pixels, scale: number): Enlarged {
  const started = performance.now();
  const size = [photo.width * scale, photo.height * scale] as const;
  const pixels = withAlpha(resized(photo, size), photo);
  const provenance = {
    where: "device",
    model: "bilinear",
    sha256: "", // no model made it
    variant: "",
    accelerator: "",
    ms: { run: performance.now() - started },
    bytesSent: 0,
    bytesSaved: 0,
    attempts: 1,
  } as const;
  return { value: { pixels }, provenance };
}
