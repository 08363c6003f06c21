/** One model, ready: its spec, its file and the session that runs it. */
import type { Accelerator, Session } from "./backend.js";
import type { ModelFile, ModelSpec } from "./manifest_types.js";
import type { Size } from "./geometry.js";
import { type Stage, type View, execute } from "./program.js";
import type { Face, Pixels, Provenance, Tensors, Timings } from "./results.js";
import type { Window } from "./windows.js";

export const NO_TIME: Timings = { decode: 0, preprocess: 0, run: 0, postprocess: 0 };

/** Both times of each stage together. */
export function added(one: Timings, other: Timings): Timings {
  return {
    decode: one.decode + other.decode,
    preprocess: one.preprocess + other.preprocess,
    run: one.run + other.run,
    postprocess: one.postprocess + other.postprocess,
  };
}

/** What a program is run on, beside the photo. */
export interface Given {
  readonly face?: Face;
  readonly window?: Window;
  readonly vectors?: Tensors;
}

/** What the last step gave (null: nothing there), every stage, and the times. */
export interface Executed {
  readonly value: unknown;
  readonly stages: readonly Stage[];
  readonly ms: Timings;
}

/** A model of a bundle with its memory taken. */
export class Predictor {
  constructor(
    readonly spec: ModelSpec,
    readonly file: ModelFile,
    readonly labels: readonly string[],
    readonly session: Session,
    readonly ranOn: { readonly backend: string; readonly accelerator: Accelerator },
  ) {}

  /** Width and height of the input. */
  get size(): Size {
    return [this.file.size_hw[1], this.file.size_hw[0]];
  }

  get provenance(): Provenance {
    const { spec, file, ranOn } = this;
    const { variant, sha256 } = file;
    return { model: spec.id, version: spec.version, variant, sha256, ...ranOn };
  }

  /** Run the program on a photo, or on a face or a window of it. */
  async predict(rgb: Pixels, given: Given = {}): Promise<Executed> {
    const stages: Stage[] = [];
    const ms = { ...NO_TIME };
    let phase: "preprocess" | "postprocess" = "preprocess";
    let before = performance.now();
    for await (const stage of execute(this.spec.program, this.view(rgb, given))) {
      const now = performance.now();
      ms[stage.step.step === "run" ? "run" : phase] += now - before;
      if (stage.step.step === "run") phase = "postprocess";
      stages.push(stage);
      before = now;
    }
    return { value: stages.at(-1)?.value ?? null, stages, ms };
  }

  private view(rgb: Pixels, { face, window, vectors = {} }: Given): View {
    const { size, labels, session } = this;
    const run = (inputs: Tensors) => session.run(inputs);
    const part = { ...(face && { face }), ...(window && { window }) };
    return { rgb, size, run, labels, vectors, ...part };
  }
}
