import assert from "node:assert/strict";
import { deflateSync } from "node:zlib";
import { test } from "node:test";
import { PhotoUnreadable } from "../src/errors.js";
import { jpegMarks, tiffOrientation } from "../src/exif.js";
import { upright } from "../src/images.js";
import { decodePng, isPlainPng } from "../src/png.js";
import { crc32, zipped } from "../src/zip.js";

function u32(value: number): number[] {
  return [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];
}

function chunk(kind: string, body: readonly number[]): number[] {
  const named = [...kind].map((letter) => letter.charCodeAt(0)).concat(body);
  return [...u32(body.length), ...named, ...u32(crc32(Uint8Array.from(named)))];
}

/** A PNG of these lines; each begins with the number of its filter. */
function png(
  size: readonly [number, number],
  kind: readonly [number, number],
  lines: number[],
  clear: readonly number[] = [],
) {
  const header = [...u32(size[0]), ...u32(size[1]), ...kind, 0, 0, 0];
  return Uint8Array.from([
    ...[0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10],
    ...chunk("IHDR", header),
    ...chunk("PLTE", [1, 2, 3, 40, 50, 60]),
    ...(clear.length > 0 ? chunk("tRNS", clear) : []),
    ...chunk("IDAT", [...deflateSync(Uint8Array.from(lines))]),
    ...chunk("IEND", []),
  ]);
}

const CLEAR: readonly (readonly [string, [number, number], number[], number[], number[]])[] = [
  ["grey", [8, 0], [0, 7, 8, 7], [0, 7], [0, 255, 0]],
  ["two bits", [2, 0], [0, 0b00_01_11_00], [0, 1], [255, 0, 255]],
  ["bits beyond", [2, 0], [0, 0b00_01_11_00], [0, 5], [255, 0, 255]],
  ["16 bits", [16, 0], [0, 18, 52, 18, 53, 1, 52], [18, 52], [0, 255, 255]],
  ["RGB", [8, 2], [0, 1, 2, 3, 1, 2, 4, 1, 2, 3], [0, 1, 0, 2, 0, 3], [0, 255, 0]],
  ["cut short", [8, 2], [0, 1, 2, 3, 1, 2, 4, 1, 2, 3], [0, 1], [255, 255, 255]],
  ["of a palette", [8, 3], [0, 1, 0, 1], [9, 90], [90, 9, 90]],
];

for (const [name, kind, line, clear, alpha] of CLEAR) {
  test(`one colour is transparent: ${name}`, async () => {
    const { pixels } = await decodePng(png([3, 1], kind, line, clear));
    assert.deepEqual([...(pixels.alpha ?? [])], alpha);
  });
}

const RGB: readonly [number, number] = [8, 2];
const FILTERS: readonly (readonly [string, number[], number[]])[] = [
  ["none", [0, 1, 2, 3, 4, 5, 6], [1, 2, 3, 4, 5, 6]],
  ["left", [1, 1, 2, 3, 4, 5, 6], [1, 2, 3, 5, 7, 9]],
  ["up", [2, 250, 2, 3, 4, 5, 6], [250, 2, 3, 4, 5, 6]],
  ["mean", [3, 10, 0, 0, 0, 0, 0], [10, 0, 0, 5, 0, 0]],
  ["Paeth", [4, 10, 0, 0, 1, 0, 0], [10, 0, 0, 11, 0, 0]],
];

for (const [name, line, wanted] of FILTERS) {
  test(`a line that was filtered by ${name}`, async () => {
    const { pixels } = await decodePng(png([2, 1], RGB, line));
    assert.deepEqual([...pixels.data], wanted);
  });
}

test("four lines of one filter after another", async () => {
  const lines = [0, 9, 9, 9, 2, 1, 1, 1, 3, 2, 2, 2, 4, 3, 3, 3];
  const { pixels } = await decodePng(png([1, 4], RGB, lines));
  assert.deepEqual(
    [...pixels.data].filter((_, i) => i % 3 === 0),
    [9, 10, 7, 10],
  );
});

test("palettes, bits and 16 bits", async () => {
  const palette = await decodePng(png([3, 1], [1, 3], [0, 0b01000000]));
  assert.deepEqual([...palette.pixels.data], [1, 2, 3, 40, 50, 60, 1, 2, 3]);
  const grey = await decodePng(png([3, 1], [2, 0], [0, 0b11100100]));
  assert.deepEqual(
    [...grey.pixels.data].slice(0, 9),
    [255, 255, 255, 170, 170, 170, 85, 85, 85],
  );
  const deep = await decodePng(png([1, 1], [16, 0], [0, 200, 255]));
  assert.deepEqual([...deep.pixels.data], [200, 200, 200]);
});

test("a PNG that ends too early is refused", async () => {
  await assert.rejects(decodePng(png([2, 2], RGB, [0, 1, 2, 3, 4, 5, 6])), PhotoUnreadable);
  await assert.rejects(decodePng(png([2, 1], [8, 5], [0, 1])), PhotoUnreadable);
  assert.ok(!isPlainPng(Uint8Array.from([0x89, 0x50])));
});

const STORED = {
  width: 3,
  height: 2,
  data: Uint8Array.from([1, 2, 3, 4, 5, 6].flatMap((n) => [n, n, n])),
};
const TURNS: readonly (readonly [number, number, string])[] = [
  [1, 3, "123456"],
  [2, 3, "321654"],
  [3, 3, "654321"],
  [4, 3, "456123"],
  [5, 2, "142536"],
  [6, 2, "415263"],
  [7, 2, "635241"],
  [8, 2, "362514"],
  [9, 3, "123456"],
];

for (const [orientation, width, wanted] of TURNS) {
  test(`EXIF orientation ${orientation}`, () => {
    const made = upright(STORED, orientation);
    assert.equal([...made.data].filter((_, i) => i % 3 === 0).join(""), wanted);
    assert.equal(made.width, width);
  });
}

test("an orientation is read in both byte orders, and only where it is", () => {
  const little = [0x49, 0x49, 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, 6, 0, 0, 0];
  const big = [0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, 8, 0, 0];
  assert.equal(tiffOrientation(Uint8Array.from(little)), 6);
  assert.equal(tiffOrientation(Uint8Array.from(big)), 8);
  assert.equal(tiffOrientation(Uint8Array.from(little.slice(0, 12))), 1);
  assert.equal(tiffOrientation(new Uint8Array(3)), 1);
  const exif = [...[..."Exif\0\0"].map((letter) => letter.charCodeAt(0)), ...little];
  const jpeg = [0xff, 0xd8, 0xff, 0xe1, 0, exif.length + 2, ...exif, 0xff, 0xda, 0, 2];
  assert.deepEqual(jpegMarks(Uint8Array.from(jpeg)), { orientation: 6, profile: false });
});

test("the checksum of the letters 1 to 9", () => {
  assert.equal(crc32(new TextEncoder().encode("123456789")), 0xcbf43926);
});

test("a ZIP file begins and ends as one", () => {
  const made = zipped({ "a.txt": new Uint8Array([1, 2]), "b.txt": new Uint8Array() });
  assert.deepEqual([...made.subarray(0, 4)], [0x50, 0x4b, 3, 4]);
  assert.deepEqual([...made.subarray(-22, -18)], [0x50, 0x4b, 5, 6]);
  assert.equal(new DataView(made.buffer).getUint16(made.length - 12, true), 2);
});
