/** The tasks of a bundle: whole programs, from the photo's pixels to the result. */
import type { Accelerator, Backend } from "./backend.js";
import type { Bundle } from "./bundle.js";
import { stepOf } from "./contract.js";
import { PhotoTooLarge, SpecError, UnknownName } from "./errors.js";
import { openPhoto } from "./images.js";
import type { ModelEntry, ModelFile, Step } from "./manifest_types.js";
import { type Executed, NO_TIME, Predictor, added } from "./predictor.js";
import type { Face, Faces, Picture, Pixels, Prediction, Result } from "./results.js";
import type { StyleVector, Tensors, Timings } from "./results.js";
import { type Finish, finished, parseStyle } from "./stylise.js";
import { withAlpha } from "./transparency.js";
import { place, windows } from "./windows.js";

const MOST_PIXELS = 100_000_000; // of a picture that is made

/** What a model is asked: the input's size (its default), the mix of learnt styles, the
 * picture that gives the style (the photo itself) and what becomes of the painting, or how many
 * times as large (the most). */
export interface Request extends Finish {
  readonly sizeHw?: readonly [number, number];
  readonly mix?: string;
  readonly style?: Pixels;
  readonly scale?: number;
}

/** What is told the share that is done, 0..1, now and then. */
export type After = (share: number) => void;

/** What one step gave, for the face of that number where there are several. */
export interface TracedStage {
  readonly index: number;
  readonly step: Step;
  readonly face: number | null;
  readonly value: unknown;
}

/** A prediction and everything on the way to it. */
export interface Trace {
  readonly prediction: Prediction;
  readonly stages: readonly TracedStage[];
  readonly sizeHw: readonly [number, number];
}

/** Which accelerator runs a file. */
export type Choose = (
  entry: ModelEntry,
  file: ModelFile,
  bytes: Uint8Array,
) => Promise<Accelerator>;

/** A bundle's models on a backend, each loaded when it is first needed. */
export class Lens {
  private readonly loaded = new Map<string, Promise<Predictor>>();

  constructor(
    readonly bundle: Bundle,
    readonly backend: Backend,
    private readonly choose: Choose = async () => backend.accelerators()[0],
  ) {}

  /** The result of a model on a photo, its file's bytes or its pixels; raises as `openPhoto`,
   * `Bundle` and `Backend` do. Of what is made in windows `after` is told how far it is. */
  async predict(
    model: string,
    photo: Uint8Array | Pixels,
    request: Request = {},
    after: After = () => undefined,
  ): Promise<Prediction> {
    const predictor = await this.predictor(model, request.sizeHw);
    const windowed = stepOf(predictor.spec.program, "cut-windows");
    if (windowed) {
      return eachWindow(predictor, windowed.margin, photo, request.scale, after);
    }
    return (await this.trace(model, photo, request)).prediction;
  }

  /** The same, with what every step gave: for golden vectors, and to find a fault. Of what is
   * made in windows, the first one. */
  async trace(
    model: string,
    photo: Uint8Array | Pixels,
    request: Request = {},
  ): Promise<Trace> {
    const predictor = await this.predictor(model, request.sizeHw);
    const start = performance.now();
    const rgb = photo instanceof Uint8Array ? await openPhoto(photo) : photo;
    const decoded = { ...NO_TIME, decode: performance.now() - start };
    const [decode, second] = predictor.spec.program;
    const first = { index: 0, step: decode, face: null, value: rgb };
    const traced =
      second.step === "find-faces"
        ? await this.eachFace(predictor, second.model, rgb)
        : await this.whole(predictor, rgb, request);
    const stages = [first, ...traced.stages];
    const ms = added(decoded, traced.ms);
    const prediction = { value: traced.value, ms, from: predictor.provenance };
    return { prediction, stages, sizeHw: predictor.file.size_hw };
  }

  /** The model of that id at that size, with its memory taken. */
  predictor(model: string, sizeHw?: readonly [number, number]): Promise<Predictor> {
    const key = `${model} ${sizeHw?.join("x") ?? ""}`;
    const known = this.loaded.get(key) ?? this.load(model, sizeHw);
    this.loaded.set(key, known);
    known.catch(() => this.loaded.delete(key)); // the next call may find the file restored
    return known;
  }

  /** Gives all memory back. */
  async close(): Promise<void> {
    const predictors = await Promise.allSettled(this.loaded.values());
    this.loaded.clear();
    for (const made of predictors) {
      if (made.status === "fulfilled") made.value.session.close();
    }
  }

  private async load(model: string, sizeHw?: readonly [number, number]): Promise<Predictor> {
    const { bundle, backend } = this;
    const entry = bundle.entry(model);
    const labels = await bundle.labels(entry.spec);
    const { file, bytes } = await bundle.file(entry, sizeHw);
    const accelerator = await this.choose(entry, file, bytes);
    const session = await backend.open(bytes, accelerator);
    const ranOn = { backend: `${backend.name} ${backend.version}`, accelerator };
    return new Predictor(entry.spec, file, labels, session, ranOn);
  }

  private async whole(predictor: Predictor, rgb: Pixels, request: Request): Promise<Traced> {
    const [vectors, before] = await this.vectors(predictor, rgb, request);
    const { value, stages, ms } = await predictor.predict(rgb, { vectors });
    const traced = { stages: stages.map((stage) => ({ ...stage, face: null })) };
    const spent = added(before, ms);
    if (!stepOf(predictor.spec.program, "resize-picture")) {
      return { ...traced, value: value as Result, ms: spent };
    }
    const start = performance.now();
    const made = finished(rgb, value as Picture, request);
    const after = { ...NO_TIME, postprocess: performance.now() - start };
    return { ...traced, value: made, ms: added(spent, after) };
  }

  private async vectors(
    { spec }: Predictor,
    rgb: Pixels,
    { mix = "0", style }: Request,
  ): Promise<readonly [Tensors, Timings]> {
    const mixed = stepOf(spec.program, "mix-styles");
    if (mixed) return [{ [mixed.input]: parseStyle(mix, mixed.styles) }, NO_TIME];
    const embedded = stepOf(spec.program, "embed-style");
    if (!embedded) return [{}, NO_TIME];
    const helper = await this.predictor(embedded.model);
    const { value, ms } = await helper.predict(style ?? rgb);
    return [{ [embedded.input]: (value as StyleVector).values }, ms];
  }

  private async eachFace(predictor: Predictor, detector: string, rgb: Pixels): Promise<Traced> {
    const found = await (await this.predictor(detector)).predict(rgb);
    const { faces } = found.value as Faces;
    const stages: TracedStage[] = [
      { index: 1, step: predictor.spec.program[1], face: null, value: found.value },
    ];
    const kept: Face[] = [];
    let { ms } = found;
    for (const [number, face] of faces.entries()) {
      const looked = await predictor.predict(rgb, { face });
      ms = added(ms, looked.ms);
      stages.push(...looked.stages.map((stage) => ({ ...stage, face: number })));
      if (looked.value !== null) kept.push(withValue(face, predictor, looked));
    }
    return { value: { faces: kept }, stages, ms };
  }
}

interface Traced {
  readonly value: Result;
  readonly stages: readonly TracedStage[];
  readonly ms: Timings;
}

/** The whole picture, window by window: as large as the network makes it, or less. */
async function eachWindow(
  predictor: Predictor,
  margin: number,
  photo: Uint8Array | Pixels,
  wanted: number | undefined,
  after: After,
): Promise<Prediction> {
  const scale = scaleOf(predictor, wanted);
  const start = performance.now();
  const rgb = photo instanceof Uint8Array ? await openPhoto(photo) : photo;
  let ms: Timings = { ...NO_TIME, decode: performance.now() - start };
  const [width, height] = [scale * rgb.width, scale * rgb.height];
  if (width * height > MOST_PIXELS) {
    throw new PhotoTooLarge(
      `${scale} times as large the photo would have ${width * height} pixels, more than` +
        ` ${MOST_PIXELS}: take a smaller scale or a smaller photo`,
    );
  }
  const pixels = { width, height, data: new Uint8Array(3 * width * height) };
  const all = windows([rgb.width, rgb.height], predictor.size, margin);
  for (const [number, window] of all.entries()) {
    const made = await predictor.predict(rgb, { window });
    place(pixels, window, (made.value as Picture).pixels, scale);
    ms = added(ms, made.ms);
    after((number + 1) / all.length);
  }
  return { value: { pixels: withAlpha(pixels, rgb) }, ms, from: predictor.provenance };
}

/** How many times as large: the network's own scale, or one that divides it. */
function scaleOf({ spec }: Predictor, wanted: number | undefined): number {
  const joined = stepOf(spec.program, "join-windows");
  if (!joined) throw new SpecError(`${spec.id}: its windows are not joined`);
  const { scale: own } = joined;
  const known = Array.from({ length: own - 1 }, (_, i) => i + 2).filter((s) => own % s === 0);
  const scale = wanted ?? own;
  if (!known.includes(scale)) {
    throw new UnknownName(`scale of ${spec.id}`, `${scale}`, known.map(String));
  }
  return scale;
}

function withValue(face: Face, { spec }: Predictor, { value }: Executed): Face {
  if (value instanceof Float32Array) return { ...face, landmarks: value };
  const named = stepOf(spec.program, "name-expressions");
  if (!named) throw new SpecError(`${spec.id}: its program gives nothing for faces`);
  const expressions = value as Readonly<Record<string, number>>;
  return { ...face, expressions, smile: expressions[named.smile] };
}
