/** What a model's graph has to give for a golden input: what the canary runs. */
import type { Bundle } from "./bundle.js";
import { BundleTampered, SchemaTooNew } from "./errors.js";
import { sha256 } from "./hashes.js";
import type { ModelEntry, ModelFile } from "./manifest_types.js";
import { decodePng, isPlainPng } from "./png.js";
import type { Tensor, Tensors } from "./results.js";

/** The version of golden vectors that this runtime reads. */
const GOLDEN_VERSION = 2;
/** Steps that give what is written into the input. */
const PIXELS: readonly string[] = ["resize", "crop-square", "cut-windows"];

/** Every `stride`-th number of an output, and how far off it may be. */
export interface Expected {
  readonly name: string;
  readonly shape: readonly number[];
  readonly stride: number;
  readonly numbers: Float32Array;
  readonly maxAbs: number;
  readonly meanAbs: number;
}

/** Inputs of a graph, and what it has to give for them. */
export interface Probe {
  readonly inputs: Tensors;
  readonly expected: readonly Expected[];
}

/** One array of golden.json. */
interface Values {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly sha256: string;
  readonly numbers: readonly number[];
  readonly path: string;
  readonly stride: number;
  readonly given: { readonly max_abs: number; readonly mean_abs: number };
}

interface GoldenStage {
  readonly index: number;
  readonly step: string;
  readonly face: number | null;
  readonly values: readonly Values[];
}

interface Golden {
  readonly golden_version: number;
  readonly cases: readonly {
    readonly sha256: string;
    readonly stages: readonly GoldenStage[];
  }[];
}

/** The first golden case of a file, at its size; null where the bundle has none for it. */
export async function probeOf(
  bundle: Bundle,
  { spec }: ModelEntry,
  file: ModelFile,
): Promise<Probe | null> {
  const bytes = await bundle.fetcher(`golden/${spec.id}/golden.json`);
  if (bytes === null) return null;
  const golden = parsed(bytes, `${spec.id}/golden.json`);
  const found = golden.cases.find((one) => one.sha256 === file.sha256);
  if (found === undefined) return null;
  const stages = found.stages.filter(({ face }) => face === null || face === 0);
  const run = stages.find(({ step }) => step === "run");
  if (run === undefined) return null;
  const inputs: Record<string, Tensor> = {};
  for (const stage of stages.filter(({ index }) => index < run.index)) {
    Object.assign(inputs, await inputsOf(bundle, spec.image.name, stage));
  }
  return { inputs, expected: await Promise.all(run.values.map((v) => expectedOf(bundle, v))) };
}

function parsed(bytes: Uint8Array, path: string): Golden {
  let golden: Partial<Golden> | null;
  try {
    golden = JSON.parse(new TextDecoder().decode(bytes)) as Partial<Golden> | null;
  } catch {
    throw damaged(path);
  }
  const version = golden?.golden_version ?? 0;
  if (version > GOLDEN_VERSION) {
    throw new SchemaTooNew(`golden/${path} has version ${version}: update PocketLens`);
  }
  if (!Array.isArray(golden?.cases)) throw damaged(path);
  return golden as Golden;
}

async function inputsOf(bundle: Bundle, image: string, stage: GoldenStage): Promise<Tensors> {
  const { step, values } = stage;
  if (PIXELS.includes(step)) {
    const [height, width] = values[0].shape;
    const data = Float32Array.from(await pixelsOf(bundle, values[0]));
    return { [image]: { shape: [1, height, width, 3], data } };
  }
  if (step !== "mix-styles" && step !== "embed-style") return {};
  const vectors = values.filter(({ name }) => name !== image);
  const read = vectors.map(
    async (v) => [v.name, { shape: v.shape, data: await numbersOf(bundle, v) }] as const,
  );
  return Object.fromEntries(await Promise.all(read));
}

async function expectedOf(bundle: Bundle, values: Values): Promise<Expected> {
  const { name, shape, stride, given } = values;
  const numbers = await numbersOf(bundle, values);
  return { name, shape, stride, numbers, maxAbs: given.max_abs, meanAbs: given.mean_abs };
}

async function pixelsOf(bundle: Bundle, values: Values): Promise<Uint8Array> {
  const bytes = await fetched(bundle, values.path);
  if (!isPlainPng(bytes)) throw damaged(values.path);
  const { pixels } = await decodePng(bytes);
  if ((await sha256(pixels.data)) !== values.sha256) throw damaged(values.path);
  return pixels.data;
}

async function numbersOf(bundle: Bundle, values: Values): Promise<Float32Array> {
  if (values.numbers.length > 0) return Float32Array.from(values.numbers);
  const bytes = await fetched(bundle, values.path);
  const whole = values.stride === 1;
  if (whole && (await sha256(bytes)) !== values.sha256) throw damaged(values.path);
  return new Float32Array(bytes.slice().buffer);
}

async function fetched(bundle: Bundle, path: string): Promise<Uint8Array> {
  const bytes = await bundle.fetcher(`golden/${path}`);
  if (bytes === null) throw damaged(path);
  return bytes;
}

function damaged(path: string): BundleTampered {
  return new BundleTampered(`golden/${path} is missing or damaged: restore that file`);
}
