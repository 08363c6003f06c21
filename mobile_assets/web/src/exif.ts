/** The few bytes of a picture file that say how it is to be shown. */

/** What a file says about its pixels. */
export interface Marks {
  /** The EXIF tag 0x0112, 1..8; 1 where there is none. */
  readonly orientation: number;
  /** Whether there is an ICC profile. */
  readonly profile: boolean;
}

const ORIENTATION = 0x0112;

/** The marks of a JPEG; of other formats browsers carry out what they know. */
export function jpegMarks(bytes: Uint8Array): Marks {
  let [orientation, profile] = [1, false];
  for (const { marker, start, end } of segments(bytes)) {
    const body = bytes.subarray(start, end);
    if (marker === 0xe1 && begins(body, "Exif\0\0"))
      orientation = tiffOrientation(body.subarray(6));
    if (marker === 0xe2 && begins(body, "ICC_PROFILE\0")) profile = true;
  }
  return { orientation, profile };
}

function* segments(
  bytes: Uint8Array,
): Generator<{ marker: number; start: number; end: number }> {
  let at = 2;
  while (at + 4 <= bytes.length && bytes[at] === 0xff && bytes[at + 1] !== 0xda) {
    const length = (bytes[at + 2] << 8) | bytes[at + 3];
    yield { marker: bytes[at + 1], start: at + 4, end: at + 2 + length };
    at += 2 + length;
  }
}

/** Whether bytes begin with these letters. */
export function begins(bytes: Uint8Array, letters: string): boolean {
  return [...letters].every((letter, i) => bytes[i] === letter.charCodeAt(0));
}

/** The orientation in a TIFF header and its first directory; 1 where it is not there. */
export function tiffOrientation(bytes: Uint8Array): number {
  if (bytes.length < 8) return 1;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const little = begins(bytes, "II");
  const directory = view.getUint32(4, little);
  if (directory + 2 > bytes.length) return 1;
  const entries = view.getUint16(directory, little);
  for (
    let i = 0, at = directory + 2;
    i < entries && at + 12 <= bytes.length;
    i += 1, at += 12
  ) {
    if (view.getUint16(at, little) === ORIENTATION) return view.getUint16(at + 8, little);
  }
  return 1;
}
