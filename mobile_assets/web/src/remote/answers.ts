/**
 * The server's JSON to values, in the photo's pixels.
 *
 * The photo that was sent may have been smaller: coordinates are scaled, masks and pictures
 * enlarged to the size of the photo that was asked about.
 */
import { PhotoError } from "../errors.js";
import type { ClassMap, CutOut, Depth, Instances } from "../heavy_results.js";
import { type Samples, decodeSamples } from "../png.js";
import type { Box, Face, Faces, Labels, Mask, Objects, Picture, Point } from "../results.js";
import type { TaskName } from "./asking.js";
import { enlarged, nearest } from "./enlarging.js";
import { type Reading, maskOf, servedMask } from "./masks.js";
import {
  type Json,
  list,
  mapOf,
  maybe,
  need,
  number,
  numbers,
  record,
  text,
} from "./reading.js";
import { notAnAnswer } from "./refusals.js";
import { resized } from "./uploads.js";

/** What each task gives. */
export interface Values {
  readonly segment: Mask;
  readonly faces: Faces;
  readonly landmarks: Faces;
  readonly smile: Faces;
  readonly classify: Labels;
  readonly objects: Objects;
  readonly style: Picture;
  readonly depth: Depth;
  readonly "super-resolution": Picture;
  readonly instances: Instances;
  readonly "semantic-segmentation": ClassMap;
  readonly cut: CutOut;
}

type Readers = { readonly [Name in TaskName]: (reading: Reading) => Promise<Values[Name]> };

/** How each task's answer is read; raises `Refusal`. */
export const READERS: Readers = {
  segment: readMask,
  faces: readFaces,
  landmarks: readFaces,
  smile: readFaces,
  classify: readLabels,
  objects: readObjects,
  style: readPainted,
  depth: readDepth,
  "super-resolution": readPicture,
  instances: readInstances,
  "semantic-segmentation": readClasses,
  cut: readCut,
};

function scaleOf({ answer, photo }: Reading): readonly [number, number] {
  return [photo[0] / answer.size[0], photo[1] / answer.size[1]];
}

/** The picture, of the size that the server worked at or a multiple of it. */
async function pictureOf({ answer }: Reading): Promise<Samples> {
  if (answer.picture === undefined) throw notAnAnswer("it has no picture");
  try {
    const bytes = Uint8Array.from(atob(answer.picture), (letter) => letter.charCodeAt(0));
    return await decodeSamples(bytes);
  } catch (error) {
    if (error instanceof PhotoError || error instanceof DOMException) {
      throw notAnAnswer("its picture is damaged");
    }
    throw error;
  }
}

function boxOf(reading: Reading, json: Json): Box {
  const [across, down] = scaleOf(reading);
  const [x0, y0, x1, y1] = need(json, "box", numbers<Box>(4));
  return [x0 * across, y0 * down, x1 * across, y1 * down];
}

/** A person's probability at every pixel. */
async function readMask(reading: Reading): Promise<Mask> {
  const { width, height, channels, data } = await pictureOf(reading);
  if (channels !== 1 || data instanceof Uint16Array) {
    throw notAnAnswer("its mask is not 8 bits of grey");
  }
  const grey = enlarged(data, [width, height], reading.photo);
  const [wide, high] = reading.photo;
  return { width: wide, height: high, probability: grey.map((value) => value / 255) };
}

/** Faces, with whatever the task found in them. */
async function readFaces(reading: Reading): Promise<Faces> {
  const face = (json: unknown, place: string) => readFace(reading, record(json, place));
  return { faces: need(reading.answer.result, "faces", list(face)) };
}

function readFace(reading: Reading, json: Json): Face {
  const [across, down] = scaleOf(reading);
  const points = Object.entries(need(json, "points", mapOf(numbers<Point>(2))));
  const mesh = maybe(json, "landmarks", list(numbers<readonly [number, number, number]>(3)));
  const smile = maybe(json, "smile", number);
  const expressions = maybe(json, "expressions", mapOf(number));
  // Depth is in the scale of x.
  const landmarks = mesh?.flatMap(([x, y, z]) => [x * across, y * down, z * across]);
  return {
    boxXyxy: boxOf(reading, json),
    score: need(json, "score", number),
    points: Object.fromEntries(
      points.map(([name, [x, y]]) => [name, [x * across, y * down] as const]),
    ),
    ...(landmarks && { landmarks: Float32Array.from(landmarks) }),
    ...(smile !== undefined && { smile }),
    ...(expressions && { expressions }),
  };
}

/** The best labels. */
async function readLabels({ answer }: Reading): Promise<Labels> {
  const label = (json: unknown, place: string) => {
    const one = record(json, place);
    return { label: need(one, "label", text), score: need(one, "score", number) };
  };
  return { labels: need(answer.result, "labels", list(label)) };
}

/** Objects and their boxes. */
async function readObjects(reading: Reading): Promise<Objects> {
  const object = (json: unknown, place: string) => readObject(reading, record(json, place));
  return { objects: need(reading.answer.result, "objects", list(object)) };
}

function readObject(reading: Reading, json: Json) {
  return {
    label: need(json, "label", text),
    score: need(json, "score", number),
    boxXyxy: boxOf(reading, json),
  };
}

/** A picture at the size that the server made it in. */
async function readPicture(reading: Reading): Promise<Picture> {
  const { width, height, channels, data } = await pictureOf(reading);
  if (channels !== 3 || data instanceof Uint16Array)
    throw notAnAnswer("its picture is not RGB");
  return { pixels: { width, height, data } };
}

/** A picture at the size of the photo. */
async function readPainted(reading: Reading): Promise<Picture> {
  return { pixels: resized((await readPicture(reading)).pixels, reading.photo) };
}

/** Metres, of a picture with millimetres in 16 bits. */
async function readDepth(reading: Reading): Promise<Depth> {
  const { width, height, channels, data } = await pictureOf(reading);
  if (channels !== 1 || data instanceof Uint8Array) {
    throw notAnAnswer("its depth is not 16 bits of grey");
  }
  const millimetres = enlarged(data, [width, height], reading.photo);
  const [wide, high] = reading.photo;
  return {
    width: wide,
    height: high,
    metres: millimetres.map((value) => value / 1000),
    maxDepth: need(reading.answer.result, "max_depth", number),
  };
}

/** Objects and their pixels. */
async function readInstances(reading: Reading): Promise<Instances> {
  const instance = (json: unknown, place: string) => {
    const one = record(json, place);
    return { ...readObject(reading, one), mask: maskOf(reading, one) };
  };
  return { instances: need(reading.answer.result, "instances", list(instance)) };
}

/** The class of every pixel, of a mask for each class. */
async function readClasses(reading: Reading): Promise<ClassMap> {
  const [wide, high] = reading.answer.size;
  const classes = new Uint8Array(wide * high);
  const filled = new Uint8Array(wide * high);
  const found = need(reading.answer.result, "classes", list(record));
  found.forEach((one, index) => {
    if (one["mask"] === undefined || one["mask"] === null) return; // no pixel is of it
    servedMask(reading, one).data.forEach((bit, i) => {
      if (bit === 1) [classes[i], filled[i]] = [index, 1];
    });
  });
  if (filled.includes(0) || found.length > 256)
    throw notAnAnswer("some pixels are of no class");
  const [width, height] = reading.photo;
  return {
    width,
    height,
    classes: nearest(classes, [wide, high], reading.photo),
    labels: found.map((one) => need(one, "label", text)),
    palette: found.map((one) =>
      need(one, "colour", numbers<readonly [number, number, number]>(3)),
    ),
  };
}

/** What was cut out. */
async function readCut(reading: Reading): Promise<CutOut> {
  const { width, height, channels, data } = await pictureOf(reading);
  if (channels < 3 || data instanceof Uint16Array) {
    throw notAnAnswer("its picture is neither RGB nor RGBA");
  }
  const { result } = reading.answer;
  const large = enlarged(data, [width, height], reading.photo, channels);
  const [wide, high] = reading.photo;
  return {
    pixels: { width: wide, height: high, channels, data: Uint8Array.from(large, Math.round) },
    mask: maskOf(reading, result),
    found: need(result, "found", list(text)),
    method: need(result, "method", text),
  };
}
