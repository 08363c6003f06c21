/**
 * What a run did, for `edge-run doctor`: a ZIP file of `dump.json` and of one `.bin` file an
 * array, raw little-endian numbers in row-major order.
 *
 * The records of `dump.json` are those of the golden vectors (edge_runtime/golden.py): a case
 * with its stages, and which file ran on what.
 */
import { sha256 } from "./hashes.js";
import type { Trace, TracedStage } from "./lens.js";
import { type Numbers, arraysOf } from "./tracing.js";
import { resultRecord } from "./wire.js";
import { zipped } from "./zip.js";

export const DUMP_VERSION = 1;

/** The photo whose run is written down: its file's name and bytes. */
export interface DumpedPhoto {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** The bytes of the ZIP file; with `keepPhoto` the photo itself is in it. */
export async function dumped(
  trace: Trace,
  photo: DumpedPhoto,
  { keepPhoto = false }: { readonly keepPhoto?: boolean } = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const { prediction, sizeHw } = trace;
  const files: Record<string, Uint8Array> = {};
  const stages = [];
  for (const stage of trace.stages) stages.push(await stageRecord(stage, files));
  const record = {
    dump_version: DUMP_VERSION,
    ...prediction.from,
    runtime: "web",
    device: globalThis.navigator?.userAgent ?? "",
    photo: photo.name,
    photo_sha256: await sha256(photo.bytes),
    size_hw: sizeHw,
    stages,
    result: resultRecord(prediction.value),
    ms: prediction.ms,
  };
  const json = new TextEncoder().encode(`${JSON.stringify(record, null, 1)}\n`);
  const kept = keepPhoto ? { [`photo/${photo.name}`]: photo.bytes } : {};
  return zipped({ "dump.json": json, ...files, ...kept });
}

async function stageRecord(stage: TracedStage, files: Record<string, Uint8Array>) {
  const { index, face } = stage;
  const values = [];
  for (const [name, numbers] of Object.entries(arraysOf(stage))) {
    const bytes = littleEndian(numbers);
    const path = `${index}${face === null ? "" : `-face${face}`}-${name}.bin`;
    files[path] = bytes;
    const { shape } = numbers;
    values.push({ name, dtype: dtypeOf(numbers), shape, sha256: await sha256(bytes), path });
  }
  return { index, step: stage.step.step, face, values };
}

function dtypeOf({ data }: Numbers): string {
  if (data instanceof Uint8Array) return "uint8";
  if (data instanceof Int32Array) return "int32";
  return data instanceof Float32Array ? "float32" : "float64";
}

function littleEndian({ data }: Numbers): Uint8Array {
  // Every machine that runs a browser stores numbers this way round.
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}
