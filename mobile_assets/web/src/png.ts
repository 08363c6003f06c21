/**
 * PNG to pixels, number for number: a canvas would blend transparency away, and some browsers
 * add noise to what is read from one.
 *
 * Interlaced files, and those with an ICC profile, are left to the browser.
 */
import { PhotoUnreadable } from "./errors.js";
import { begins, tiffOrientation } from "./exif.js";
import type { Pixels } from "./results.js";

/** A decoded picture as it is stored, and the EXIF orientation that turns it upright. */
export interface Stored {
  readonly pixels: Pixels;
  readonly orientation: number;
}

/** What the header and the chunks before the pixels say. */
interface Header {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  /** 0 grey, 2 RGB, 3 palette, 4 grey and alpha, 6 RGB and alpha. */
  readonly colour: number;
  readonly palette: Uint8Array;
  /** How opaque the palette's first colours are; without one, the colour that is transparent. */
  readonly clear: Uint8Array;
  readonly orientation: number;
  readonly packed: readonly Uint8Array[];
}

type Sample = (line: Uint8Array, i: number) => number;

const SAMPLES: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

/** Whether these are the bytes of a PNG that `decodePng` reads. */
export function isPlainPng(bytes: Uint8Array): boolean {
  if (!begins(bytes, "\x89PNG\r\n\x1a\n") || bytes.length < 33) return false;
  const interlaced = bytes[28] !== 0;
  return !interlaced && ![...chunks(bytes)].some(({ kind }) => kind === "iCCP");
}

/** The pixels of a PNG; `PhotoUnreadable` where it is damaged or cut short. */
export async function decodePng(bytes: Uint8Array): Promise<Stored> {
  const header = headerOf(bytes);
  const raw = await inflated(header.packed);
  const lines = unfiltered(raw, header);
  return { pixels: rgbOf(lines, header), orientation: header.orientation };
}

/** Samples as they are stored, `channels` a pixel, of 8 or 16 bits. */
export interface Samples {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly data: Uint8Array | Uint16Array;
}

/** The samples of a PNG that has no palette and at least 8 bits; `PhotoUnreadable` of others. */
export async function decodeSamples(bytes: Uint8Array): Promise<Samples> {
  if (!isPlainPng(bytes)) throw damaged();
  const header = headerOf(bytes);
  const { width, height, depth, colour } = header;
  if (depth < 8 || colour === 3) throw damaged();
  const lines = unfiltered(await inflated(header.packed), header);
  const channels = SAMPLES[colour];
  if (depth === 8) return { width, height, channels, data: lines };
  const data = new Uint16Array(lines.length / 2);
  for (let i = 0; i < data.length; i += 1) data[i] = (lines[2 * i] << 8) | lines[2 * i + 1];
  return { width, height, channels, data };
}

/** Width and height as the header has them. */
export function pngSize(bytes: Uint8Array): readonly [number, number] {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  return [view.getUint32(16), view.getUint32(20)];
}

function* chunks(bytes: Uint8Array): Generator<{ kind: string; body: Uint8Array }> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = 8; at + 12 <= bytes.length;) {
    const length = view.getUint32(at);
    const kind = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    yield { kind, body: bytes.subarray(at + 8, at + 8 + length) };
    at += 12 + length;
  }
}

function headerOf(bytes: Uint8Array): Header {
  const [width, height] = pngSize(bytes);
  const [depth, colour] = [bytes[24], bytes[25]];
  const packed: Uint8Array[] = [];
  let palette: Uint8Array = new Uint8Array(0);
  let clear = palette;
  let orientation = 1;
  for (const { kind, body } of chunks(bytes)) {
    if (kind === "PLTE") palette = body;
    if (kind === "tRNS") clear = body;
    if (kind === "eXIf") orientation = tiffOrientation(body);
    if (kind === "IDAT") packed.push(body);
  }
  if (!(colour in SAMPLES) || width === 0 || height === 0) throw damaged();
  return { width, height, depth, colour, palette, clear, orientation, packed };
}

async function inflated(packed: readonly Uint8Array[]): Promise<Uint8Array> {
  try {
    const stream = new Blob([...packed] as BlobPart[]).stream();
    const unpacked = stream.pipeThrough(new DecompressionStream("deflate"));
    return new Uint8Array(await new Response(unpacked).arrayBuffer());
  } catch {
    throw damaged();
  }
}

function damaged(): PhotoUnreadable {
  return new PhotoUnreadable("the picture is damaged or cut short: get it again");
}

/** The lines of samples, without the byte in front of each that says how it was filtered. */
function unfiltered(raw: Uint8Array, header: Header): Uint8Array {
  const bits = header.depth * SAMPLES[header.colour];
  const step = Math.max(1, bits >> 3);
  const stride = (header.width * bits + 7) >> 3;
  if (raw.length < header.height * (stride + 1)) throw damaged();
  const lines = new Uint8Array(header.height * stride);
  let above = new Uint8Array(stride);
  for (let y = 0; y < header.height; y += 1) {
    const line = lines.subarray(y * stride, (y + 1) * stride);
    line.set(raw.subarray(y * (stride + 1) + 1, (y + 1) * (stride + 1)));
    unfilter(raw[y * (stride + 1)], line, above, step);
    above = line;
  }
  return lines;
}

/** One line, in place: each byte was stored as its difference from those before and above. */
function unfilter(kind: number, line: Uint8Array, above: Uint8Array, step: number): void {
  if (kind > 4) throw damaged();
  for (let i = 0; kind !== 0 && i < line.length; i += 1) {
    const left = i < step ? 0 : line[i - step];
    const corner = i < step ? 0 : above[i - step];
    line[i] += predicted(kind, left, above[i], corner);
  }
}

function predicted(kind: number, left: number, up: number, corner: number): number {
  if (kind === 1) return left;
  if (kind === 2) return up;
  if (kind === 3) return (left + up) >> 1;
  const [byLeft, byUp] = [Math.abs(up - corner), Math.abs(left - corner)];
  const byCorner = Math.abs(left + up - 2 * corner);
  if (byLeft <= byUp && byLeft <= byCorner) return left;
  return byUp <= byCorner ? up : corner;
}

function rgbOf(lines: Uint8Array, header: Header): Pixels {
  const { width, height, depth, colour, palette, clear } = header;
  const samples = SAMPLES[colour];
  const stride = (width * depth * samples + 7) >> 3;
  const sample = reader(depth, colour);
  const isClear = clearPixel(header);
  const data = new Uint8Array(3 * width * height);
  const alpha = new Uint8Array(width * height).fill(255);
  for (let y = 0, to = 0; y < height; y += 1) {
    const line = lines.subarray(y * stride, (y + 1) * stride);
    for (let x = 0; x < width; x += 1, to += 3) {
      const first = sample(line, x * samples);
      for (let c = 0; c < 3; c += 1) {
        if (colour === 3) data[to + c] = palette[3 * first + c];
        else data[to + c] = samples < 3 ? first : sample(line, x * samples + c);
      }
      if (samples % 2 === 0) alpha[to / 3] = sample(line, (x + 1) * samples - 1);
      else if (colour === 3) alpha[to / 3] = clear[first] ?? 255;
      else if (isClear?.(line, x)) alpha[to / 3] = 0;
    }
  }
  return { width, height, data, alpha };
}

/** Whether a pixel has the one colour that the file names as transparent, to the last bit. */
function clearPixel(header: Header): ((line: Uint8Array, x: number) => boolean) | undefined {
  const { depth, colour, clear } = header;
  const samples = SAMPLES[colour];
  if ((colour !== 0 && colour !== 2) || clear.length < 2 * samples) return undefined;
  const sample = stored(depth);
  const mask = 2 ** depth - 1;
  const named = Array.from({ length: samples }, (_, c) => stored(16)(clear, c) & mask);
  return (line, x) => named.every((value, c) => sample(line, x * samples + c) === value);
}

/** Reads sample `i` of a line as 8 bits; the index itself where it is one of a palette. */
function reader(depth: number, colour: number): Sample {
  const sample = stored(depth);
  if (depth === 16) return (line, i) => sample(line, i) >> 8;
  const scale = colour === 3 ? 1 : 255 / (2 ** depth - 1);
  return scale === 1 ? sample : (line, i) => sample(line, i) * scale;
}

/** Reads sample `i` of a line as it is stored. */
function stored(depth: number): Sample {
  if (depth === 8) return (line, i) => line[i];
  if (depth === 16) return (line, i) => (line[2 * i] << 8) | line[2 * i + 1];
  const mask = (1 << depth) - 1;
  return (line, i) => {
    const bit = i * depth;
    return (line[bit >> 3] >> (8 - depth - (bit & 7))) & mask;
  };
}
